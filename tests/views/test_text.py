"""Text for people: nothing acts, nothing hides, ordinary writing stays as it is."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.views.text import (
    count,
    escape_text,
    exact_time,
    human_bytes,
    minute_time,
    one_line,
    relative_time,
    shorten,
)
from tests.hostile import HOSTILE

any_text = st.text(st.characters(exclude_categories=[]))  # lone surrogates too
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00", r"\x00"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\r", r"\r"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("\u200b\u200e\u200f\u061c", r"\u200b\u200e\u200f\u061c"),
        ("\u202a\u202b\u202c\u202d\u202e", r"\u202a\u202b\u202c\u202d\u202e"),
        ("\u2066\u2067\u2068\u2069", r"\u2066\u2067\u2068\u2069"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\u2060\ufeff\xad\u180e", r"\u2060\ufeff\xad\u180e"),
        ("\ud83d", r"\ud83d"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u200db\u200c", r"a\u200db\u200c"),
        ("👩\u200d", "👩" + r"\u200d"),
        ("\u200d👩", r"\u200d" + "👩"),
        ("x\ufe0f\ufe0e\ufe01", "x\ufe0f" + r"\ufe0e\ufe01"),
    ],
)
def test_what_acts_or_hides_is_shown_as_an_escape(text: str, shown: str):
    assert escape_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain ASCII, with\ttabs\nand lines",
        "C:\\new\\table",
        "Straße e\u0301 你好 العربية עברית ภาษาไทย",
        "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 👩🏽\u200d🚀",
        "می\u200cخواهم क्\u200dष",  # noqa: RUF001 - they are what they look like
        "non\xa0breaking",
    ],
)
def test_ordinary_writing_stays_as_it_is(text: str):
    assert escape_text(text) == text


@given(any_text)
def test_escaped_text_has_a_utf8_form_and_no_control_character(text: str):
    escaped = escape_text(text)
    escaped.encode()
    assert not {c for c in escaped if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}} - set(
        "\n\t"
    )
    assert not {c for c in escaped if unicodedata.bidirectional(c) in {"LRO", "RLO", "LRE", "RLE"}}


@given(any_text)
def test_escaping_twice_changes_nothing(text: str):
    assert escape_text(escape_text(text)) == escape_text(text)


@given(any_text)
def test_one_line_is_one_line(text: str):
    line = escape_text(text, keep_newlines=False)
    assert line.splitlines() in ([], [line])
    assert "\t" not in line


@given(any_text, st.integers(1, 40))
def test_a_shortened_text_fits_and_is_the_start(text: str, n: int):
    short = shorten(text, n)
    assert len(short) <= n
    assert short == text or (short[-1] == "…" and text.startswith(short[:-1]))


def test_shortening_to_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        shorten("text", 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_of_a_hostile_text_is_bounded(text: str):
    line = one_line(text, 50)
    assert "\n" not in line
    # Each of the 50 characters is at most an escape of ten.
    assert len(line) <= 500


def test_a_line_begins_with_the_first_words_however_late_they_come():
    assert one_line(" " * 10_000 + "words", 20) == "words"
    assert one_line("a" + " " * 10_000 + "b", 20).endswith("…")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (123_456_789, "123 MB"),
        (5 * 10**12, "5.0 TB"),
        (2**64, "18 EB"),
        (10**24, "1,000,000 EB"),
    ],
)
def test_bytes_are_written_with_the_unit_that_fits(size: int, shown: str):
    assert human_bytes(size) == shown


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=45), "1 month ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(hours=-3), "in 3 hours"),
    ],
)
def test_times_are_written_as_people_say_them(ago: timedelta, shown: str):
    assert relative_time(NOON - ago, NOON) == shown


def test_times_are_told_in_utc_wherever_they_come_from():
    berlin = timezone(timedelta(hours=1))
    when = datetime(2026, 11, 2, 0, 30, 15, 250, tzinfo=berlin)
    assert exact_time(when) == "2026-11-01T23:30:15.000250Z"
    assert minute_time(when) == "2026-11-01 23:30 UTC"


def test_an_unknown_time_is_not_invented():
    assert relative_time(None, NOON) == exact_time(None) == minute_time(None) == ""


def test_a_time_without_a_zone_is_refused():
    naive = datetime(2026, 11, 2)  # noqa: DTZ001 - that is the point
    for write in (exact_time, minute_time, lambda when: relative_time(when, NOON)):
        with pytest.raises(ValueError, match="no time zone"):
            write(naive)


def test_counts_agree_with_their_nouns():
    assert count(1, "match", "matches") == "1 match"
    assert count(2, "match", "matches") == "2 matches"
    assert count(1_000_000, "session") == "1,000,000 sessions"
