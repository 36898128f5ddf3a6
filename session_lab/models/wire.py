"""The forms in which agent-base's crates wrote a session around its messages.

A session's JSON object without ``chat_messages`` is called its envelope.  Here an envelope is read
into the four values a session has, and brought up to date when they change, in the form it came in.

| form | written by | where the counters are |
|---|---|---|
| 0.1.0 | 0.1.0-0.1.2 | none; a redundant ``messages`` view |
| 0.1.3 | 0.1.3-0.2.0 | flat: ``total_tool_calls nudge_count turn_tool_calls`` |
| 0.2.1 | 0.2.1 | flat, with the two strike counters |
| 0.3.0 | 0.3.0-0.11.0 | ``total_tool_calls``, the rest in ``run_state`` |
| 0.12.0 | 0.12.0 | all in ``run_state``, under new names |

New sessions are written as 0.3.0, which every crate from 0.3.0 to 0.12.0 reads.
Source: the published crates' serde definitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from session_lab.errors import FormatError
from session_lab.models.ids import SessionId
from session_lab.models.jsonvalue import FrozenDict, canonical_json, freeze
from session_lab.models.run_state import RUN_STATE_ALIASES, TOTAL_NAMES, RunState
from session_lab.models.simple import simple_messages
from session_lab.models.value import format_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from session_lab.models.messages import ChatMessage

__all__ = [
    "FORMS",
    "KNOWN",
    "SessionValues",
    "convert_envelope",
    "form_of",
    "frozen_envelope",
    "new_envelope",
    "read_envelope",
    "updated_envelope",
]

FORMS = ("0.1.0", "0.1.3", "0.2.1", "0.3.0", "0.12.0")
"""The crate versions in which the form of a session changed."""

_FLAT = {
    "0.1.0": (),
    "0.1.3": ("nudge_count", "turn_tool_calls"),
    "0.2.1": ("nudge_count", "turn_tool_calls", "reasoning_only_strikes", "empty_response_strikes"),
}
_ALL_FLAT = _FLAT["0.2.1"]
_NESTED = (
    "turn_tool_calls",
    "run_has_tool_calls",
    "reasoning_only_strikes",
    "empty_response_strikes",
    "nudge_count",
)
KNOWN = frozenset(
    {"id", "messages", "chat_messages", "always_allowed_actions", "total_tool_calls", "run_state"}
    | set(_ALL_FLAT)
)
_NEW_NAMES = {old: new for new, old in RUN_STATE_ALIASES.items()}
_HINT = "check that this is the JSON of an agent-base session, not cut off or edited by hand"


class SessionValues(NamedTuple):
    """What an envelope says: the session's fields beside its messages."""

    id: SessionId | None
    always_allowed_actions: tuple[str, ...]
    total_tool_calls: int
    run_state: RunState


def read_envelope(envelope: Mapping[str, Any]) -> SessionValues:
    """Read the values of an envelope of any form.

    ``run_state`` wins over flat counters; a top-level total wins over one inside it; missing
    counters count as 0 (as crate 0.12.0 reads them).

    Raises:
        FormatError: a known field has the wrong shape.
    """
    counters, where = _counters(envelope)
    try:
        state = RunState.from_wire(counters)
    except ValidationError as error:
        raise _as_spelled(format_error(error, where), counters) from error
    raw_id = envelope.get("id")
    return SessionValues(
        id=None if raw_id is None else SessionId.from_wire(raw_id, where="$.id"),
        always_allowed_actions=_read_allowed(envelope.get("always_allowed_actions", ())),
        total_tool_calls=_read_total(envelope, counters),
        run_state=state,
    )


