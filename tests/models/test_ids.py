"""Which text means which session, and how ids are ordered, written and read."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from session_lab.errors import FormatError
from session_lab.models import MAX_ID, SessionId
from tests.strategies import session_ids

NAMED = [
    ("42", SessionId(42)),
    ("0", SessionId(0)),
    ("18446744073709551615", SessionId(MAX_ID)),
    ("42(ext)", SessionId(42, "ext")),
    ("0(0)", SessionId(0, "0")),
    ("42()", SessionId(42, "")),
    ("42(a(b)c)", SessionId(42, "a(b)c")),
    ("42((((", SessionId(0, "42((((")),
    ("42(()))", SessionId(42, "())")),
    ("42(a\nb)", SessionId(42, "a\nb")),
    ("18446744073709551615(x)", SessionId(MAX_ID, "x")),
]
NOT_CANONICAL = [
    "",
    " ",
    "042",
    "00",
    "042(ext)",
    "+42",
    "-1",
    "4_2",
    "4e1",
    "42.0",
    "0x2a",
    " 42",
    "42 ",
    "42\n",
    "42(ext)\n",
    "42(ext) ",
    "42(ext",
    "42)",
    "(ext)",
    "18446744073709551616",
    "18446744073709551616(x)",
    "99999999999999999999",
    "9" * 5000,
    "9" * 5000 + "(x)",
    "٤٢",
    "\uff14\uff12",
    "4\u0662",
    "4\uff12(ext)",
    "²",
    "abc",
    "null",
    "True",
    '{"id":42,"external_id":null}',
    "\x00",
    "\ud800",
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_text_with_a_canonical_number_names_that_number(text: str, expected: SessionId):
    assert SessionId.of(text) == expected


def short(value: object) -> str:
    return "huge number" if isinstance(value, int) and abs(value) > 2**99 else ascii(value)[:30]


@pytest.mark.parametrize("text", NOT_CANONICAL, ids=short)
def test_any_other_text_is_an_external_id_matched_exactly(text: str):
    assert SessionId.of(text) == SessionId(0, text)


@pytest.mark.parametrize("number", [0, 1, 2**53, 2**63, MAX_ID])
def test_an_integer_names_its_number(number: int):
    assert SessionId.of(number) == SessionId(number)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", "uint64"])
def test_an_integer_of_numpy_names_its_number(kind: str):
    numpy = pytest.importorskip("numpy")
    number = numpy.iinfo(kind).max
    found = SessionId.of(numpy.dtype(kind).type(number))
    assert found == SessionId(int(number))
    assert type(found.id) is int


@pytest.mark.parametrize(
    "ref",
    [True, False, None, 1.0, Decimal(1), b"42", [42], -1, MAX_ID + 1, 10**5000, -(10**5000)],
    ids=short,
)
def test_what_names_no_session_is_refused_with_a_hint(ref: Any):
    with pytest.raises(FormatError, match=r"names no session\. What to do: give a SessionId"):
        SessionId.of(ref)


def test_a_bool_of_numpy_names_no_session():
    numpy = pytest.importorskip("numpy")
    with pytest.raises(FormatError):
        SessionId.of(numpy.bool_(True))  # noqa: FBT003 - the one argument there is


@pytest.mark.parametrize("number", [True, 1.0, "1", None])
def test_only_integers_make_an_id(number: Any):
    with pytest.raises(TypeError):
        SessionId(number)


@pytest.mark.parametrize("number", [-1, MAX_ID + 1])
def test_a_number_outside_u64_makes_no_id(number: int):
    with pytest.raises(ValidationError):
        SessionId(number)


@given(session_ids())
def test_an_id_is_never_reinterpreted(session_id: SessionId):
    assert SessionId.of(session_id) is session_id


@given(session_ids())
def test_the_display_form_names_the_id_it_was_made_from(session_id: SessionId):
    assert SessionId.of(str(session_id)) == session_id


@given(st.text())
def test_no_text_is_refused_and_no_two_texts_name_the_same_session(text: str):
    found = SessionId.of(text)
    assert text == (found.external_id if found == SessionId(0, text) else str(found))


@given(session_ids())
def test_what_is_written_is_read_back(session_id: SessionId):
    assert SessionId.from_json(session_id.to_json()) == session_id
    assert eval(repr(session_id), {"SessionId": SessionId}) == session_id  # noqa: S307 - our own repr


def test_the_json_is_the_key_that_the_crate_writes():
    assert SessionId(MAX_ID, 'ü"').to_json() == (
        '{"id":18446744073709551615,"external_id":"ü\\""}'.encode()
    )


@given(session_ids(), session_ids())
def test_ids_are_equal_exactly_when_both_parts_are(one: SessionId, other: SessionId):
    same = (one.id, one.external_id) == (other.id, other.external_id)
    assert (one == other) is same
    assert (one != other) is not same
    assert len({one, other}) == 2 - same


@given(st.lists(session_ids()))
def test_ids_are_ordered_by_number_then_by_external_id_with_none_first(ids: list[SessionId]):
    for low, high in pairwise(sorted(ids)):
        assert low.id <= high.id
        if low.id == high.id:
            assert low.external_id is None or (
                high.external_id is not None and low.external_id <= high.external_id
            )


@given(session_ids(), session_ids())
def test_of_two_ids_one_is_less_or_both_are_equal(one: SessionId, other: SessionId):
    assert [one < other, one == other, one > other].count(True) == 1
    assert (one <= other) is not (one > other)


def test_ids_and_other_things_have_no_order():
    with pytest.raises(TypeError):
        assert SessionId(1) < 2
    assert SessionId(1) != 1


@pytest.mark.parametrize("wire", ['{"id":7}', '{"external_id":null,"id":7}', '{"id":7,"new":[]}'])
def test_an_id_is_read_as_the_crate_reads_it(wire: str):
    assert SessionId.from_json(wire) == SessionId(7)


@pytest.mark.parametrize(
    "wire",
    [
        "7",
        "null",
        '"7"',
        "[7]",
        "{}",
        '{"id":null}',
        '{"id":"7"}',
        '{"id":7.0}',
        '{"id":true}',
        '{"id":-1}',
        '{"id":18446744073709551616}',
        '{"external_id":"a"}',
        '{"id":7,"external_id":8}',
        '{"id":7,"external_id":["a"]}',
    ],
)
def test_json_of_another_shape_is_no_id(wire: str):
    with pytest.raises(FormatError, match=r"^\$\.key: expected a session id") as caught:
        SessionId.from_wire(json.loads(wire), where="$.key")
    assert caught.value.hint


def test_an_id_can_not_be_changed():
    session_id = SessionId(1, "a")
    with pytest.raises(ValidationError):
        session_id.id = 2
    with pytest.raises(ValidationError):
        del session_id.external_id
    with pytest.raises(ValidationError):
        session_id.model_copy(update={"id": -1})
    assert session_id.model_copy(update={"external_id": None}) == SessionId(1)
