"""What the explorer tells: errors that stay, what was done, and what can be taken back.

A deletion stays takable back when its notice is dismissed; only ``undo`` needs to find it.
No widget is known here.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from session_lab.errors import SessionLabError, StoreError
from session_lab.views.problems import problem_view
from session_lab.views.text import one_line

if TYPE_CHECKING:
    from session_lab.explorer.desk import Deletion
    from session_lab.explorer.protocol import NoticesView, NoticeView
    from session_lab.explorer.state import Notice

__all__ = ["Notices"]

_KEPT = 10
_TEXT = 300
_DONE_SECONDS = 6
_UNDO_SECONDS = 20


class Notices:
    """Keep the notices and the deletions that can be taken back.

    >>> notices = Notices()
    >>> number = notices.error(ValueError("bad"))
    >>> notices.view()["items"][0]["text"]
    'ValueError: bad'
    >>> notices.dismiss(number)
    >>> notices.view()
    {'items': []}
    """

    def __init__(self) -> None:
        self._items: list[NoticeView] = []
        self._deletions: dict[int, Deletion] = {}
        self._numbers = itertools.count(1)

    def view(self) -> NoticesView:
        """Give the notices there are, oldest first."""
        return {"items": list(self._items)}

    def _add(self, notice: NoticeView) -> int:
        self._items = [*self._items, notice][-_KEPT:]
        return notice["id"]

    def error(self, error: BaseException) -> int:
        """Tell of an error; it stays until it is dismissed.

        Returns:
            The notice's number.
        """
        shown = problem_view(error)
        own = isinstance(error, SessionLabError)
        return self._add(
            {
                "id": next(self._numbers),
                "kind": "error",
                "text": shown.text,
                "where": shown.where,
                "hint": shown.hint if own else "explorer.last_error has the traceback",
                "seconds": 0,
            }
        )

    def done(self, notice: Notice) -> int:
        """Tell what was done, and remember how it is taken back.

        Returns:
            The notice's number.
        """
        number = next(self._numbers)
        if notice.undo is not None:
            self._deletions[number] = notice.undo
        return self._add(
            {
                "id": number,
                "kind": "done" if notice.undo is None else "undo",
                "text": one_line(notice.text, _TEXT),
                "where": "",
                "hint": "",
                "seconds": _DONE_SECONDS if notice.undo is None else _UNDO_SECONDS,
            }
        )

    def dismiss(self, number: int) -> None:
        """Take a notice away; one that is not there is no error."""
        self._items = [item for item in self._items if item["id"] != number]

    def deletion(self, number: int | None) -> tuple[int, Deletion]:
        """Find the deletion that is to be taken back.

        Args:
            number: its notice; None for the latest deletion.

        Returns:
            The notice's number and the deletion.

        Raises:
            StoreError: there is none, or it was taken back before.
        """
        found = max(self._deletions, default=0) if number is None else number
        if found not in self._deletions:
            raise StoreError(
                "there is no deletion to take back",
                hint="what was deleted earlier is in the store's trash()",
            )
        return found, self._deletions[found]

    def taken_back(self, number: int) -> None:
        """Forget a deletion that was taken back, and its notice."""
        self._deletions.pop(number, None)
        self.dismiss(number)
