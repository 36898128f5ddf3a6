"""What an explorer gives of what it shows, without asking a store: windows, whole texts, pictures.

Methods as in ``verbs.py``, each with a twin to await, since the page may ask for all of it.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, get_args

from session_lab.errors import FormatError, StoreError
from session_lab.explorer.comparing import row_views
from session_lab.explorer.namespace import Loaded, user_namespace
from session_lab.explorer.pictures import checked_picture
from session_lab.explorer.present import entry_views
from session_lab.explorer.state import Notice, Outcome
from session_lab.views.transcript import Part, entry_full_text

if TYPE_CHECKING:
    from session_lab.explorer.controller import Controller
    from session_lab.explorer.protocol import DiffRowView, EntryView
    from session_lab.explorer.state import Opened

__all__ = ["Contents"]


class Contents:
    """The methods of an explorer that read what it shows."""

    _controller: Controller
    _loaded: Loaded

    @abstractmethod
    def _show(self, outcome: Outcome[None]) -> None:
        """Take over an outcome and show it."""

    @abstractmethod
    def _show_notices(self) -> None:
        """Show the notices there are."""

    def _looked_at(self) -> Opened:
        if self._controller.opened is None:
            raise StoreError("no session is opened", hint="open one first: explorer.open(…)")
        return self._controller.opened

    def entries(self, start: int = 0) -> list[EntryView]:
        """Give up to 100 messages of the opened session as they are shown.

        Args:
            start: the first message, from 0.

        Raises:
            StoreError: no session is opened.
        """
        return entry_views(self._looked_at(), start)

    async def aentries(self, start: int = 0) -> list[EntryView]:
        """Await ``entries``."""
        return self.entries(start)

    def full_text(self, index: int, part: str = "text") -> str:
        """Give a text of the opened session that is shown shortened, whole and escaped.

        Args:
            index: of the message, from 0.
            part: ``text``, ``reasoning``, ``signature`` or ``extra``; of the message's tool call
                number n ``arguments:n`` or ``call_extra:n``.

        Raises:
            FormatError: there is no such text.
            StoreError: no session is opened.
        """
        session = self._looked_at().session
        name, _, number = part.removeprefix("call_").partition(":")
        call = int(number) if number.isascii() and number.isdigit() else None
        try:
            for known in get_args(Part):
                if name == known:
                    return entry_full_text(session, index, known, call=call)
        except (IndexError, ValueError) as error:
            raise FormatError(str(error), where=f"session {session.id}") from error
        raise FormatError(f"a message has no part {part!r}", where=f"message {index}")

    async def afull_text(self, index: int, part: str = "text") -> str:
        """Await ``full_text``."""
        return self.full_text(index, part)

    def image(self, index: int, number: int = 0) -> tuple[str, str]:
        """Give a picture of the opened session: its type and its bytes as Base64.

        Args:
            index: of the message, from 0.
            number: of the image in it, from 0.

        Returns:
            A media type, told by the bytes, and Base64 text.

        Raises:
            FormatError: there is none, or none that may be shown (PNG, JPEG, GIF, WebP).
            StoreError: no session is opened.
        """
        return checked_picture(self._looked_at().session, index, number)

    async def aimage(self, index: int, number: int = 0) -> tuple[str, str]:
        """Await ``image``."""
        return self.image(index, number)

    def comparison_rows(self, start: int = 0) -> list[DiffRowView]:
        """Give up to 200 rows of the comparison as they are shown.

        Args:
            start: the first row, from 0.

        Raises:
            StoreError: nothing is compared.
        """
        if self._controller.compared is None:
            raise StoreError("nothing is compared", hint="compare first: explorer.compare(…)")
        return row_views(self._controller.compared, start)

    async def acomparison_rows(self, start: int = 0) -> list[DiffRowView]:
        """Await ``comparison_rows``."""
        return self.comparison_rows(start)

    def load_into_notebook(self, name: str = "session") -> str:
        """Put ``.session`` into the notebook's variables, under a name that is free.

        A variable of yours is never overwritten, only one that was put there so and not changed.

        Args:
            name: the name wished for; ``_2``, ``_3``, … is put after it where it is taken.

        Returns:
            The name the session has now.

        Raises:
            StoreError: no session is opened, this is no notebook, or the name is none.
        """
        opened, names = self._looked_at(), user_namespace()
        if names is None:
            raise StoreError("there is no notebook here", hint="use explorer.session")
        given = self._loaded.put(names, name, opened.given)
        self._show(
            Outcome(None, notice=Notice(f"The variable {given} is session {opened.session_id}."))
        )
        return given

    async def aload_into_notebook(self, name: str = "session") -> str:
        """Await ``load_into_notebook``."""
        return self.load_into_notebook(name)

    def dismiss(self, notice: int) -> None:
        """Take a notice away; what it told of can still be taken back by ``undo``.

        Args:
            notice: its number; one that is not there is no error.
        """
        self._controller.notices.dismiss(notice)
        self._show_notices()

    async def adismiss(self, notice: int) -> None:
        """Await ``dismiss``."""
        self.dismiss(notice)
