"""Names in the notebook: where "Load into notebook" puts a session.

A variable of the user is never overwritten: only one that was put there before and has not been
changed since.  IPython is looked for, not imported.
"""

from __future__ import annotations

import itertools
import keyword
import sys
from typing import TYPE_CHECKING, Any

from session_lab.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from session_lab.models import AgentSession

__all__ = ["Loaded", "user_namespace"]


def user_namespace() -> MutableMapping[str, Any] | None:
    """Give the variables of the notebook that runs this, None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return None if shell is None else shell.user_ns


class Loaded:
    """Put sessions under free names, and remember which.

    >>> from session_lab.models import AgentSession
    >>> loaded, names = Loaded(), {"session": "the user's own"}
    >>> loaded.put(names, "session", AgentSession(id=1))
    'session_2'
    >>> loaded.put(names, "session", AgentSession(id=2)), names["session_2"].id
    ('session_2', SessionId(2))
    """

    def __init__(self) -> None:
        self._given: dict[str, tuple[AgentSession, str]] = {}

    def put(self, names: MutableMapping[str, Any], name: str, session: AgentSession) -> str:
        """Put a session under a name, or under the first free one made of it.

        Args:
            names: the notebook's variables.
            name: the name wished for.
            session: what to put there.

        Returns:
            The name it has.

        Raises:
            StoreError: that is no name for a variable.
        """
        if not name.isidentifier() or keyword.iskeyword(name):
            raise StoreError(f"{name!r} is no name for a variable", hint="use letters and _")
        candidates = itertools.chain([name], (f"{name}_{n}" for n in itertools.count(2)))
        free = next(each for each in candidates if self._is_free(names, each, session))
        names[free] = session
        self._given[free] = session, session.digest
        return free

    def _is_free(self, names: MutableMapping[str, Any], name: str, session: AgentSession) -> bool:
        if name not in names or names[name] is session:
            return True
        given, digest = self._given.get(name, (None, ""))
        return given is not None and names[name] is given and given.digest == digest
