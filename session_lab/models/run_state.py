"""The counters of a run that agent-base keeps with a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import ConfigDict, Field, StrictBool, StrictInt, model_validator

from session_lab.models.jsonvalue import FrozenJson
from session_lab.models.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RUN_STATE_ALIASES", "TOTAL_NAMES", "RunState"]

Count = Annotated[StrictInt, Field(ge=0)]

RUN_STATE_ALIASES = {"turn_actions": "turn_tool_calls", "run_has_actions": "run_has_tool_calls"}
"""Newer crates' names of fields whose older name is used here."""

TOTAL_NAMES = ("total_actions", "total_tool_calls")
"""Names, the newer first, of the session's total where it stands among these counters."""


class RunState(Value):
    """Count what happened in the current run; all but the last fields restart with each run.

    Args:
        turn_tool_calls: tool calls in the current turn (``turn_actions`` in newer crates).
        run_has_tool_calls: whether the run called a tool (``run_has_actions`` in newer crates).
        reasoning_only_strikes: replies in a row with reasoning and nothing else.
        empty_response_strikes: empty replies in a row.
        nudge_count: how often the run was nudged to use a tool.
        truncation_strikes: truncated batches in a row (newer crates).
        thinking_disabled_for_rest_of_run: set after too many reasoning-only replies (newer crates).
        awaiting_human: the last batch waits for a person (newer crates).
        original_thinking_enabled: how the session started (newer crates); survives runs.

    Unknown fields are kept beside these.  Source: agent-types ``RunState``.

    >>> RunState(turn_tool_calls=2).nudge_count
    0
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)

    turn_tool_calls: Count = 0
    run_has_tool_calls: StrictBool = False
    reasoning_only_strikes: Count = 0
    empty_response_strikes: Count = 0
    nudge_count: Count = 0
    truncation_strikes: Count = 0
    thinking_disabled_for_rest_of_run: StrictBool = False
    awaiting_human: StrictBool = False
    original_thinking_enabled: StrictBool = False

    @model_validator(mode="after")
    def _one_name_each(self) -> Self:
        extra = self.__pydantic_extra__
        if extra and (taken := extra.keys() & {*RUN_STATE_ALIASES, *TOTAL_NAMES}):
            name = min(taken)
            other = RUN_STATE_ALIASES.get(name, "total_tool_calls of the session")
            raise ValueError(f"{name} is called {other} here")
        return self

    def values(self) -> dict[str, Any]:
        """Give all fields with their values, unknown ones too."""
        return {
            **{n: getattr(self, n) for n in type(self).model_fields},
            **(self.model_extra or {}),
        }

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> RunState:
        """Read the counters from their JSON object; both generations of names are understood.

        Where a counter has both its names, the newer one counts.

        Raises:
            pydantic.ValidationError: a known field has the wrong type.
        """
        named = {
            RUN_STATE_ALIASES.get(name, name): value
            for name, value in fields.items()
            # The session's total moved into this object in newer crates; it has a home of its own.
            if name not in TOTAL_NAMES
        }
        named |= {old: fields[new] for new, old in RUN_STATE_ALIASES.items() if new in fields}
        return cls.model_validate(named)
