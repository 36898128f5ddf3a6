"""How a request of the page becomes a call of a method, and its result an answer.

Every request is one case; what is not thought of does not type-check.  Errors are the widget's
business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from session_lab.errors import FormatError
from session_lab.explorer import requests as ask
from session_lab.explorer.present import ref_of
from session_lab.models import SessionId

if TYPE_CHECKING:
    from session_lab.explorer.browsing import Browsing, Point
    from session_lab.explorer.requests import Answer
    from session_lab.explorer.session_explorer import SessionExplorer

__all__ = ["answer_to"]


async def answer_to(explorer: SessionExplorer, shown: Browsing, request: ask.Request) -> Answer:
    """Do what the page asks.

    Args:
        explorer: whose page it is.
        shown: what it shows.
        request: what is asked.

    Returns:
        The answer, without the request's name.

    Raises:
        Exception: whatever the method raises.
    """
    match request:
        case ask.EntriesRequest() | ask.FullTextRequest() | ask.ImageRequest():
            return await _of_transcript(explorer, shown, request)
        case ask.ComparisonRowsRequest():
            return {
                "kind": "rows",
                "start": request.start,
                "rows": await explorer.acomparison_rows(request.start),
                "row_count": 0 if shown.compared is None else len(shown.compared.shown.rows),
                "compared_seq": shown.compared_seq,
            }
        case (
            ask.SearchRequest()
            | ask.SortRequest()
            | ask.PageRequest()
            | ask.RefreshRequest()
            | ask.SelectRequest()
        ):
            await _of_table(explorer, request)
        case ask.OpenRequest() | ask.LoadRequest() | ask.CompareRequest():
            await _looking(explorer, request)
        case (
            ask.LabelRequest()
            | ask.ForkRequest()
            | ask.RevertRequest()
            | ask.DeleteRequest()
            | ask.DeleteSnapshotRequest()
        ):
            await _changing(explorer, request)
        case ask.UndoRequest():
            await explorer.aundo(request.notice)
        case ask.DismissRequest():
            await explorer.adismiss(request.notice)
        case _:
            assert_never(request)
    return {"kind": "done"}


async def _of_transcript(
    explorer: SessionExplorer,
    shown: Browsing,
    request: ask.EntriesRequest | ask.FullTextRequest | ask.ImageRequest,
) -> Answer:
    answer: Answer = {}
    if shown.opened is not None:
        answer = {
            "ref": ref_of(shown.opened.session_id),
            "revision": shown.opened.snapshot.revision,
            "entry_count": len(shown.opened.session.chat_messages),
        }
    match request:
        case ask.EntriesRequest():
            entries = await explorer.aentries(request.start)
            return {**answer, "kind": "entries", "start": request.start, "entries": entries}
        case ask.FullTextRequest():
            text = await explorer.afull_text(request.index, request.part)
            return {
                **answer,
                "kind": "full_text",
                "index": request.index,
                "part": request.part,
                "text": text,
            }
        case ask.ImageRequest():
            media_type, data = await explorer.aimage(request.index, request.number)
            return {
                **answer,
                "kind": "image",
                "index": request.index,
                "number": request.number,
                "media_type": media_type,
                "data": data,
            }
        case _:
            assert_never(request)


async def _of_table(
    explorer: SessionExplorer,
    request: ask.SearchRequest
    | ask.SortRequest
    | ask.PageRequest
    | ask.RefreshRequest
    | ask.SelectRequest,
) -> None:
    match request:
        case ask.SearchRequest():
            await explorer.asearch(request.text)
        case ask.SortRequest():
            await explorer.asort(request.column, descending=request.descending)
        case ask.PageRequest():
            await explorer.apage(request.to)
        case ask.RefreshRequest():
            await explorer.arefresh()
        case ask.SelectRequest():
            await explorer.aselect(*map(SessionId.from_json, request.refs))
        case _:
            assert_never(request)


async def _looking(
    explorer: SessionExplorer, request: ask.OpenRequest | ask.LoadRequest | ask.CompareRequest
) -> None:
    match request:
        case ask.OpenRequest():
            # The page chooses its tab itself.
            await explorer.aopen(_id(request.ref), request.revision, tab=None)
        case ask.LoadRequest():
            await explorer.aload_into_notebook(request.name)
        case ask.CompareRequest():
            session_id, revision = _point(request.right)
            await explorer.acompare(session_id, snapshot=revision, base=_point(request.left))
        case _:
            assert_never(request)


async def _changing(
    explorer: SessionExplorer,
    request: ask.LabelRequest
    | ask.ForkRequest
    | ask.RevertRequest
    | ask.DeleteRequest
    | ask.DeleteSnapshotRequest,
) -> None:
    session = _id(request.ref)
    match request:
        case ask.LabelRequest():
            await explorer.alabel(request.name, snapshot=request.revision, session=session)
        case ask.ForkRequest():
            new_id = (request.new_id or "").strip() or None
            await explorer.afork(new_id, snapshot=request.revision, session=session)
        case ask.RevertRequest():
            await explorer.arevert(request.revision, session=session)
        case ask.DeleteRequest():
            await explorer.adelete(session)
        case ask.DeleteSnapshotRequest():
            await explorer.adelete_snapshot(request.revision, session=session)
        case _:
            assert_never(request)


def _id(ref: str) -> SessionId:
    return SessionId.from_json(ref)


def _point(side: ask.Side) -> Point:
    if side.ref is not None:
        return _id(side.ref), side.revision
    if side.name is not None and side.name.strip():
        return SessionId.of(side.name.strip()), side.revision
    raise FormatError("no session was named to compare with", hint="pick one, or type its id")
