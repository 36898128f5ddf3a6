"""What the explorer's two halves say to each other, Python and the page.

Python to page: five synced traits, each a JSON object.  ``_table`` is a ``TableView``, ``_detail`` a ``DetailView``, ``_comparison`` a
``ComparisonView``, ``_notices`` a ``NoticesView``, ``_state`` a ``StateView``.  Page to Python: the
requests in ``requests.py``, each of which gets one answer.  The page never sets a trait.

Rules that both sides keep:

- Every text is shown as text.  Texts in views are escaped already (``views.text.escape_text``).
- A session is named by its ``ref``, an opaque text that only Python reads (64-bit numbers don't fit
  JavaScript's).  Revisions, indexes and counts are plain numbers.
- ``request`` is any text that the page picks; exactly one answer bears it, and it comes after the
  traits that the request changed.  A notice tells what went wrong.
- The page keeps its active tab itself, and shows ``StateView.tab`` whenever ``tab_seq`` has grown.
- What is not there is ``None``, an empty list or an empty text: no key is ever missing.

No widget, store or view is imported here.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "ENTRY_WINDOW",
    "PAGE_SIZE",
    "ROW_WINDOW",
    "ActionState",
    "CallView",
    "ColumnView",
    "ComparisonView",
    "DetailView",
    "DiffRowView",
    "EntryView",
    "ExcerptView",
    "FactView",
    "FieldChangeView",
    "ImageView",
    "NoticeView",
    "NoticesView",
    "ProblemView",
    "ProgressView",
    "RowView",
    "SideView",
    "SnapshotView",
    "SourceView",
    "StateView",
    "TabName",
    "TableView",
    "TimeView",
    "VersionView",
]

PAGE_SIZE = 50
"""Sessions a page of the table."""
ENTRY_WINDOW = 100
"""Messages a window of the transcript: the first is in ``DetailView.entries``."""
ROW_WINDOW = 200
"""Rows a window of the comparison: the first is in ``ComparisonView.rows``."""

TabName = Literal["transcript", "snapshots", "compare"]


# -- small parts -----------------------------------------------------------------------------------


class TimeView(TypedDict):
    """A time: ``text`` is relative (``2 hours ago``), ``title`` exact; both empty if unknown."""

    text: str
    title: str


class FactView(TypedDict):
    """A fact with its name, such as ``turns`` and ``12``; ``title`` says more on hover."""

    name: str
    text: str
    title: str


class ActionState(TypedDict):
    """Whether a button works; if not, ``reason`` says why (title, and a visible hint)."""

    enabled: bool
    reason: str


# -- trait _table ----------------------------------------------------------------------------------


class SourceView(TypedDict):
    """Where the sessions come from.

    ``name``: ``sessions.db`` or ``in memory``.  ``kind``: ``agent-base database, read-only; edits
    go to an in-memory sidecar``.  ``title``: the full path, or what else there is to say.
    """

    name: str
    kind: str
    title: str


class ColumnView(TypedDict):
    """A column.  ``sort``: what the request ``sort`` names; None where it can't be sorted."""

    key: str
    title: str
    description: str
    align: Literal["start", "end"]
    sort: str | None


class RowView(TypedDict):
    """A session.

    The first column is a rich cell of ``id``, ``title`` (may be empty), ``preview`` and ``tags``;
    the others are in ``cells`` by the column's key, a ``TimeView`` each (``title`` may be empty).
    ``failed``: the session has failed tool calls.  ``local``: only the sidecar holds it (a fork).
    """

    ref: str
    id: str
    title: str
    preview: str
    tags: list[str]
    cells: dict[str, TimeView]
    failed: bool
    local: bool


class ProblemView(TypedDict):
    """A row of the source that can't be read."""

    where: str
    problem: str
    hint: str


class TableView(TypedDict):
    """The page of sessions shown.

    ``total`` of the present search; ``first`` and ``last`` count from 1 (0 and 0 where there are
    none).  ``sort`` is a column's ``sort``.  ``problems``: at most 100 of ``problem_count``.
    ``empty``: what to say where ``rows`` is empty.  ``selection``: refs.  ``opened``: the ref of
    the session on the right.
    """

    source: SourceView
    columns: list[ColumnView]
    rows: list[RowView]
    total: int
    first: int
    last: int
    has_previous: bool
    has_next: bool
    search: str
    sort: str
    descending: bool
    selection: list[str]
    opened: str | None
    problems: list[ProblemView]
    problem_count: int
    empty: str


# -- trait _detail ---------------------------------------------------------------------------------


class ExcerptView(TypedDict):
    """The start of a text; ``length`` in characters of all of it (``views.entries.Excerpt``)."""

    text: str
    length: int
    truncated: bool


class ImageView(TypedDict):
    """An image as facts (``views.entries.ImageFact``).

    Only for one of kind ``base64`` may the page ask for the picture (request ``image``); an
    address is text and is never loaded.
    """

    kind: Literal["base64", "url", "unknown"]
    media_type: str | None
    size: int | None
    url: str | None
    detail: str | None
    summary: str


class CallView(TypedDict):
    """A tool call with its answer (``views.entries.CallEntry``)."""

    number: int
    id: str
    name: str
    arguments: ExcerptView
    malformed: bool
    answer: EntryView | None
    unanswered: bool
    extra: ExcerptView | None


