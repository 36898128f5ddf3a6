"""Which turn a message is of, and which tool answer belongs to which call.

One pass over all messages, without their texts, so that a part of a long session can be shown
without going through the rest of it again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from session_lab.models import AssistantMessage, ToolMessage, UserMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session_lab.models import ChatMessage

__all__ = ["Links", "link_messages"]


@dataclass(frozen=True, slots=True)
class Links:
    """How the messages of a session belong together.

    Args:
        turns: the turn of each message: 1 from the first User message on, 0 before it.
        answers: by index of a Tool message: the index and batch place of the call it answers.
        answered: by index and batch place of a call: the index of its answer.
        names: by index of a Tool message that answers a call: the name of the tool called.
        orphans: by index of a Tool message that answers no call: why.
        tool_calls: how many calls there are.
    """

    turns: tuple[int, ...]
    answers: dict[int, tuple[int, int]]
    answered: dict[tuple[int, int], int]
    names: dict[int, str]
    orphans: dict[int, str]
    tool_calls: int

    @property
    def unanswered(self) -> int:
        """Count the calls without an answer."""
        return self.tool_calls - len(self.answered)


def link_messages(messages: Sequence[ChatMessage]) -> Links:
    """Find out how messages belong together.

    An answer belongs to the newest earlier batch that has a call with its id; where a batch has the
    id twice, to the first one still open.  A call is answered once: another answer is an orphan.

    Args:
        messages: all messages of a session.

    >>> from session_lab.models import ToolCall
    >>> call = AssistantMessage(tool_calls=(ToolCall(id="a", name="ls", arguments="{}"),))
    >>> links = link_messages([call, ToolMessage(tool_call_id="a", content="x")])
    >>> links.answers, links.unanswered
    ({1: (0, 0)}, 0)
    """
    turns: list[int] = []
    turn = tool_calls = 0
    waiting: dict[str, deque[tuple[int, int, str]]] = {}
    last_answer: dict[str, int] = {}
    answers: dict[int, tuple[int, int]] = {}
    names: dict[int, str] = {}
    orphans: dict[int, str] = {}
    for index, message in enumerate(messages):
        if isinstance(message, UserMessage):
            turn += 1
        elif isinstance(message, AssistantMessage):
            batch: dict[str, deque[tuple[int, int, str]]] = {}
            for number, call in enumerate(message.tool_calls or ()):
                batch.setdefault(call.id, deque()).append((index, number, call.name))
                tool_calls += 1
            waiting.update(batch)
        elif isinstance(message, ToolMessage):
            key = message.tool_call_id
            if waiting.get(key):
                asked, number, names[index] = waiting[key].popleft()
                answers[index] = (asked, number)
                last_answer[key] = index
            elif key in last_answer:
                orphans[index] = f"message {last_answer[key]} answered this call already"
            else:
                orphans[index] = "no earlier call has this id"
        turns.append(turn)
    answered = {place: index for index, place in answers.items()}
    return Links(tuple(turns), answers, answered, names, orphans, tool_calls)
