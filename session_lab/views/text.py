"""How text, counts, sizes and times are written for people.

Plain functions of plain values: nothing here knows sessions, HTML, pandas or a clock (``now`` is
passed in).  Whatever a person is shown of a session goes through ``escape_text``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = [
    "count",
    "escape_text",
    "exact_time",
    "human_bytes",
    "minute_time",
    "one_line",
    "relative_time",
    "shorten",
]

# What a terminal or browser acts on, reorders by, or shows as nothing.  Left alone, because they
# are ordinary writing: a zero-width joiner inside an emoji or between letters of the scripts that
# join (Arabic to Sinhala), and a single variation selector.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    r"\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    r"|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
    r"|(?<![\u0600-\u0dff])[\u200c\u200d](?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]\u200d)"
    r"|[\u200c\u200d](?![\u0600-\u0dff\u2190-\u2bff\U0001f000-\U0001faff])"
)
_LAYOUT = str.maketrans({"\n": r"\n", "\t": r"\t"})

_RETURN = 0x0D
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = (
    (365 * _DAY, "year"),
    (30 * _DAY, "month"),
    (_DAY, "day"),
    (_HOUR, "hour"),
    (_MINUTE, "minute"),
)
_SIZES = ("kB", "MB", "GB", "TB", "PB", "EB")
_THOUSAND = 1000
_TEN = 9.95  # what "%.1f" would write as 10.0


def escape_text(text: str, *, keep_newlines: bool = True) -> str:
    r"""Show the characters that act or hide as visible escapes.

    Escaped are carriage returns and all other C0 and C1 controls (NUL and the ESC of ANSI sequences
    among them), bidirectional marks, overrides and isolates, zero-width and other invisible
    characters, tag characters, line and paragraph separators, and lone surrogates.  So the result
    has a UTF-8 form and is shown in the order it is written.  Backslashes stay as they are: the
    result is for reading.

    Args:
        text: any text, hostile or not.
        keep_newlines: leave ``\n`` and ``\t`` as they are; False makes one line.

    Returns:
        The text with ``\x1b``, ``\u202e`` or ``\U000e0041`` in the place of such characters.

    >>> print(escape_text("\x1b[31mred\u202egpj.exe"))
    \x1b[31mred\u202egpj.exe
    >>> print(escape_text("a\nb", keep_newlines=False))
    a\nb
    """
    escaped = _HIDDEN.sub(_escape, text)
    return escaped if keep_newlines else escaped.translate(_LAYOUT)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == _RETURN:
        return r"\r"
    if code <= 0xFF:  # noqa: PLR2004 - what two digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits


def shorten(text: str, n: int) -> str:
    """Give the text, or its start with an ellipsis, in at most ``n`` characters.

    Shorten first and escape then: the work stays bounded, and no escape is cut in two.

    Args:
        text: any text.
        n: at least 1.

    Raises:
        ValueError: ``n`` leaves no place for the ellipsis.

    >>> shorten("transcript", 6), shorten("short", 6)
    ('trans…', 'short')
    """
    if n < 1:
        raise ValueError(f"a text can't be shortened to {n} characters; ask for at least 1")
    return text if len(text) <= n else text[: n - 1] + "…"


def one_line(text: str, n: int) -> str:
    r"""Give the start of a text as one escaped line, white space joined to single blanks.

    Args:
        text: any text.
        n: how many characters of it, at least 1; escapes come on top.

    >>> one_line("fix\n\n the\x00 build", 12)
    'fix the\\x00 bu…'
    """
    start = text[: 8 * n]  # a bounded part is enough, unless it is blank
    if start.isspace():
        text = text.lstrip()
        start = text[: 8 * n]
    head = " ".join(start.split())
    if len(text) > len(start) and len(head) <= n:
        head += " …"
    return escape_text(shorten(head, n), keep_newlines=False)


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun.

    Args:
        n: how many.
        noun: for one.
        plural: for any other number, by default the noun with an ``s``.

    >>> count(1, "message"), count(1200, "message"), count(0, "reply", "replies")
    ('1 message', '1,200 messages', '0 replies')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def human_bytes(size: int) -> str:
    """Write a number of bytes with at most three digits, in powers of 1,000.

    >>> human_bytes(0), human_bytes(999), human_bytes(1200), human_bytes(34_567_890)
    ('0 B', '999 B', '1.2 kB', '35 MB')
    """
    if abs(size) < _THOUSAND:
        return f"{size} B"
    value = float(size)
    for unit in _SIZES:
        value /= _THOUSAND
        # 999.5 and more would be written as 1000.
        if abs(value) < _THOUSAND - 0.5 or unit == _SIZES[-1]:
            break
    return f"{value:.1f} {unit}" if abs(value) < _TEN else f"{value:,.0f} {unit}"


def exact_time(when: datetime | None) -> str:
    """Write a time in ISO 8601, in UTC; the empty string for None.

    Args:
        when: a time with a time zone.

    Raises:
        ValueError: the time has no time zone, so nobody knows when it was.

    >>> exact_time(datetime(2026, 11, 2, 10, 30, tzinfo=UTC))
    '2026-11-02T10:30:00Z'
    """
    if when is None:
        return ""
    return _utc(when).isoformat().replace("+00:00", "Z")


def minute_time(when: datetime | None) -> str:
    """Write a time to the minute, in UTC, for a table; the empty string for None.

    Args:
        when: a time with a time zone.

    Raises:
        ValueError: the time has no time zone.

    >>> minute_time(datetime(2026, 11, 2, 10, 30, 59, tzinfo=UTC))
    '2026-11-02 10:30 UTC'
    """
    return "" if when is None else f"{_utc(when):%Y-%m-%d %H:%M} UTC"


def relative_time(then: datetime | None, now: datetime) -> str:
    """Write how long ago a time was, roughly; the empty string for None.

    Args:
        then: a time with a time zone, past or future.
        now: the time to count from.

    Raises:
        ValueError: a time has no time zone.

    >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    >>> relative_time(datetime(2026, 11, 2, 9, 58, tzinfo=UTC), noon)
    '2 hours ago'
    >>> relative_time(datetime(2026, 11, 3, 13, tzinfo=UTC), noon)
    'in 1 day'
    """
    if then is None:
        return ""
    seconds = (_utc(now) - _utc(then)).total_seconds()
    for length, unit in _UNITS:
        whole = int(abs(seconds) // length)
        if whole:
            return f"{count(whole, unit)} ago" if seconds > 0 else f"in {count(whole, unit)}"
    return "just now" if seconds >= 0 else "in a moment"


def _utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError(f"{when.isoformat()} has no time zone; give it one, such as UTC")
    return when.astimezone(UTC)
