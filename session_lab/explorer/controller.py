"""What the explorer does to sessions, without a widget: label, fork, revert, delete, undo, refresh.

Each action is a coroutine that carries the change out and gives an ``Outcome`` with how things stand
then; nothing that is shown changes before ``apply`` (see ``browsing.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.errors import StoreError
from session_lab.explorer.browsing import Browsing
from session_lab.explorer.state import Notice, Outcome
from session_lab.models import SessionId

if TYPE_CHECKING:
    from session_lab.explorer.state import Opened
    from session_lab.models import SessionRef, Snapshot
    from session_lab.stores.base import SnapshotName

__all__ = ["Controller"]


class Controller(Browsing):
    """Move about in the sessions of a desk, and change them."""

    def _shown(self) -> Opened:
        if self.opened is None:
            raise StoreError("no session is opened", hint="open one first: explorer.open(…)")
        return self.opened

    def point(
        self, session: SessionRef | None, snapshot: SnapshotName | None
    ) -> tuple[SessionId, SnapshotName | None]:
        """Say which session and snapshot are meant.

        Args:
            session: None for the opened one.
            snapshot: None for the one looked at, of another session for its newest.

        Raises:
            StoreError: nothing is named and no session is opened.
        """
        session_id = self._shown().session_id if session is None else SessionId.of(session)
        shown = self.opened
        if snapshot is None and shown is not None and shown.session_id == session_id:
            return session_id, shown.snapshot.revision
        return session_id, snapshot

    async def refresh(self) -> Outcome[None]:
        """Read everything anew, at the same place."""
        await self.desk.refresh()
        tickets, table = await self._reread_table()
        shown = self.opened
        if shown is None:
            return Outcome(None, tickets, table=table)
        session_id = shown.session_id
        if await self.desk.summary(session_id) is None:
            notice = Notice(f"Session {session_id} is not there any more.")
            return Outcome(None, tickets, table=table, gone=session_id, notice=notice)
        reread = await self._reread_opened(session_id, at_newest=shown.is_newest)
        return Outcome(None, tickets, table=table, reread=reread)

    async def label(
        self, name: str | None, session: SessionRef | None, snapshot: SnapshotName | None
    ) -> Outcome[Snapshot]:
        """Give a snapshot a name, or take it away."""
        session_id, at = self.point(session, snapshot)
        name = (name or "").strip() or None
        found = await self._find(session_id, at)
        named = await self.desk.label(session_id, found.revision, name)
        what = f"Snapshot {named.revision} of session {session_id}"
        said = f"{what} has no label now." if name is None else f"{what} is labelled “{name}”."
        reread = await self._reread_opened(session_id)
        return Outcome(named, reread=reread, notice=Notice(said))

    async def _find(self, session_id: SessionId, snapshot: SnapshotName | None) -> Snapshot:
        await self.desk.prepare(session_id)
        return await self.desk.find(session_id, snapshot)

    async def fork(
        self,
        new_id: SessionRef | None,
        session: SessionRef | None,
        snapshot: SnapshotName | None,
    ) -> Outcome[Snapshot]:
        """Start a new session from a snapshot, and open it."""
        session_id, at = self.point(session, snapshot)
        wanted = None if new_id is None else SessionId.of(new_id)
        made = await self.desk.fork(session_id, at, wanted)
        tickets, table = await self._reread_table()
        tickets |= self._ticket("opened")
        opened = await self._opened(made.session_id, None)
        origin = "" if made.parent is None else f", snapshot {made.parent[1]}"
        notice = Notice(f"Session {made.session_id} is a fork of {session_id}{origin}.")
        return Outcome(made, tickets, table=table, opened=opened, notice=notice)

    async def revert(
        self, session: SessionRef | None, snapshot: SnapshotName | None
    ) -> Outcome[Snapshot]:
        """Make an old snapshot's content the newest."""
        session_id, at = self.point(session, snapshot)
        old = await self._find(session_id, at)
        newest = await self.desk.find(session_id, None)
        head = await self.desk.revert(session_id, old.revision)
        said = f"has the content of snapshot {old.revision} again, as snapshot {head.revision}"
        if head.revision == newest.revision:
            said = f"had the content of snapshot {old.revision} already"
        tickets, table = await self._reread_table()
        reread = await self._reread_opened(session_id, at_newest=True)
        notice = Notice(f"Session {session_id} {said}.")
        return Outcome(head, tickets, table=table, reread=reread, notice=notice)

    async def delete(self, session: SessionRef | None) -> Outcome[None]:
        """Move a session to the trash."""
        session_id = self._shown().session_id if session is None else SessionId.of(session)
        deletion = await self.desk.delete(session_id)
        tickets, table = await self._reread_table()
        text = f"Deleted session {session_id}."
        if deletion.state is not None:
            keeps = (
                "its sidecar"
                if self.desk.keeps_history
                else "this notebook, until its kernel stops,"
            )
            text = f"Deleted session {session_id} from its database: only {keeps} still has it."
        notice = Notice(text, deletion)
        return Outcome(None, tickets, table=table, gone=session_id, notice=notice)

    async def delete_snapshot(
        self, session: SessionRef | None, snapshot: SnapshotName | None
    ) -> Outcome[None]:
        """Move a snapshot to the trash."""
        session_id, at = self.point(session, snapshot)
        found = await self._find(session_id, at)
        deletion = await self.desk.delete_snapshot(session_id, found.revision)
        tickets, table = await self._reread_table()
        reread = await self._reread_opened(session_id)
        notice = Notice(f"Deleted {deletion}.", deletion)
        return Outcome(None, tickets, table=table, reread=reread, notice=notice)

    async def undo(self, number: int | None) -> Outcome[SessionId]:
        """Take a deletion back; a session that comes back is opened if nothing else is."""
        number, deletion = self.notices.deletion(number)
        await self.desk.undelete(deletion)
        session_id = deletion.session_id
        tickets, table = await self._reread_table()
        opened = None
        if self.opened is None and deletion.revision is None:
            tickets |= self._ticket("opened")
            opened = await self._opened(session_id, None)
        return Outcome(
            session_id,
            tickets,
            table=table,
            opened=opened,
            reread=await self._reread_opened(session_id),
            notice=Notice(f"{str(deletion).capitalize()} is back."),
            taken_back=number,
        )