class EntryView(TypedDict):
    """A message (``views.entries.Entry`` tells each field).

    A Tool message with ``answers`` is drawn inside the call, where ``CallView.answer`` repeats it;
    at its own place the page draws nothing.  ``turn`` grows at each User message: draw a separator.
    """

    index: int
    kind: str
    role: str
    turn: int
    text: str
    length: int
    truncated: bool
    format: Literal["text", "json"]
    reasoning: ExcerptView | None
    signature: ExcerptView | None
    calls: list[CallView]
    more_calls: int
    call_id: str | None
    tool: str | None
    answers: int | None
    orphan: str | None
    failed: bool
    images: list[ImageView]
    extra: ExcerptView | None
    ephemeral: bool


class SnapshotView(TypedDict):
    """A snapshot.

    ``position``: 1 is the oldest there is.  ``change``: against the one before it, such as
    ``+2 messages, +1 tool call``.  ``counts``: ``12 messages · 3 turns · 2 tool calls``.
    ``parent``: such as ``from revision 3`` or ``forked from 42, revision 3``; empty where it simply
    follows the one before.  ``made_by``: cell or file that saved it, or empty.
    """

    revision: int
    position: int
    label: str
    time: TimeView
    counts: str
    change: str
    parent: str
    diverged: bool
    errors: int
    made_by: str
    newest: bool


class DetailView(TypedDict):
    """The opened session; the trait is ``{}`` while none is.

    ``shown``: the snapshot looked at; if it is not ``newest``, a banner says ``position`` of
    ``snapshots`` and leads back.  ``entries``: the first window of ``entry_count`` messages.
    ``snapshots``: newest first.  ``actions``: by action, for ``load_into_notebook, compare, label,
    fork, revert, delete, delete_snapshot``, about the snapshot looked at.  ``note``: a sentence
    about where changes go, or empty.  ``opened_seq`` grows when another session or snapshot is
    shown: scroll to the top then, and drop what was asked of the one before.
    """

    ref: str
    id: str
    title: str
    preview: str
    facts: list[FactView]
    errors: int
    shown: SnapshotView
    snapshots: list[SnapshotView]
    entries: list[EntryView]
    entry_count: int
    actions: dict[str, ActionState]
    note: str
    opened_seq: int


# -- trait _comparison -----------------------------------------------------------------------------


class SideView(TypedDict):
    """One side of a comparison; ``text`` such as ``42 · revision 3 “before the fix”``."""

    ref: str
    revision: int
    text: str


class VersionView(TypedDict):
    """One version of a changed text (``views.contrast.Version``).

    ``middle`` is what only this version has, ``start`` and ``end`` are what stands around it;
    ``text`` is the three as one, ``length`` in characters of the whole version.
    """

    text: str
    start: str
    middle: str
    end: str
    length: int
    truncated: bool


class FieldChangeView(TypedDict):
    """A changed field, of a message or of the session; ``kind``: changed, added or removed."""

    name: str
    kind: Literal["changed", "added", "removed"]
    old: VersionView | None
    new: VersionView | None


class DiffRowView(TypedDict):
    """A row of a comparison.

    ``kind``: ``same`` inside a fold, ``folded`` for ``count`` unchanged messages (``inside`` holds
    the first ones, ``more`` tells how many are left out), or what happened to one message.
    ``moved`` marks an edited message that moved too.  Indexes count from 0; None on the side that
    has no such message.  A removed message's words are in ``old``, those of all others in ``new``;
    of an edited message ``fields`` tells every change, old and new, the words among them.
    """

    kind: Literal["folded", "same", "added", "removed", "edited", "moved"]
    count: int
    old_index: int | None
    new_index: int | None
    role: str
    title: str
    old: ExcerptView | None
    new: ExcerptView | None
    moved: bool
    fields: list[FieldChangeView]
    inside: list[DiffRowView]
    more: int


class ComparisonView(TypedDict):
    """What changed from ``left`` to ``right``; the trait is ``{}`` while nothing is compared.

    ``summary``: ``12 same, 1 edited``.  ``equal``: nothing differs.  ``stats``: counts of messages
    by kind (same, added, removed, edited, moved).  ``fields``: of the session.  ``rows``: the first
    window of ``row_count``.
    """

    left: SideView
    right: SideView
    summary: str
    equal: bool
    stats: dict[str, int]
    fields: list[FieldChangeView]
    rows: list[DiffRowView]
    row_count: int
    compared_seq: int


# -- traits _notices and _state --------------------------------------------------------------------


class NoticeView(TypedDict):
    """Something to tell.

    ``kind``: ``error`` is a bar that stays until dismissed (``text``, ``where``, ``hint``);
    ``done`` is a toast; ``undo`` is a toast with an Undo button (request ``undo`` with this id).
    ``seconds``: how long to show it at least, 0 for ever; pause while it has focus or the pointer.
    Dropping it from view needs no request; ``dismiss`` takes it away for good.
    """

    id: int
    kind: Literal["error", "done", "undo"]
    text: str
    where: str
    hint: str
    seconds: int


class NoticesView(TypedDict):
    """The notices there are, oldest first."""

    items: list[NoticeView]


class ProgressView(TypedDict):
    """How far a long piece of work is; ``total`` is 0 where it is not known."""

    text: str
    done: int
    total: int


class StateView(TypedDict):
    """How the panel stands; ``progress`` is None while nothing long goes on."""

    tab: TabName
    tab_seq: int
    progress: ProgressView | None