def _counters(envelope: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    run_state = envelope.get("run_state")
    if run_state is None:
        return {n: value for n in _ALL_FLAT if (value := envelope.get(n)) is not None}, "$"
    if not isinstance(run_state, dict):
        raise FormatError("expected an object", where="$.run_state", hint=_HINT)
    return run_state, "$.run_state"


def _read_total(envelope: Mapping[str, Any], counters: Mapping[str, Any]) -> int:
    total, where = envelope.get("total_tool_calls"), "$.total_tool_calls"
    if total is None:
        name = next((name for name in TOTAL_NAMES if name in counters), None)
        if name is None:
            return 0
        total, where = counters[name], f"$.run_state.{name}"
    if type(total) is not int or total < 0:
        raise FormatError("expected a count", where=where, hint=_HINT)
    return total


def _as_spelled(error: FormatError, counters: Mapping[str, Any]) -> FormatError:
    """Name the counter as the file does."""
    place, _, name = (error.where or "").rpartition(".")
    newer = _NEW_NAMES.get(name)
    if newer is None or newer not in counters:
        return error
    return FormatError(error.problem, where=f"{place}.{newer}", hint=error.hint)


def _read_allowed(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise FormatError("expected a list of texts", where="$.always_allowed_actions", hint=_HINT)
    return tuple(dict.fromkeys(value))


def form_of(envelope: Mapping[str, Any]) -> str:
    """Name the form of an envelope: the first crate version that wrote it so.

    >>> form_of({"id": None, "total_tool_calls": 0, "run_state": {"turn_tool_calls": 0}})
    '0.3.0'
    """
    run_state = envelope.get("run_state")
    if isinstance(run_state, dict):
        moved = "total_actions" in run_state or "turn_actions" in run_state
        return "0.12.0" if moved and envelope.get("total_tool_calls") is None else "0.3.0"
    if "reasoning_only_strikes" in envelope or "empty_response_strikes" in envelope:
        return "0.2.1"
    if envelope.keys() & {"total_tool_calls", "nudge_count", "turn_tool_calls"}:
        return "0.1.3"
    return "0.1.0"


def frozen_envelope(envelope: Mapping[str, Any]) -> FrozenDict:
    """Give an envelope that can't be changed; ``chat_messages`` keeps its place, without content.

    Raises:
        FormatError: a field has no JSON form or is nested too deeply; ``where`` names it.
    """
    frozen: dict[str, Any] = {}
    for name, value in envelope.items():
        try:
            frozen[name] = None if name == "chat_messages" else freeze(value)
        except ValueError as error:
            raise FormatError(str(error), where=f"$.{name}", hint="flatten the value") from error
    return FrozenDict(frozen)


def new_envelope(form: str = "0.3.0") -> FrozenDict:
    """Give the envelope of an empty session in a form.

    >>> list(new_envelope("0.1.3"))
    ['id', 'chat_messages', 'always_allowed_actions', 'total_tool_calls', 'nudge_count', 'turn_tool_calls']
    """
    envelope: dict[str, Any] = {"id": None, "chat_messages": None, "always_allowed_actions": []}
    if form == "0.1.0":
        envelope = {"id": None, "messages": [], "chat_messages": None, "always_allowed_actions": []}
    elif form in _FLAT:
        envelope |= {"total_tool_calls": 0} | dict.fromkeys(_FLAT[form], 0)
    elif form == "0.3.0":
        state = {name: getattr(RunState(), name) for name in _NESTED}
        envelope |= {"total_tool_calls": 0, "run_state": state}
    elif form == "0.12.0":
        state = {_NEW_NAMES.get(name, name): value for name, value in RunState().values().items()}
        envelope["run_state"] = {"total_actions": 0, **state}
    else:
        raise FormatError(
            f"{form!r} is no form of a session", hint=f"take one of {', '.join(FORMS)}"
        )
    return FrozenDict({name: freeze(value) for name, value in envelope.items()})


def updated_envelope(
    envelope: FrozenDict, values: SessionValues, messages: Sequence[ChatMessage] | None
) -> dict[str, Any]:
    """Give the envelope with new values, in the form it has.

    Args:
        envelope: as read.
        values: what it shall say.
        messages: the new messages where they changed, for a form with a ``messages`` view.
    """
    old = read_envelope(envelope)
    new = dict(envelope)
    if values.id != old.id:
        new["id"] = None if values.id is None else values.id.to_wire()
    if set(values.always_allowed_actions) != set(old.always_allowed_actions):
        new["always_allowed_actions"] = list(values.always_allowed_actions)
    if not _same(values.run_state.values(), old.run_state.values()):
        _write_run_state(new, values.run_state, old.run_state)
    if values.total_tool_calls != old.total_tool_calls:
        _write_total(new, values.total_tool_calls)
    if messages is not None and "messages" in envelope:
        new["messages"] = simple_messages(messages)
    return new


def _write_total(envelope: dict[str, Any], total: int) -> None:
    state = envelope.get("run_state")
    inside = [name for name in TOTAL_NAMES if name in state] if isinstance(state, dict) else []
    if inside:
        envelope["run_state"] = {**state, **dict.fromkeys(inside, total)}  # type: ignore[dict-item]
    if not inside or envelope.get("total_tool_calls") is not None:
        envelope["total_tool_calls"] = total


def _write_run_state(envelope: dict[str, Any], state: RunState, old: RunState) -> None:
    before = old.values()
    changed = {
        n: v for n, v in state.values().items() if n not in before or not _same(before[n], v)
    }
    gone = before.keys() - state.values().keys()
    nested = envelope.get("run_state")
    if isinstance(nested, dict):
        kept = {name: value for name, value in nested.items() if name not in gone}
        for name, value in changed.items():
            names = [n for n in (name, _NEW_NAMES.get(name)) if n in nested]
            kept |= dict.fromkeys(names or [name], value)
        envelope["run_state"] = kept
    elif changed.keys() <= set(_ALL_FLAT):
        envelope.update(changed)
    else:
        # The flat forms have no place for the rest; run_state beside them is read by every newer
        # crate and ignored by the older ones.
        envelope["run_state"] = nested_run_state(state)


def _same(one: Any, other: Any) -> bool:
    # `==` takes 1, 1.0 and true for the same.
    return canonical_json(one) == canonical_json(other)


def nested_run_state(state: RunState) -> dict[str, Any]:
    """Give the counters under the older names, newer ones only where they say something."""
    default = RunState().values()
    return {
        name: value
        for name, value in state.values().items()
        if name in _NESTED or name not in default or default[name] != value
    }


def convert_envelope(
    envelope: FrozenDict, values: SessionValues, messages: Sequence[ChatMessage], form: str
) -> dict[str, Any]:
    """Give an envelope in another form with the same values, unknown fields kept.

    Raises:
        FormatError: no such form.
    """
    target = new_envelope(form)
    converted = updated_envelope(target, values, messages)
    if form == "0.12.0":
        # A value without a name of its own in this form went in under its older name.
        state = converted["run_state"]
        converted["run_state"] = {
            _NEW_NAMES.get(name, name): value for name, value in state.items()
        }
    unknown = {name: value for name, value in envelope.items() if name not in KNOWN}
    return {**converted, **unknown}
