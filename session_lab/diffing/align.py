"""Which message of one session belongs to which of another.

Three passes, from strict to lenient, each working only on what the one before left over:

1. *digest*: messages with the same content.  Those in the same order on both sides become the
   backbone of the alignment; the others with the same content somewhere else have moved.
2. *tool_call_id*: answers to the same call and batches of the same calls are versions of one
   another, whatever else changed.
3. *similarity*: messages of one kind whose texts are alike, within a gap of the backbone.

The work is bounded: each step looks at a fixed number of candidates for each message, however
often a content is repeated and however large a gap is.  Knows neither sessions nor how a diff is
told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from session_lab.diffing.text import SIMILAR, Sketch, similarity
from session_lab.models import (
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    ToolMessage,
    UnknownMessage,
)

__all__ = ["Run", "align", "common_subsequence"]

_NOTHING = -1
"""What a message that is not paired is paired with."""
_RANKS = 16
"""How far apart, counted in repetitions of one content, two messages may be and still be paired in
order within a gap."""
_SMALL_GAP = 1024
"""Up to so many pairs all are compared; in larger gaps only those near the diagonal."""
_BAND = 4
_SAME_CALL = 0.9
"""What sharing a tool call counts, at least, as similarity."""


class Run(NamedTuple):
    """Say that a stretch of one side belongs to one of the other, message by message.

    Args:
        a: index of the first message on the one side.
        b: index of the first message on the other side.
        length: how many messages.
        edited: true where their content differs.
        moved: true where they are out of the order of the rest.
    """

    a: int
    b: int
    length: int
    edited: bool
    moved: bool

    def swapped(self) -> Run:
        """Give the same with the sides exchanged."""
        return self._replace(a=self.b, b=self.a)


def align(a: Sequence[ChatMessage], b: Sequence[ChatMessage]) -> tuple[Run, ...]:
    """Find which messages of ``a`` and ``b`` belong together.

    Args:
        a: messages, oldest first.
        b: messages, oldest first.

    Returns:
        Runs in the order of ``b``, as long as can be; each message is in at most one of them.

    >>> from session_lab.models import UserMessage
    >>> x, y, z = (UserMessage(content=text) for text in ("one", "two", "three"))
    >>> align([x, y], [x, z, y])
    (Run(a=0, b=0, length=1, edited=False, moved=False), Run(a=1, b=2, length=1, edited=False, moved=False))
    """
    pairs = _Pairs(a, b)
    for step in (_by_digest, _moved_by_digest, _by_call, _moved_by_call, _by_similarity):
        if pairs.done():
            break
        step(pairs)
    return tuple(pairs.runs())


class _Pairs:
    """What has been paired so far."""

    def __init__(self, a: Sequence[ChatMessage], b: Sequence[ChatMessage]) -> None:
        self.a = a
        self.b = b
        self.of_a = [_NOTHING] * len(a)
        self.of_b = [_NOTHING] * len(b)
        self.edited: set[int] = set()
        self.moved: set[int] = set()
        self.free = min(len(a), len(b))

    def done(self) -> bool:
        return self.free == 0

    def add(self, i: int, j: int, *, edited: bool = False, moved: bool = False) -> None:
        self.of_a[i] = j
        self.of_b[j] = i
        self.free -= 1
        if edited:
            self.edited.add(j)
        if moved:
            self.moved.add(j)

    def free_a(self) -> list[int]:
        return _free(self.of_a, 0, len(self.a))

    def free_b(self) -> list[int]:
        return _free(self.of_b, 0, len(self.b))

    def gaps(self) -> list[tuple[list[int], list[int]]]:
        """Give the unpaired messages of both sides between neighbours of the backbone."""
        found = []
        start_a = start_b = 0
        for j, i in [*enumerate(self.of_b), (len(self.b), len(self.a))]:
            if i == _NOTHING or j in self.moved:
                continue
            if i > start_a and j > start_b:
                left, right = _free(self.of_a, start_a, i), _free(self.of_b, start_b, j)
                if left and right:
                    found.append((left, right))
            start_a, start_b = i + 1, j + 1
        return found

    def runs(self) -> Iterator[Run]:
        start = length = 0
        for j, i in enumerate(self.of_b):
            if length and i == self.of_b[start] + length and self._flags(j) == self._flags(start):
                length += 1
                continue
            if length:
                yield self._run(start, length)
            start, length = j, int(i != _NOTHING)
        if length:
            yield self._run(start, length)

    def _flags(self, j: int) -> tuple[bool, bool]:
        return j in self.edited, j in self.moved

    def _run(self, j: int, length: int) -> Run:
        edited, moved = self._flags(j)
        return Run(self.of_b[j], j, length, edited=edited, moved=moved)


def _free(partners: Sequence[int], start: int, stop: int) -> list[int]:
    return [index for index in range(start, stop) if partners[index] == _NOTHING]


# -- in order ----------------------------------------------------------------------------------


def common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Find a long sequence of items that both sides have in the same order.

    It is the longest one (Hunt and Szymanski's algorithm) where no item occurs more than 16 times
    on a side; of items that occur more often only repetitions with nearby numbers are considered.

    Args:
        a: items; None belongs to nothing.
        b: items.

    Returns:
        Pairs of indices, ascending on both sides.

    >>> common_subsequence("abcde", "xbcaye")
    [(1, 1), (2, 2), (4, 5)]
    """
    places: defaultdict[Hashable, list[int]] = defaultdict(list)
    for j, item in enumerate(b):
        if item is not None:
            places[item].append(j)
    seen: Counter[Hashable] = Counter()
    candidates: list[tuple[int, int]] = []
    for i, item in enumerate(a):
        if item in places:
            rank = seen[item]
            seen[item] += 1
            near = places[item][max(0, rank - _RANKS) : rank + _RANKS + 1]
            # Downwards, so that no two candidates of one item of `a` are both taken.
            candidates.extend((i, j) for j in reversed(near))
    return _ascending(candidates)


