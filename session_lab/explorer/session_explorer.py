"""``SessionExplorer``: nouns for the next cell, verbs, and a widget that shows both.

It decides nothing: the controller asks the stores, ``present.py`` and ``comparing.py`` say how things
look, the widget carries it to the page.  It is no widget itself, so that ``open`` can be a verb and
tab completion shows what is meant for people.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from session_lab.explorer.comparing import comparison_view
from session_lab.explorer.contents import Contents
from session_lab.explorer.controller import Controller
from session_lab.explorer.messages import answer_to
from session_lab.explorer.namespace import Loaded, user_namespace
from session_lab.explorer.present import detail_view, source_note, source_view, table_view
from session_lab.explorer.requests import read_request
from session_lab.explorer.verbs import Verbs
from session_lab.explorer.widget import ExplorerPanel
from session_lab.running import run
from session_lab.views.explorer import explorer_html, explorer_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from session_lab.diffing import SessionDiff
    from session_lab.explorer.desk import Desk
    from session_lab.explorer.protocol import TableView
    from session_lab.explorer.requests import Answer
    from session_lab.explorer.state import Outcome
    from session_lab.models import AgentSession, SessionId, Snapshot
    from session_lab.stores.base import SessionStore, SnapshotStore

__all__ = ["SessionExplorer"]

R = TypeVar("R")
_PROGRESS_SECONDS = 0.1


class SessionExplorer(Verbs, Contents):
    """Look into the sessions of a store, in the page and from the next cell.

    ``explore`` makes one.  Attributes are nouns: ``session``, ``snapshot``, ``selection``, ``frame``,
    ``comparison``, ``store``, ``sidecar``, ``last_error``, ``widget``; methods are verbs, and each has
    a twin with an ``a`` before its name to await.

    Args:
        desk: the sessions and their history.
    """

    def __init__(self, desk: Desk) -> None:
        self._controller = Controller(desk)
        self._loaded = Loaded()
        self._source = source_view(desk)
        self._frame: tuple[object, DataFrame] | None = None
        self._reported = 0.0
        self.last_error: BaseException | None = None
        self._controller.apply(run(self._controller.search("")))
        self.widget = ExplorerPanel(self._handle, self._table_view())
        desk.progress = self._show_progress

    def __dir__(self) -> list[str]:
        """List what a person uses first: nouns and verbs, without the twins to await."""
        listed = {name for name in super().__dir__() if not name.startswith("_")}
        twins = {name for name in listed if name.startswith("a") and name[1:] in listed}
        return sorted(listed - twins - set(Contents.__dict__))

    # -- nouns ----------------------------------------------------------------------------------

    @property
    def session(self) -> AgentSession | None:
        """Give the opened session, your own copy as of the snapshot looked at; None before."""
        opened = self._controller.opened
        return None if opened is None else opened.given

    @property
    def snapshot(self) -> Snapshot | None:
        """Give the snapshot that is looked at, None before a session is opened."""
        opened = self._controller.opened
        return None if opened is None else opened.snapshot

    @property
    def selection(self) -> tuple[SessionId, ...]:
        """Give the ids of the selected sessions, in the order they were selected."""
        return self._controller.selection

    @property
    def comparison(self) -> SessionDiff | None:
        """Give what changed between the two snapshots compared last, None before."""
        compared = self._controller.compared
        return None if compared is None else compared.diff

    @property
    def frame(self) -> DataFrame:
        """Give all sessions that the search finds, of all pages, in the order of the table.

        The columns are those of ``frames.sessions``; it is indexed by ``SessionId``.
        """
        from session_lab.frames import of_summaries

        table = self._controller.table
        if self._frame is None or self._frame[0] is not table:
            self._frame = table, of_summaries(run(self._controller.summaries()))
        return self._frame[1]

    @property
    def store(self) -> SessionStore:
        """Give the store that was opened."""
        return self._controller.desk.source

    @property
    def sidecar(self) -> SnapshotStore | None:
        """Give the store where changes go, None where the opened store keeps snapshots itself."""
        desk = self._controller.desk
        return None if desk.history is desk.source else desk.history

    # -- showing --------------------------------------------------------------------------------

    def _check_thread(self) -> None:
        if not self.widget.is_home:
            raise RuntimeError(
                "this explorer was made in another thread, where alone it can be changed. In cells "
                "call its plain methods, or await the a… ones; use neither inside run(...)"
            )

    def _show(self, outcome: Outcome[R]) -> R:
        changed = self._controller.apply(outcome)
        with self.widget.hold_sync():
            if "table" in changed:
                self.widget.put(table=self._table_view())
            if "opened" in changed:
                self._show_detail()
            if "compared" in changed:
                self._show_comparison()
            if "notices" in changed:
                self._show_notices()
            if outcome.tab is not None:
                seq = self.widget.state["tab_seq"] + 1
                self._show_state(tab=outcome.tab, tab_seq=seq)
        return outcome.result

    def _table_view(self) -> TableView:
        shown = self._controller
        assert shown.table is not None  # noqa: S101 - the first page is read before all else
        return table_view(
            shown.table,
            shown.desk,
            self._source,
            selection=shown.selection,
            opened=None if shown.opened is None else shown.opened.session_id,
        )

    def _show_detail(self) -> None:
        shown = self._controller
        if shown.opened is None:
            self.widget.put(detail={})
            return
        view = detail_view(
            shown.opened,
            shown.desk,
            note=source_note(shown.desk, self._source),
            in_notebook=user_namespace() is not None,
            seq=shown.opened_seq,
        )
        self.widget.put(detail=view)

    def _show_comparison(self) -> None:
        if self._controller.compared is not None:
            view = comparison_view(self._controller.compared, self._controller.compared_seq)
            self.widget.put(comparison=view)

    def _show_notices(self) -> None:
        self.widget.put(notices=self._controller.notices.view())

    def _show_state(self, **parts: Any) -> None:
        self.widget.put(state={**self.widget.state, **parts})

    def _show_progress(self, text: str, done: int, total: int) -> None:
        # While a plain method waits, the work is done in another thread and nothing is shown.
        if time.monotonic() - self._reported >= _PROGRESS_SECONDS and self.widget.is_home:
            self._reported = time.monotonic()
            self._show_state(progress={"text": text, "done": done, "total": total})

    async def _handle(self, content: Any) -> None:
        """Answer a request of the page; what goes wrong is shown, and kept in ``last_error``."""
        asked = content.get("request") if isinstance(content, dict) else None
        answer: Answer
        try:
            answer = await answer_to(self, self._controller, read_request(content))
        except Exception as error:  # noqa: BLE001 - a click has nobody else to tell
            self.last_error = error
            answer = {"kind": "failed", "notice": self._controller.notices.error(error)}
            self._show_notices()
        finally:
            if self.widget.state["progress"] is not None:
                self._show_state(progress=None)
        self.widget.send({**answer, "request": asked if isinstance(asked, str) else ""})

    # -- forms for a cell -----------------------------------------------------------------------

    def __repr__(self) -> str:
        total = 0 if self._controller.table is None else self._controller.table.total
        return f"<SessionExplorer of {self._source['name']}: {total:,} sessions>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Give the live view, and beside it what a saved notebook shows without a kernel."""
        bundle = self.widget._repr_mimebundle_(**kwargs)
        table = self._controller.table
        if bundle is None or table is None:
            return bundle
        data, metadata = bundle
        page, name = table.page, f"{self._source['name']} · {self._source['kind']}"
        static = {
            "text/plain": explorer_text(name, page.items, table.total, table.problems),
            "text/html": str(explorer_html(name, page.items, table.total, table.problems)),
        }
        return {**data, **static}, metadata
