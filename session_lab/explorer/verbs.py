"""What a person does with an explorer from a cell: the methods, each with a twin to await.

A plain method waits (``run``); its ``a…`` twin is awaited in a cell and lets other work go on.  Every
action of the page (``requests.ACTIONS``) is here under its own name.  What they do is the
controller's business, how it is shown the widget's.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from session_lab.running import run

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from session_lab.explorer.browsing import Point
    from session_lab.explorer.controller import Controller
    from session_lab.explorer.protocol import TabName
    from session_lab.explorer.state import Outcome
    from session_lab.models import SessionId, SessionRef, Snapshot
    from session_lab.stores.base import SnapshotName

__all__ = ["Verbs"]

R = TypeVar("R")
PageTurn = Literal["first", "previous", "next"]


class Verbs:
    """The methods of an explorer that read or write sessions.

    A session is named as everywhere (``SessionId``, a number or a text), a snapshot by its revision
    or label.  Where neither is named, what is looked at is meant.
    """

    _controller: Controller

    @abstractmethod
    def _show(self, outcome: Outcome[R]) -> R:
        """Take over an outcome, show it, and give its result."""

    @abstractmethod
    def _check_thread(self) -> None:
        """Refuse to go on in a thread that must not change what is shown."""

    def _now(self, action: Coroutine[Any, Any, Outcome[R]]) -> R:
        try:
            self._check_thread()
        except BaseException:
            action.close()
            raise
        return self._show(run(action))

    async def _later(self, action: Coroutine[Any, Any, Outcome[R]]) -> R:
        try:
            self._check_thread()
        except BaseException:
            action.close()
            raise
        return self._show(await action)

    # -- the table ------------------------------------------------------------------------------

    def search(self, text: str = "") -> None:
        """Show the sessions that have these words, in title, tags or messages.

        Args:
            text: words, each of which must occur; blank shows all sessions.
        """
        self._now(self._controller.search(text))

    async def asearch(self, text: str = "") -> None:
        """Await ``search``."""
        await self._later(self._controller.search(text))

    def sort(self, column: str, *, descending: bool = True) -> None:
        """Sort the table.

        Args:
            column: such as ``messages`` or ``updated_at`` (``SessionQuery.sort``).
            descending: the largest first.

        Raises:
            FormatError: there is no such column.
        """
        self._now(self._controller.sort(column, descending=descending))

    async def asort(self, column: str, *, descending: bool = True) -> None:
        """Await ``sort``."""
        await self._later(self._controller.sort(column, descending=descending))

    def page(self, to: PageTurn = "next") -> None:
        """Turn the page of the table; at the first and the last one nothing happens.

        Args:
            to: ``first``, ``previous`` or ``next``.
        """
        self._now(self._controller.page(to))

    async def apage(self, to: PageTurn = "next") -> None:
        """Await ``page``."""
        await self._later(self._controller.page(to))

    def refresh(self) -> None:
        """Read the source anew.

        Sessions that were looked at, and have changed in a source of one state per session, are
        captured again: their former state stays as a snapshot.
        """
        self._now(self._controller.refresh())

    async def arefresh(self) -> None:
        """Await ``refresh``."""
        await self._later(self._controller.refresh())

    def select(self, *refs: SessionRef) -> None:
        """Select sessions in the table: ``.selection`` names them.

        Args:
            *refs: the sessions; none to select nothing.

        Raises:
            SessionNotFound: one is not there; the selection stays as it was.
        """
        self._now(self._controller.select(*refs))

    async def aselect(self, *refs: SessionRef) -> None:
        """Await ``select``."""
        await self._later(self._controller.select(*refs))

    # -- looking --------------------------------------------------------------------------------

    def open(
        self,
        session: SessionRef,
        snapshot: SnapshotName | None = None,
        *,
        tab: TabName | None = "transcript",
    ) -> None:
        """Open a session: ``.session`` and ``.snapshot`` are it.

        Args:
            session: the session.
            snapshot: its revision or label; None for the newest.
            tab: the tab to show; None for the one that is shown.

        Raises:
            SessionNotFound, SnapshotNotFound: there is none such.
        """
        self._now(self._controller.open(session, snapshot, tab=tab))

    async def aopen(
        self,
        session: SessionRef,
        snapshot: SnapshotName | None = None,
        *,
        tab: TabName | None = "transcript",
    ) -> None:
        """Await ``open``."""
        await self._later(self._controller.open(session, snapshot, tab=tab))

    def compare(
        self,
        other: SessionRef | None = None,
        *,
        snapshot: SnapshotName | None = None,
        base: Point | None = None,
    ) -> None:
        """Compare two snapshots: ``.comparison`` is what changed.

        With nothing named, what is looked at is compared with the snapshot before it.  Two
        snapshots of one session are compared from the older to the newer.

        Args:
            other: the session to compare with; None for the opened one.
            snapshot: which of its snapshots; None for its newest.
            base: session and snapshot to compare from, as a pair; None for what is looked at.

        Raises:
            StoreError: nothing is opened, or there is no snapshot before.
            SessionNotFound, SnapshotNotFound: there is none such.
        """
        self._now(self._controller.compare(other, snapshot, base))

    async def acompare(
        self,
        other: SessionRef | None = None,
        *,
        snapshot: SnapshotName | None = None,
        base: Point | None = None,
    ) -> None:
        """Await ``compare``."""
        await self._later(self._controller.compare(other, snapshot, base))

    # -- changing -------------------------------------------------------------------------------

    def label(
        self,
        name: str | None,
        *,
        snapshot: SnapshotName | None = None,
        session: SessionRef | None = None,
    ) -> Snapshot:
        """Give a snapshot a name.

        Args:
            name: unique in the session, not only digits; None or blank takes the name away.
            snapshot: which one; None for the one looked at.
            session: of which session; None for the opened one.

        Raises:
            Conflict: another snapshot of the session has the name.
            ReadOnlyStore: the store can't be changed.
        """
        return self._now(self._controller.label(name, session, snapshot))

    async def alabel(
        self,
        name: str | None,
        *,
        snapshot: SnapshotName | None = None,
        session: SessionRef | None = None,
    ) -> Snapshot:
        """Await ``label``."""
        return await self._later(self._controller.label(name, session, snapshot))

    def fork(
        self,
        new_id: SessionRef | None = None,
        *,
        snapshot: SnapshotName | None = None,
        session: SessionRef | None = None,
    ) -> Snapshot:
        """Start a new session from a snapshot, and open it.

        Args:
            new_id: the new session's id; None for the old one's with ``~1``.
            snapshot: where from; None for the one looked at.
            session: of which session; None for the opened one.

        Returns:
            The new session's first snapshot.

        Raises:
            Conflict: there is a session with the new id.
            ReadOnlyStore: the store can't be changed.
        """
        return self._now(self._controller.fork(new_id, session, snapshot))

    async def afork(
        self,
        new_id: SessionRef | None = None,
        *,
        snapshot: SnapshotName | None = None,
        session: SessionRef | None = None,
    ) -> Snapshot:
        """Await ``fork``."""
        return await self._later(self._controller.fork(new_id, session, snapshot))

    def revert(
        self, snapshot: SnapshotName | None = None, *, session: SessionRef | None = None
    ) -> Snapshot:
        """Make an old snapshot's content the newest; nothing is lost.

        Args:
            snapshot: which one; None for the one looked at.
            session: of which session; None for the opened one.

        Returns:
            The session's newest snapshot.

        Raises:
            ReadOnlyStore: the store can't be changed.
        """
        return self._now(self._controller.revert(session, snapshot))

    async def arevert(
        self, snapshot: SnapshotName | None = None, *, session: SessionRef | None = None
    ) -> Snapshot:
        """Await ``revert``."""
        return await self._later(self._controller.revert(session, snapshot))

    def delete(self, session: SessionRef | None = None) -> None:
        """Move a session to the trash; ``undo`` takes it back.

        Args:
            session: which one; None for the opened one.

        Raises:
            SessionNotFound: there is none such.
            ReadOnlyStore: its store can't be changed; the error says what to do.
        """
        self._now(self._controller.delete(session))

    async def adelete(self, session: SessionRef | None = None) -> None:
        """Await ``delete``."""
        await self._later(self._controller.delete(session))

    def delete_snapshot(
        self, snapshot: SnapshotName | None = None, *, session: SessionRef | None = None
    ) -> None:
        """Move a snapshot to the trash; ``undo`` takes it back.

        Args:
            snapshot: which one; None for the one looked at.
            session: of which session; None for the opened one.

        Raises:
            Conflict: it is the session's only snapshot.
            ReadOnlyStore: the store can't be changed.
        """
        self._now(self._controller.delete_snapshot(session, snapshot))

    async def adelete_snapshot(
        self, snapshot: SnapshotName | None = None, *, session: SessionRef | None = None
    ) -> None:
        """Await ``delete_snapshot``."""
        await self._later(self._controller.delete_snapshot(session, snapshot))

    def undo(self, notice: int | None = None) -> SessionId:
        """Take a deletion back.

        Args:
            notice: the number of the notice that told of it; None for the latest deletion.

        Returns:
            The session that is back, or has its snapshot back.

        Raises:
            StoreError: there is nothing to take back.
            Conflict: the id has been taken since.
        """
        return self._now(self._controller.undo(notice))

    async def aundo(self, notice: int | None = None) -> SessionId:
        """Await ``undo``."""
        return await self._later(self._controller.undo(notice))