class _Link(NamedTuple):
    i: int
    j: int
    before: _Link | None


def _ascending(candidates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest subsequence of the candidates whose second numbers ascend."""
    ends: list[int] = []
    links: list[_Link] = []
    for i, j in candidates:
        place = bisect_left(ends, j)
        link = _Link(i, j, links[place - 1] if place else None)
        if place == len(ends):
            ends.append(j)
            links.append(link)
        else:
            ends[place] = j
            links[place] = link
    return _chain(links[-1] if links else None)


def _chain(last: _Link | None) -> list[tuple[int, int]]:
    """Give the pairs of linked ones, first to last."""
    found = []
    while last is not None:
        found.append((last.i, last.j))
        last = last.before
    return found[::-1]


# -- pass 1: digest ------------------------------------------------------------------------------


def _by_digest(pairs: _Pairs) -> None:
    left = [message.digest for message in pairs.a]
    right = [message.digest for message in pairs.b]
    start, stop_a, stop_b = 0, len(left), len(right)
    while start < min(stop_a, stop_b) and left[start] == right[start]:
        pairs.add(start, start)
        start += 1
    while min(stop_a, stop_b) > start and left[stop_a - 1] == right[stop_b - 1]:
        stop_a -= 1
        stop_b -= 1
        pairs.add(stop_a, stop_b)
    # What occurs once on each side fixes the frame: a content that is repeated (“continue”) says
    # little about where in the session one is.
    once_a, once_b = Counter(left[start:stop_a]), Counter(right[start:stop_b])
    once = {item for item, count in once_a.items() if count == 1 and once_b[item] == 1}
    for i, j in common_subsequence(
        [item if item in once else None for item in left[start:stop_a]],
        [item if item in once else None for item in right[start:stop_b]],
    ):
        pairs.add(start + i, start + j)
    for free_a, free_b in pairs.gaps():
        found = common_subsequence([left[i] for i in free_a], [right[j] for j in free_b])
        for i, j in found:
            pairs.add(free_a[i], free_b[j])


def _moved_by_digest(pairs: _Pairs) -> None:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i in reversed(pairs.free_a()):
        places[pairs.a[i].digest].append(i)
    following = -1
    for j in pairs.free_b():
        stack = places.get(pairs.b[j].digest)
        if stack:
            # A block stays together even where its content is repeated elsewhere.
            near = range(len(stack) - 1, max(-1, len(stack) - 1 - _RANKS), -1)
            i = stack.pop(next((place for place in near if stack[place] == following), -1))
            pairs.add(i, j, moved=True)
            following = i + 1
        else:
            following = -1


# -- pass 2: tool_call_id ------------------------------------------------------------------------

_CallKey = tuple[str, Hashable]


def _call_key(message: ChatMessage) -> _CallKey | None:
    if isinstance(message, ToolMessage):
        return "answer", message.tool_call_id
    if isinstance(message, AssistantMessage) and message.tool_calls:
        return "batch", frozenset(call.id for call in message.tool_calls)
    return None


def _by_call(pairs: _Pairs) -> None:
    for free_a, free_b in pairs.gaps():
        found = common_subsequence(
            [_call_key(pairs.a[i]) for i in free_a], [_call_key(pairs.b[j]) for j in free_b]
        )
        for i, j in found:
            pairs.add(free_a[i], free_b[j], edited=True)


def _moved_by_call(pairs: _Pairs) -> None:
    # Some models start again with call_0 in each turn: only an id that each side uses for one
    # batch and one answer names a message wherever it stands.
    count_a = Counter(map(_call_key, pairs.a))
    count_b = Counter(map(_call_key, pairs.b))
    places = {
        key: i
        for i in pairs.free_a()
        if (key := _call_key(pairs.a[i])) is not None and count_a[key] == 1
    }
    for j in pairs.free_b():
        key = _call_key(pairs.b[j])
        if key in places and count_b[key] == 1:
            pairs.add(places[key], j, edited=True, moved=True)


# -- pass 3: similarity --------------------------------------------------------------------------


class _Facts(NamedTuple):
    kind: tuple[str, str]
    calls: frozenset[str]
    sketch: Sketch


def _facts(message: ChatMessage) -> _Facts:
    parts = [message.text]
    calls: frozenset[str] = frozenset()
    if isinstance(message, AssistantMessage):
        parts.append(message.reasoning_content or "")
        for call in message.tool_calls or ():
            parts += [call.name, call.arguments]
        calls = frozenset(call.id for call in message.tool_calls or ())
    unnamed = isinstance(message, (CustomMessage, UnknownMessage))
    kind = (message.kind, message.role if unnamed else "")
    return _Facts(kind, calls, Sketch("\n".join(part for part in parts if part)))


def _alike(a: _Facts, b: _Facts) -> float:
    if a.kind != b.kind:
        return 0.0
    found = similarity(a.sketch, b.sketch)
    return max(found, _SAME_CALL) if a.calls & b.calls else found


def _by_similarity(pairs: _Pairs) -> None:
    for free_a, free_b in pairs.gaps():
        left = [_facts(pairs.a[i]) for i in free_a]
        right = [_facts(pairs.b[j]) for j in free_b]
        for i, j in _best(left, right):
            pairs.add(free_a[i], free_b[j], edited=True)


def _band(row: int, rows: int, columns: int) -> range:
    """Give the columns that a row is compared with."""
    if rows * columns <= _SMALL_GAP:
        return range(columns)
    middle = row * columns // rows
    # A step of the diagonal is several columns wide where the one side is longer.
    reach = _BAND + columns // rows
    return range(max(0, middle - reach), min(columns, middle + reach + 1))


def _best(left: Sequence[_Facts], right: Sequence[_Facts]) -> list[tuple[int, int]]:
    """Give the pairs, in order on both sides, whose similarities add up to the most."""
    heaviest = _Heaviest(len(right))
    for i, facts in enumerate(left):
        # Downwards, as in `common_subsequence`.
        for j in reversed(_band(i, len(left), len(right))):
            alike = _alike(facts, right[j])
            if alike >= SIMILAR:
                heaviest.add(i, j, alike)
    return _chain(heaviest.before(len(right)).link)


class _Sum(NamedTuple):
    weight: float
    link: _Link | None


class _Heaviest:
    """The heaviest ascending sequence that ends before a column: a Fenwick tree of maxima."""

    def __init__(self, columns: int) -> None:
        self._tree = [_Sum(0.0, None)] * (columns + 1)

    def before(self, column: int) -> _Sum:
        found = self._tree[0]
        while column > 0:
            if self._tree[column].weight > found.weight:
                found = self._tree[column]
            column &= column - 1
        return found

    def add(self, i: int, j: int, weight: float) -> None:
        base = self.before(j)
        new = _Sum(base.weight + weight, _Link(i, j, base.link))
        place = j + 1
        while place < len(self._tree):
            if new.weight >= self._tree[place].weight:
                self._tree[place] = new
            place += place & -place
