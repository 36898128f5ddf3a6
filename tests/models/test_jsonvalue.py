"""Reading and writing JSON: what is refused, with which place, and that values are frozen."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from session_lab.errors import FormatError
from session_lab.models import AgentSession
from session_lab.models.jsonvalue import (
    MAX_DEPTH,
    FrozenDict,
    FrozenList,
    canonical_json,
    encode_json,
    freeze,
    parse_json,
    thaw,
)
from tests.strategies import as_json, json_values, wire_sessions

if TYPE_CHECKING:
    from collections.abc import Callable


def short(value: object) -> str:
    return "huge number" if isinstance(value, int) and abs(value) > 2**99 else ascii(value)[:30]


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@given(json_values())
def test_a_value_comes_back_from_its_text(value: Any):
    assert as_json(parse_json(encode_json(value))) == as_json(value)
    assert as_json(parse_json(encode_json(value).decode())) == as_json(value)


@given(json_values(), json_values())
def test_canonical_texts_are_equal_exactly_when_the_values_are(one: Any, other: Any):
    assert (canonical_json(one) == canonical_json(other)) is (as_json(one) == as_json(other))


@given(json_values())
def test_canonical_text_does_not_depend_on_the_order_of_keys(value: Any):
    def reversed_keys(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: reversed_keys(item[key]) for key in reversed(item)}
        return [reversed_keys(one) for one in item] if isinstance(item, list) else item

    assert canonical_json(reversed_keys(value)) == canonical_json(value)


def test_text_is_compact_keeps_the_order_of_keys_and_escapes_no_letters():
    assert encode_json({"b": [1, 2.0], "a": "é\n"}).decode() == '{"b":[1,2.0],"a":"é\\n"}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1, column 1: not JSON"),
        ("{", "line 1, column 2: not JSON"),
        ("[1,\n2,\n", "line 3, column 1: not JSON"),
        ("{} {}", "line 1, column 4: not JSON: Extra data"),
        ("{'a': 1}", "not JSON"),
        ("[1,]", "not JSON"),
        ("NaN", "not JSON: NaN is not JSON"),
        ("-Infinity", "not JSON: -Infinity is not JSON"),
        ("1e999", "not JSON: the number 1e999 is out of range"),
        ("-1e999", "out of range"),
        ("9" * 5000, "not JSON"),
        ('"\t"', "not JSON: Invalid control character"),
        (b'"\xff"', r"not UTF-8 text \(byte 1\)"),
        (b'"\xed\xa0\x80"', "not UTF-8 text"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8 text"),
        (nested(100_000), "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
    ids=short,
)
def test_what_is_no_json_is_refused_with_the_place_and_a_hint(text: str | bytes, problem: str):
    with pytest.raises(FormatError, match=problem) as caught:
        parse_json(text)
    assert caught.value.hint


def test_the_place_of_an_error_starts_with_the_file():
    with pytest.raises(FormatError) as caught:
        parse_json("[1 2]", where="a.jsonl, line 3")
    assert caught.value.where == "a.jsonl, line 3, line 1, column 4"


@pytest.mark.parametrize("text", ["\ufeff[1]", "\ufeff[1]".encode(), bytearray(b"[1]")])
def test_a_byte_order_mark_is_passed_over(text: Any):
    assert parse_json(text) == [1]


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\udfffb"', '{"\\ud83d":1}'])
def test_a_lone_surrogate_is_kept_as_its_escape(text: str):
    value = parse_json(text)
    assert encode_json(value).decode() == text
    assert canonical_json(value).decode() == text


def test_numbers_past_64_bits_are_kept():
    text = b"[18446744073709551616,-123456789012345678901234567890,0.1,1e-7]"
    assert [str(number) for number in parse_json(text)] == [
        "18446744073709551616",
        "-123456789012345678901234567890",
        "0.1",
        "1e-07",
    ]
    assert parse_json(encode_json(parse_json(text))) == parse_json(text)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 10**5000, [[float("-inf")]]], ids=short
)
def test_a_number_without_json_form_is_not_written(value: Any):
    with pytest.raises(FormatError, match="no JSON form"):
        encode_json(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1: 2}, {None: 1}, {1, 2}, b"x", object(), [[{"a": b""}]]]
)
def test_what_is_no_json_value_can_not_be_frozen(value: Any):
    with pytest.raises(ValueError, match="JSON"):
        freeze(value)


def test_how_deep_a_value_may_be_does_not_hang_on_the_caller():
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]

    def call(levels: int, work: Callable[[], Any]) -> Any:
        return work() if levels == 0 else call(levels - 1, work)

    for levels in (0, 100, 300):
        assert call(levels, lambda: freeze(deep)) == deep
        with pytest.raises(ValueError, match="nested more than 200 levels"):
            call(levels, lambda: freeze({"a": deep}))
    frozen = freeze(deep)
    assert parse_json(encode_json(frozen)) == thaw(frozen) == copy.deepcopy(frozen)
    assert hash(frozen) == hash(freeze(deep))


def test_what_serde_json_reads_is_not_too_deep():
    session = '{"chat_messages":[{"Custom":{"role":"r","data":%s}}],"always_allowed_actions":[]}'
    text = session % nested(124)
    assert json.loads(AgentSession.from_json(text).to_json()) == json.loads(text)


@given(json_values())
def test_a_frozen_value_is_equal_to_the_plain_one_and_thaws_to_it(value: Any):
    frozen = freeze(value)
    assert frozen == value
    assert as_json(thaw(frozen)) == as_json(value)
    assert encode_json(frozen) == encode_json(value)
    assert freeze(frozen) is frozen
    assert hash(frozen) == hash(freeze(value))


@given(json_values())
def test_a_frozen_value_survives_copying_and_pickling_frozen(value: Any):
    frozen = freeze(value)
    for other in (
        copy.copy(frozen),
        copy.deepcopy(frozen),
        pickle.loads(pickle.dumps(frozen)),  # noqa: S301 - our own bytes
    ):
        assert other == frozen
        assert type(other) is type(frozen)


def test_freezing_makes_a_copy_that_later_changes_do_not_reach():
    inner = ["a"]
    plain = {"tags": inner}
    frozen = freeze(plain)
    inner.append("b")
    plain["more"] = []
    assert frozen == {"tags": ["a"]}


def test_thawing_makes_a_copy_that_can_be_changed():
    frozen = freeze({"tags": [{}]})
    plain = thaw(frozen)
    plain["tags"][0]["x"] = 1
    assert frozen == {"tags": [{}]}


def _ior(value: Any, other: Any) -> None:
    value |= other


def _iadd(value: Any, other: Any) -> None:
    value += other


def _imul(value: Any, times: int) -> None:
    value *= times


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.__setitem__("a", 2),
        lambda d: d.__delitem__("a"),
        lambda d: d.pop("a"),
        lambda d: d.popitem(),
        lambda d: d.clear(),
        lambda d: d.update(a=2),
        lambda d: d.setdefault("b", 2),
        lambda d: _ior(d, {"b": 2}),
    ],
)
def test_no_method_changes_a_frozen_object(change: Callable[[Any], Any]):
    frozen = freeze({"a": 1})
    with pytest.raises(TypeError, match="frozen"):
        change(frozen)
    assert frozen == FrozenDict(a=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.__setitem__(0, 9),
        lambda a: a.__setitem__(slice(0, 1), [9]),
        lambda a: a.__delitem__(0),
        lambda a: a.append(9),
        lambda a: a.extend([9]),
        lambda a: a.insert(0, 9),
        lambda a: a.pop(),
        lambda a: a.remove(2),
        lambda a: a.clear(),
        lambda a: a.sort(),
        lambda a: a.reverse(),
        lambda a: _iadd(a, [9]),
        lambda a: _imul(a, 2),
    ],
)
def test_no_method_changes_a_frozen_array(change: Callable[[Any], Any]):
    frozen = freeze([2, 1])
    with pytest.raises(TypeError, match="frozen"):
        change(frozen)
    assert frozen == FrozenList([2, 1])


@given(wire_sessions())
def test_a_session_cut_off_anywhere_is_refused(wire: dict[str, Any]):
    text = json.dumps(wire, ensure_ascii=False).encode()
    step = max(1, len(text) // 40)
    for end in (*range(0, len(text), step), len(text) - 1):
        with pytest.raises(FormatError):
            AgentSession.from_json(text[:end])
