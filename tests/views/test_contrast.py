"""Two versions of a text are cut down to where they differ, and nothing of that is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.views.contrast import contrast
from session_lab.views.secrets import HIDDEN
from session_lab.views.text import escape_text

plain = st.text(st.sampled_from("ab -é你\n"), max_size=40)
TOKEN = "ghp_" + "Ab3dEf6hIj" * 3 + "Ab3dEf"


@given(plain, plain)
def test_the_parts_of_short_texts_add_up_to_the_texts(old: str, new: str):
    before, after = contrast(old, new)
    assert (before.text, after.text) == (old, new)
    assert (before.start, before.end) == (after.start, after.end)
    assert (before.truncated, after.truncated) == (False, False)


@given(plain, plain, plain, plain)
def test_what_differs_is_no_longer_than_what_was_put_between(
    start: str, old: str, new: str, end: str
):
    before, after = contrast(f"{start} {old} {end}", f"{start} {new} {end}")
    assert len(before.middle) <= len(old)
    assert len(after.middle) <= len(new)


@pytest.mark.parametrize(
    ("old", "new", "middles"),
    [
        ("fix the build", "fix the builds", ("build", "builds")),
        ("one two three", "one twenty three", ("two", "twenty")),
        ("same", "same", ("", "")),
        ("", "new", ("", "new")),
        ("a", "a b", ("", " b")),
        ("aaa", "aaaa", ("aaa", "aaaa")),
        ("修复构建错误", "修复代码错误", ("构建", "代码")),
        ("one-two-three", "one-too-three", ("two", "too")),
    ],
)
def test_whole_words_are_told_to_differ(old: str, new: str, middles: tuple[str, str]):
    before, after = contrast(old, new)
    assert (before.middle, after.middle) == middles


def test_a_change_deep_in_a_long_text_is_shown_with_a_little_around_it():
    old = "left " * 200_000 + "north" + " right" * 200_000
    before, after = contrast(old, old.replace("north", "south"))
    assert (before.middle, after.middle) == ("north", "south")
    assert before.start.startswith("…")
    assert before.end.endswith("…")
    assert len(before.text) < 300
    assert before.length == len(old)


def test_a_long_difference_is_cut_and_says_so():
    before, after = contrast("x", "y" * 1_000_000)
    assert (before.truncated, after.truncated) == (False, True)
    assert len(after.text) < 2100
    assert after.middle.endswith("…")


def test_characters_that_act_or_hide_are_escaped():
    before, after = contrast("a \x1b[31m b", "a \u202e b")
    assert (before.middle, after.middle) == (r"\x1b[31m", r"\u202e")


def test_a_secret_is_hidden_also_where_only_its_end_differs():
    other = TOKEN[:-1] + "X"
    for margin in ("", "long text before " * 500):
        before, after = contrast(
            f"{margin} use {TOKEN} now", f"{margin} use {other} now", masked=True
        )
        assert before.text == after.text
        assert f"use {HIDDEN} now" in before.text
        assert before.length == len(margin) + len(TOKEN) + 9
    assert TOKEN in contrast(TOKEN, "nothing")[0].text


def test_what_differs_beside_a_secret_is_still_found():
    before, after = contrast(f"north {TOKEN} end", f"south {TOKEN} end", masked=True)
    assert (before.middle, after.middle) == ("north", "south")
    assert HIDDEN in before.end


def test_a_secret_that_is_cut_off_is_hidden():
    text = "x " * 995 + TOKEN
    shown = contrast("", text, masked=True)[1].text
    assert TOKEN[:12] not in shown


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_an_unchanged_text_has_no_difference(text: str):
    before, after = contrast(text, text)
    assert before == after
    assert before.middle == ""
    assert before.text == escape_text(text)
