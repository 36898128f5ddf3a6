"""The widget: the traits of ``protocol.py``, and how requests of the page get to the right thread.

It knows no session.  Traits are set in one thread only, that in which the widget was made; requests
become tasks of that thread's event loop, whatever thread they come in.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from session_lab.explorer.assets import module_text, style_text

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

__all__ = ["ExplorerPanel"]

_NO_NOTICES: dict[str, Any] = {"items": []}
_START: dict[str, Any] = {"tab": "transcript", "tab_seq": 0, "progress": None}


class ExplorerPanel(anywidget.AnyWidget):
    """What the page draws.

    Args:
        handler: is awaited with every custom message of the page; it must not raise.
        table: the first ``TableView``.
    """

    # Read once, when the module is imported.
    _esm = module_text()
    _css = style_text()
    _table = traitlets.Dict().tag(sync=True)
    _detail = traitlets.Dict().tag(sync=True)
    _comparison = traitlets.Dict().tag(sync=True)
    _notices = traitlets.Dict(_NO_NOTICES).tag(sync=True)
    _state = traitlets.Dict(_START).tag(sync=True)

    def __init__(
        self, handler: Callable[[Any], Coroutine[Any, Any, None]], table: Mapping[str, Any]
    ) -> None:
        self._handler = handler
        self._home = threading.get_ident()
        self._loop = _running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        super().__init__(_table=dict(table))
        self.on_msg(self._receive)

    @property
    def is_home(self) -> bool:
        """Tell whether this is the thread in which traits may be set."""
        return threading.get_ident() == self._home

    @property
    def state(self) -> dict[str, Any]:
        """Give what ``_state`` holds (``StateView``)."""
        return dict(self._state)

    def put(self, **views: Mapping[str, Any]) -> None:
        """Set traits, by their names without the underscore."""
        for name, view in views.items():
            self.set_trait(f"_{name}", dict(view))

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        """Start what the page asks for."""
        here = _running_loop()
        loop = self._loop if self._loop is not None and self._loop.is_running() else here
        if loop is None:
            asyncio.run(self._handler(content))
        elif loop is here:
            self._start(loop, content)
        else:
            # Kernels may hand messages over in a subshell's thread.
            loop.call_soon_threadsafe(self._start, loop, content)

    def _start(self, loop: asyncio.AbstractEventLoop, content: Any) -> None:
        task = loop.create_task(self._handler(content))
        # A loop keeps only weak references to its tasks.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
