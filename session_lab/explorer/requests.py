"""What the page asks of Python, ``model.send({"action": …, "request": …, …})``, and the answers.

Each class is one request, and its docstring says what happens.  A new one gets a class here, a
place in ``Request``, a method of its name in ``verbs.py`` (and its ``a…`` twin), and a case in
``messages.py``.  No widget, store or view is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from session_lab.errors import FormatError
from session_lab.models.jsonvalue import encode_json

if TYPE_CHECKING:
    from session_lab.explorer.protocol import DiffRowView, EntryView

__all__ = [
    "ACTIONS",
    "Answer",
    "CompareRequest",
    "ComparisonRowsRequest",
    "DeleteRequest",
    "DeleteSnapshotRequest",
    "DismissRequest",
    "EntriesRequest",
    "ForkRequest",
    "FullTextRequest",
    "ImageRequest",
    "LabelRequest",
    "LoadRequest",
    "OpenRequest",
    "PageRequest",
    "RefreshRequest",
    "Request",
    "RevertRequest",
    "SearchRequest",
    "SelectRequest",
    "Side",
    "SortRequest",
    "UndoRequest",
    "_Request",
    "read_request",
]

_Index = Annotated[int, Field(ge=0)]
_Revision = Annotated[int, Field(ge=1)]


class _Request(BaseModel):
    """``request`` is any text that the page picks; the answer bears it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    request: str


class SearchRequest(_Request):
    """Show the sessions with these words; blank shows all.  Goes to the first page."""

    action: Literal["search"]
    text: str


class SortRequest(_Request):
    """Sort by a column (its ``ColumnView.sort``).  Goes to the first page."""

    action: Literal["sort"]
    column: str
    descending: bool


class PageRequest(_Request):
    """Turn the page."""

    action: Literal["page"]
    to: Literal["first", "previous", "next"]


class RefreshRequest(_Request):
    """Read the source anew."""

    action: Literal["refresh"]


class SelectRequest(_Request):
    """Select these sessions in the table, in this order; none is allowed."""

    action: Literal["select"]
    refs: tuple[str, ...]


class OpenRequest(_Request):
    """Open a session (and select it), at a snapshot; ``revision`` None is the newest."""

    action: Literal["open"]
    ref: str
    revision: _Revision | None = None


class EntriesRequest(_Request):
    """Ask for a window of the opened transcript; answered by ``entries``."""

    action: Literal["entries"]
    start: _Index


class FullTextRequest(_Request):
    """Ask for all of a shortened text; answered by ``full_text``.

    ``index``: of the message (of a result, the Tool message's own).  ``part``: ``text``,
    ``reasoning``, ``signature``, ``extra``, or of the call ``n`` ``arguments:n``, ``call_extra:n``.
    """

    action: Literal["full_text"]
    index: _Index
    part: str


class ImageRequest(_Request):
    """Ask for the picture ``number`` (from 0) of a message; answered by ``image``."""

    action: Literal["image"]
    index: _Index
    number: _Index


class LoadRequest(_Request):
    """Put the opened session into the notebook, under a name that is free."""

    action: Literal["load_into_notebook"]
    name: str = "session"


class Side(BaseModel):
    """A session and snapshot to compare: by ``ref``, or by a ``name`` that somebody typed.

    ``revision`` None is the newest.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    ref: str | None = None
    name: str | None = None
    revision: _Revision | None = None


class CompareRequest(_Request):
    """Compare two sides, and show the tab Compare."""

    action: Literal["compare"]
    left: Side
    right: Side


class ComparisonRowsRequest(_Request):
    """Ask for a window of the comparison; answered by ``rows``."""

    action: Literal["comparison_rows"]
    start: _Index


class LabelRequest(_Request):
    """Name a snapshot; None or blank takes the name away."""

    action: Literal["label"]
    ref: str
    revision: _Revision
    name: str | None


class ForkRequest(_Request):
    """Start a new session from a snapshot, and open it; ``new_id`` None or blank picks one."""

    action: Literal["fork"]
    ref: str
    revision: _Revision
    new_id: str | None = None


class RevertRequest(_Request):
    """Make an old snapshot's content the newest."""

    action: Literal["revert"]
    ref: str
    revision: _Revision


class DeleteRequest(_Request):
    """Move a session to the trash; a notice offers Undo."""

    action: Literal["delete"]
    ref: str


class DeleteSnapshotRequest(_Request):
    """Move a snapshot to the trash; a notice offers Undo."""

    action: Literal["delete_snapshot"]
    ref: str
    revision: _Revision


class UndoRequest(_Request):
    """Take a deletion back: that of a notice, or the latest."""

    action: Literal["undo"]
    notice: int | None = None


class DismissRequest(_Request):
    """Take a notice away."""

    action: Literal["dismiss"]
    notice: int


Request = (
    SearchRequest
    | SortRequest
    | PageRequest
    | RefreshRequest
    | SelectRequest
    | OpenRequest
    | EntriesRequest
    | FullTextRequest
    | ImageRequest
    | LoadRequest
    | CompareRequest
    | ComparisonRowsRequest
    | LabelRequest
    | ForkRequest
    | RevertRequest
    | DeleteRequest
    | DeleteSnapshotRequest
    | UndoRequest
    | DismissRequest
)
"""Any request of the page."""

ACTIONS: tuple[str, ...] = tuple(
    model.model_fields["action"].annotation.__args__[0] for model in Request.__args__
)
"""Every action; ``SessionExplorer`` has a method of each name, and an ``a…`` twin.

The front end keeps the same names in ``frontend/actions.mjs`` (``export const ACTIONS = […]``); a
test compares the two.
"""

_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="action")])


def read_request(content: Any) -> Request:
    """Read a request of the page.

    Args:
        content: a custom message as it came.

    Raises:
        FormatError: it is none; ``where`` names the field.

    >>> read_request({"action": "page", "request": "7", "to": "next"}).to
    'next'
    """
    try:
        # Through JSON, since that is what it was: strict, but a list may be a tuple.
        return _REQUEST.validate_json(encode_json(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"][1:])
        raise FormatError(
            f"the page sent a request that the explorer does not know: {first['msg']}",
            where=f"request{'.' + path if path else ''}",
            hint="run the cell again, so that page and kernel are of the same version",
        ) from error


# -- answers ---------------------------------------------------------------------------------------


class Answer(TypedDict, total=False):
    """The one answer to a request, a custom message.

    ============= ================================================================================
    ``kind``      what else there is
    ============= ================================================================================
    ``done``      nothing: traits tell the rest
    ``failed``    ``notice``: the id of the notice that says why (in ``_notices`` already)
    ``entries``   ``ref``, ``revision``, ``start``, ``entries`` (``EntryView``), ``entry_count``
    ``full_text`` ``ref``, ``revision``, ``index``, ``part``, ``text``
    ``image``     ``ref``, ``revision``, ``index``, ``number``, ``media_type`` (png, jpeg, gif or
                  webp, checked), ``data`` (Base64)
    ``rows``      ``compared_seq``, ``start``, ``rows`` (``DiffRowView``), ``row_count``
    ============= ================================================================================
    """

    kind: Literal["done", "failed", "entries", "full_text", "image", "rows"]
    request: str
    notice: int
    ref: str
    revision: int
    start: int
    entries: list[EntryView]
    entry_count: int
    index: int
    part: str
    text: str
    number: int
    media_type: str
    data: str
    compared_seq: int
    rows: list[DiffRowView]
    row_count: int
