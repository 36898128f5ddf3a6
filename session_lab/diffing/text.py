"""How alike two texts are.

Here stands what compares words; which messages are compared, and what follows from it, is
``align.py``'s business.  Knows no message and no session.
"""

from __future__ import annotations

__all__ = ["SIMILAR", "Sketch", "common_end", "common_start", "similarity"]

SIMILAR = 0.5
"""From here on two texts are versions of one another."""

_HEAD, _TAIL = 1500, 500
_WIDE, _NARROW, _SHORT = 4, 2, 24


class Sketch:
    """Remember a text as the sets of its short pieces, so that comparing two texts is cheap.

    Of a long text the first 1,500 and the last 500 characters count: the work for one text and for
    one comparison is bounded, whatever the text holds.

    Args:
        text: any text.
    """

    __slots__ = ("_pieces", "text")

    def __init__(self, text: str) -> None:
        long = len(text) > _HEAD + _TAIL
        self.text = text[:_HEAD] + text[-_TAIL:] if long else text
        self._pieces: dict[int, frozenset[str]] = {}

    def __len__(self) -> int:
        """Give the length of the part that counts."""
        return len(self.text)

    def pieces(self, width: int) -> frozenset[str]:
        """Give the distinct runs of ``width`` characters, the whole text where it is shorter."""
        found = self._pieces.get(width)
        if found is None:
            last = max(1, len(self.text) - width + 1)
            found = frozenset(self.text[i : i + width] for i in range(last))
            self._pieces[width] = found
        return found


def similarity(a: Sketch, b: Sketch) -> float:
    """Tell how alike two texts are, from 0.0 (nothing in common) to 1.0.

    It is the larger of two shares: of the runs of four characters that both texts have (Sørensen's
    and Dice's coefficient; runs of two where a text is shorter than 24), and of the characters
    before and after the part in which they differ.  So it needs no words and serves Chinese and
    JSON as well.  Unrelated texts of one language stay under 0.4 or so; a text that cannot reach
    ``SIMILAR`` by its length alone gets 0.0.

    Args:
        a: one text.
        b: the other.

    >>> round(similarity(Sketch("fix the build"), Sketch("fix the biuld")), 2)
    0.85
    >>> similarity(Sketch("fix the build"), Sketch("thanks, bye")) < SIMILAR
    True
    """
    shorter = min(len(a), len(b))
    total = len(a) + len(b)
    if not total:
        return 1.0
    if 2 * shorter < SIMILAR * total:
        return 0.0
    width = _NARROW if shorter < _SHORT else _WIDE
    left, right = a.pieces(width), b.pieces(width)
    shared = 2 * len(left & right) / (len(left) + len(right))
    start = common_start(a.text, b.text)
    end = common_end(a.text, b.text, shorter - start)
    return max(shared, 2 * (start + end) / total)


def common_start(a: str, b: str) -> int:
    """Count the characters that both texts start with.

    Args:
        a: one text.
        b: the other.

    >>> common_start("fix the build", "fix the tests")
    8
    """
    same, other = 0, min(len(a), len(b))
    if a[:other] == b[:other]:
        return other
    while other - same > 1:
        middle = (same + other) // 2
        if a[same:middle] == b[same:middle]:
            same = middle
        else:
            other = middle
    return same


def common_end(a: str, b: str, limit: int) -> int:
    """Count the characters that both texts end with.

    Args:
        a: one text.
        b: the other.
        limit: count no further; at most the length of the shorter text.

    >>> common_end("north.", "south.", 6)
    3
    """
    same, other = 0, limit
    if a[len(a) - other :] == b[len(b) - other :]:
        return other
    while other - same > 1:
        middle = (same + other) // 2
        if a[len(a) - middle : len(a) - same] == b[len(b) - middle : len(b) - same]:
            same = middle
        else:
            other = middle
    return same
