"""Two versions of one text, cut down to what differs and a little around it.

Plain functions of plain values, as in ``text.py``: nothing here knows messages or how a diff was
found.  The work is linear in the length of the texts, whatever they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from session_lab.diffing.text import common_end, common_start
from session_lab.views.secrets import mask_secrets
from session_lab.views.text import escape_text

__all__ = ["Change", "Version", "contrast"]

_AROUND = 120
_LIMIT = 2000
_MARGIN = 4096
"""Characters before and after within which a secret is recognised."""
_WORD = 40


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a text, in three parts, all escaped.

    Args:
        start: what both versions have before the difference, at most 120 characters of it.
        middle: what only this version has, at most 2,000 characters of it.
        end: what both versions have after the difference, at most 120 characters of it.
        length: characters of the whole text.
        truncated: true where ``middle`` is not all that only this version has.
    """

    start: str
    middle: str
    end: str
    length: int
    truncated: bool

    @property
    def text(self) -> str:
        """Give the parts as one text."""
        return f"{self.start}{self.middle}{self.end}"


@dataclass(frozen=True, slots=True)
class Change:
    """A named value that changed.

    Args:
        name: of the field, as one escaped line.
        kind: ``added`` where there was no old value, ``removed`` where there is no new one.
        old: the old value, None where there was none.
        new: the new value, None where there is none.
        looks_same: true where both are shown alike: they differ in what is hidden or escaped.
    """

    name: str
    kind: Literal["changed", "added", "removed"]
    old: Version | None
    new: Version | None
    looks_same: bool = False


def contrast(old: str, new: str, *, masked: bool = False) -> tuple[Version, Version]:
    """Cut two texts down to where they differ, at the bounds of words.

    Args:
        old: one text.
        new: the other.
        masked: hide what looks like a secret.

    Returns:
        Both versions; an ellipsis stands for what is left out.

    >>> before, after = contrast("fix the build now", "fix the tests, please, now")
    >>> before.start, before.middle, after.middle, after.end
    ('fix the ', 'build', 'tests, please,', ' now')
    """
    start = common_start(old, new)
    end = common_end(old, new, min(len(old), len(new)) - start)
    if masked:
        regions = [_region(text, start, end) for text in (old, new)]
        hidden = [mask_secrets(region) for region in regions]
        if hidden != regions:
            # Where a secret was hidden the places have shifted, and what differs may be less.
            left, right = contrast(hidden[0], hidden[1])
            return _with_length(left, len(old)), _with_length(right, len(new))
    if any(_cuts_word(text, start) for text in (old, new)):
        start = _back_to_word(old, start)
    if any(_cuts_word(text, len(text) - end) for text in (old, new)):
        end = _on_to_word(old, end)
    return _version(old, start, end), _version(new, start, end)


def _version(text: str, start: int, end: int) -> Version:
    stop = len(text) - end
    truncated = stop - start > _LIMIT
    return Version(
        start=("…" if start > _AROUND else "") + escape_text(text[max(0, start - _AROUND) : start]),
        middle=escape_text(text[start : min(stop, start + _LIMIT)]) + ("…" if truncated else ""),
        end=escape_text(text[stop : stop + _AROUND]) + ("…" if end > _AROUND else ""),
        length=len(text),
        truncated=truncated,
    )


def _with_length(version: Version, length: int) -> Version:
    return Version(version.start, version.middle, version.end, length, version.truncated)


def _region(text: str, start: int, end: int) -> str:
    """Give the part of a text that can be shown, with enough around it to recognise a secret."""
    stop = min(len(text) - end, start + _LIMIT)
    return text[max(0, start - _MARGIN) : stop + _MARGIN]


def _in_word(character: str) -> bool:
    # Scripts that are written without blanks have no word to go back to.
    return character.isalnum() and character < "\u2e80"


def _cuts_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and _in_word(text[place - 1]) and _in_word(text[place])


def _back_to_word(text: str, start: int) -> int:
    for place in range(start, max(0, start - _WORD), -1):
        if not _in_word(text[place - 1]):
            return place
    return 0 if start <= _WORD else start


def _on_to_word(text: str, end: int) -> int:
    for left in range(end, max(0, end - _WORD), -1):
        if not _in_word(text[len(text) - left]):
            return left
    return 0 if end <= _WORD else end
