"""The piece table: which messages a save must write, and how a snapshot names the ones it has.

A session owns a log of messages; a snapshot is a list of ranges of that log.  Appending a turn
writes the new messages and lengthens one range; an edit in the middle writes the edited messages and
makes three ranges.  Everything here is pure: keys and numbers in, a plan out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

__all__ = ["Plan", "Range", "join", "length", "plan_save", "slice_ranges", "unused"]

K = TypeVar("K", bound=Hashable)

Range = tuple[int, int]
"""Positions ``start`` to ``stop`` (excluded) of a log."""


class Plan(NamedTuple):
    """What a save has to do.

    Args:
        write: indexes of the new state's messages to append to the log, in this order.
        ranges: the snapshot's ranges, the appended messages included.
    """

    write: tuple[int, ...]
    ranges: tuple[Range, ...]


def join(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Join neighbours that follow each other, and drop empty ranges.

    >>> join([(0, 2), (2, 5), (7, 7), (5, 6), (1, 2)])
    ((0, 6), (1, 2))
    """
    joined: list[Range] = []
    for start, stop in ranges:
        if start == stop:
            continue
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return tuple(joined)


def length(ranges: Iterable[Range]) -> int:
    """Count the positions.

    >>> length([(0, 2), (5, 6)])
    3
    """
    return sum(stop - start for start, stop in ranges)


def slice_ranges(ranges: Sequence[Range], start: int, stop: int) -> tuple[Range, ...]:
    """Give the ranges of the messages ``start`` to ``stop`` of a snapshot.

    >>> slice_ranges([(0, 4), (10, 12)], 3, 5)
    ((3, 4), (10, 11))
    """
    cut: list[Range] = []
    offset = 0
    for low, high in ranges:
        first, last = max(start - offset, 0), min(stop - offset, high - low)
        if first < last:
            cut.append((low + first, low + last))
        offset += high - low
    return tuple(cut)


def plan_save(
    head: Sequence[K],
    ranges: Sequence[Range],
    new: Sequence[K],
    *,
    known: Mapping[K, int],
    end: int,
) -> Plan:
    """Find out what a save must write.

    Args:
        head: the keys (digest and form) of the head's messages.
        ranges: the head's ranges; as long as ``head``.
        new: the keys of the messages to save.
        known: the position of any key of the log that may be used again.
        end: the first free position of the log.

    Returns:
        The messages to append, and ranges that give ``new`` once they are.

    >>> plan_save("abc", [(0, 3)], "abcd", known={}, end=3)
    Plan(write=(3,), ranges=((0, 4),))
    >>> plan_save("abc", [(0, 3)], "aXc", known={}, end=3)
    Plan(write=(1,), ranges=((0, 1), (3, 4), (2, 3)))
    """
    prefix = 0
    shorter = min(len(head), len(new))
    if head == new[: len(head)]:
        prefix = len(head)  # nothing but an end was added, as most saves do
    while prefix < shorter and head[prefix] == new[prefix]:
        prefix += 1
    suffix = 0
    while suffix < shorter - prefix and head[-1 - suffix] == new[-1 - suffix]:
        suffix += 1
    write: list[int] = []
    middle: list[Range] = []
    written: dict[K, int] = {}
    for index in range(prefix, len(new) - suffix):
        key = new[index]
        position = known.get(key, written.get(key, -1))
        if position < 0:
            position = written[key] = end + len(write)
            write.append(index)
        middle.append((position, position + 1))
    kept_start = slice_ranges(ranges, 0, prefix)
    kept_end = slice_ranges(ranges, len(head) - suffix, len(head))
    return Plan(tuple(write), join((*kept_start, *middle, *kept_end)))


def unused(used: Iterable[Range], end: int) -> tuple[Range, ...]:
    """Give the ranges of a log of ``end`` positions that none of the used ranges touches.

    >>> unused([(4, 6), (0, 2), (1, 3)], 8)
    ((3, 4), (6, 8))
    """
    free: list[Range] = []
    low = 0
    for start, stop in sorted(used):
        if start > low:
            free.append((low, start))
        low = max(low, stop)
    if low < end:
        free.append((low, end))
    return tuple(free)
