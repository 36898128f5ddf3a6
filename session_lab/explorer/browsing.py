"""How the explorer moves about, without a widget: the table, the opened session, the comparison.

Each action is a coroutine that gives an ``Outcome`` and changes nothing that is shown; ``apply``,
which is no coroutine, does.  So an action may run in any thread and its outcome be shown in the main
one.  Of two answers about the same thing the one asked for later counts, whichever comes first.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from session_lab.diffing import diff
from session_lab.errors import FormatError, SessionNotFound, StoreError
from session_lab.explorer.desk import did_you_mean, pick, similar_ids
from session_lab.explorer.notices import Notices
from session_lab.explorer.protocol import PAGE_SIZE
from session_lab.explorer.state import Compared, Lane, Opened, Outcome, Part, Table
from session_lab.models import SessionId, SessionQuery, SessionSummary
from session_lab.models.pages import SORT_COLUMNS
from session_lab.views.difference import difference
from session_lab.views.transcript import Reading

if TYPE_CHECKING:
    from session_lab.explorer.desk import Desk
    from session_lab.explorer.protocol import TabName
    from session_lab.models import AgentSession, Page, SessionRef, Snapshot
    from session_lab.stores.base import SnapshotName

__all__ = ["Browsing", "Point"]

Point = tuple["SessionRef", "SnapshotName | None"]
"""A session and one of its snapshots, None for the newest."""


class Browsing:
    """Move about in the sessions of a desk, and hold what is shown.

    Args:
        desk: the sessions and their history.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.table: Table | None = None
        self.opened: Opened | None = None
        self.compared: Compared | None = None
        self.selection: tuple[SessionId, ...] = ()
        self.notices = Notices()
        self.opened_seq = 0
        self.compared_seq = 0
        self._query = SessionQuery(limit=PAGE_SIZE)
        self._numbers = itertools.count(1)
        self._newest: dict[Lane, int] = {}

    # -- what is shown --------------------------------------------------------------------------

    def apply(self, outcome: Outcome[object]) -> set[Part]:
        """Take over what an action came to, except what was asked for anew since.

        Returns:
            What has to be shown again.
        """
        before = self.table, self.opened, self.compared, self.selection
        if outcome.table is not None and self._is_latest(outcome, "table"):
            self.table = outcome.table
        if outcome.opened is not None and self._is_latest(outcome, "opened"):
            self.opened = outcome.opened
            self.selection = (outcome.opened.session_id,)
        if outcome.compared is not None and self._is_latest(outcome, "compared"):
            self.compared = outcome.compared
        if outcome.selection is not None:
            self.selection = outcome.selection
        if outcome.reread is not None:
            self._take(*outcome.reread)
        if outcome.gone is not None:
            self._close(outcome.gone)
        table, opened, compared, selection = before
        changed: set[Part] = set() if outcome.tab is None else {"tab"}
        if opened is not self.opened:
            changed |= {"opened", "table"}
            self.opened_seq += _place(opened) != _place(self.opened)
        if table is not self.table or selection is not self.selection:
            changed.add("table")
        if compared is not self.compared:
            changed.add("compared")
            self.compared_seq += 1
        return changed | self._tell(outcome)

    def _tell(self, outcome: Outcome[object]) -> set[Part]:
        if outcome.taken_back is not None:
            self.notices.taken_back(outcome.taken_back)
        if outcome.notice is not None:
            self.notices.done(outcome.notice)
        return set() if outcome.notice is None and outcome.taken_back is None else {"notices"}

    def _is_latest(self, outcome: Outcome[object], lane: Lane) -> bool:
        return self._newest.get(lane) == outcome.tickets.get(lane)

    def _ticket(self, lane: Lane) -> dict[Lane, int]:
        number = self._newest[lane] = next(self._numbers)
        return {lane: number}

    def _take(self, before: Opened, after: Opened) -> None:
        """Show how a session stands after a change, if it is still looked at."""
        shown = self.opened
        if shown is None or shown.session_id != after.session_id:
            return
        if shown is before:
            self.opened = after
            return
        # Another of its snapshots was opened meanwhile: that one stays, if it is still there.
        same = [s for s in after.snapshots if s.revision == shown.snapshot.revision]
        self.opened = after
        if same:
            self.opened = replace(after, snapshot=same[0], session=shown.session, given=shown.given)

    def _close(self, session_id: SessionId) -> None:
        if self.opened is not None and self.opened.session_id == session_id:
            self.opened = None
        self.selection = tuple(each for each in self.selection if each != session_id)

    # -- the table ------------------------------------------------------------------------------

    async def search(self, text: str) -> Outcome[None]:
        """Show the sessions with these words."""
        words = (text or "").strip() or None
        return await self._asked(self._query.model_copy(update={"search": words}))

    async def sort(self, column: str, *, descending: bool) -> Outcome[None]:
        """Sort by a column.

        Raises:
            FormatError: there is no such column.
        """
        if column not in SORT_COLUMNS:
            raise FormatError(
                f"sessions can't be sorted by {column!r}", hint=f"use {', '.join(SORT_COLUMNS)}"
            )
        order = {"sort": column, "descending": descending}
        return await self._asked(self._query.model_copy(update=order))

    async def page(self, to: Literal["first", "previous", "next"]) -> Outcome[None]:
        """Turn the page; at the first and the last one nothing happens."""
        table = self.table
        if to == "first" or table is None or table.query != self._query:
            return await self._asked(self._query)
        if to == "previous":
            return await self._asked(self._query, table.cursors[:-1] or (None,))
        following = table.page.next_cursor
        cursors = table.cursors if following is None else (*table.cursors, following)
        return await self._asked(self._query, cursors)

    async def _asked(
        self, query: SessionQuery, cursors: tuple[str | None, ...] = (None,)
    ) -> Outcome[None]:
        # Before the first await: what is asked next builds on this, though it is not shown yet.
        tickets, self._query = self._ticket("table"), query
        try:
            return Outcome(None, tickets, table=await self._read(query, cursors))
        except BaseException:
            if self._newest["table"] == tickets["table"] and self.table is not None:
                self._query = self.table.query
            raise

    async def _read(self, query: SessionQuery, cursors: tuple[str | None, ...]) -> Table:
        page = await self._page(query, cursor=cursors[-1])
        while not page.items and len(cursors) > 1:  # the last one of the page was deleted
            cursors = cursors[:-1]
            page = await self._page(query, cursor=cursors[-1])
        total = await self.desk.count(query)
        problems = page.problems
        if cursors[-1] is not None:  # they come with a first page only
            problems = (await self._page(query, limit=1)).problems
        return Table(query, cursors, page, total, problems)

    async def _page(self, query: SessionQuery, **options: object) -> Page:
        return await self.desk.sessions(query.model_copy(update=options))

    async def _reread_table(self) -> tuple[dict[Lane, int], Table]:
        """Read the shown page again, after a change."""
        tickets, query, shown = self._ticket("table"), self._query, self.table
        stay = shown is not None and shown.query == query
        return tickets, await self._read(query, shown.cursors if shown and stay else (None,))

    async def summaries(self) -> tuple[SessionSummary, ...]:
        """Give all sessions that the shown query finds, of all pages."""
        query = self._query.model_copy(update={"limit": 1000})
        page = await self._page(query)
        found = list(page.items)
        while page.next_cursor is not None:
            page = await self._page(query, cursor=page.next_cursor)
            found += page.items
        return tuple(found)

    async def select(self, *refs: SessionRef) -> Outcome[None]:
        """Select sessions.

        Raises:
            SessionNotFound: one is not there; nothing was selected.
        """
        chosen = tuple(dict.fromkeys(SessionId.of(ref) for ref in refs))
        shown = {item.session_id for item in self.table.page.items} if self.table else set()
        for session_id in chosen:
            if session_id not in shown:
                await self.desk.check_there(session_id)
        return Outcome(None, selection=chosen)

    # -- one session ----------------------------------------------------------------------------

    async def open(
        self,
        ref: SessionRef,
        snapshot: SnapshotName | None = None,
        *,
        tab: TabName | None = None,
    ) -> Outcome[None]:
        """Open a session at a snapshot."""
        session_id, tickets = SessionId.of(ref), self._ticket("opened")
        try:
            opened = await self._opened(session_id, snapshot)
        except SessionNotFound as error:
            similar = similar_ids(session_id, await self.desk.ids())
            if similar:
                raise SessionNotFound(error.problem, hint=did_you_mean(similar)) from error
            raise
        return Outcome(None, tickets, opened=opened, tab=tab)

    async def _opened(self, session_id: SessionId, snapshot: SnapshotName | None) -> Opened:
        await self.desk.prepare(session_id)
        snapshots = tuple(await self.desk.history.snapshots(session_id))
        chosen = pick(snapshots, session_id, snapshot)
        session = await self.desk.load(session_id, chosen.revision)
        summary = await self.desk.summary(session_id) or SessionSummary(session_id=session_id)
        shown = session.copy()
        return Opened(summary, snapshots, chosen, shown, session, Reading(shown))

    async def _reread_opened(
        self, session_id: SessionId, *, at_newest: bool = False
    ) -> tuple[Opened, Opened] | None:
        """Read a session again that was changed, if it is looked at.

        Args:
            session_id: the session.
            at_newest: look at its newest snapshot; else at the same one, if it is still there.
        """
        before = self.opened
        if before is None or before.session_id != session_id:
            return None
        snapshots = tuple(await self.desk.history.snapshots(session_id))
        stays = [s for s in snapshots if s.revision == before.snapshot.revision]
        newest = snapshots[-1].revision
        if not stays or (at_newest and newest != before.snapshot.revision):
            return before, await self._opened(session_id, newest)
        # A snapshot's content never changes, and the caller's copy stays the caller's.
        summary = await self.desk.summary(session_id) or before.summary
        return before, replace(before, summary=summary, snapshots=snapshots, snapshot=stays[0])

    # -- two snapshots --------------------------------------------------------------------------

    async def compare(
        self,
        other: SessionRef | None = None,
        snapshot: SnapshotName | None = None,
        base: Point | None = None,
    ) -> Outcome[None]:
        """Compare two snapshots, of one session or of two (see ``sides``)."""
        left, right = self.sides(other, snapshot, base)
        tickets = self._ticket("compared")
        old, new = await self._at(left), await self._at(right)
        # In a thread: two long sessions take long enough to be felt.
        compared = await asyncio.to_thread(_compared, old, new)
        return Outcome(None, tickets, compared=compared, tab="compare")

    async def _at(self, point: Point) -> tuple[Snapshot, AgentSession]:
        session_id = SessionId.of(point[0])
        await self.desk.prepare(session_id)
        snapshot = await self.desk.find(session_id, point[1])
        return snapshot, await self.desk.load(session_id, snapshot.revision)

    def sides(
        self, other: SessionRef | None, snapshot: SnapshotName | None, base: Point | None
    ) -> tuple[Point, Point]:
        """Say what to compare, from what was left open.

        Args:
            other: the session on the right; None for the opened one.
            snapshot: its snapshot; None for its newest, or, of the opened session, for the one
                before the one looked at.
            base: what is on the left; None for what is looked at.

        Returns:
            Left and right.  Two snapshots of the opened session come in their order in time.

        Raises:
            StoreError: no session is opened, or there is no snapshot before.
        """
        shown = self.opened
        if base is not None and other is not None:
            return base, (other, snapshot)
        if shown is None:
            raise StoreError("no session is opened", hint="open one first: explorer.open(…)")
        here: Point = (shown.session_id, shown.snapshot.revision)
        if base is not None:
            return base, (shown.session_id, snapshot) if snapshot is not None else here
        if other is not None and SessionId.of(other) != shown.session_id:
            return here, (other, snapshot)
        revisions = [each.revision for each in shown.snapshots]
        if snapshot is None:
            place = revisions.index(shown.snapshot.revision)
            if place == 0:
                raise StoreError(
                    "there is no snapshot before this one to compare with",
                    where=f"session {shown.session_id}, snapshot {shown.snapshot.revision}",
                    hint="name another session or snapshot",
                )
            return (shown.session_id, revisions[place - 1]), here
        named = pick(shown.snapshots, shown.session_id, snapshot).revision
        first, second = sorted((named, shown.snapshot.revision))
        return (shown.session_id, first), (shown.session_id, second)


def _compared(old: tuple[Snapshot, AgentSession], new: tuple[Snapshot, AgentSession]) -> Compared:
    found = diff(old[1], new[1])
    return Compared(old[0], new[0], found, difference(found))


def _place(opened: Opened | None) -> tuple[SessionId, int] | None:
    return None if opened is None else (opened.session_id, opened.snapshot.revision)
