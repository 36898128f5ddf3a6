"""What the values that bear agent-base's JSON have in common: frozen, copied safely, explained.

Knows pydantic and no value in particular.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from session_lab.errors import FormatError
from session_lab.models.jsonvalue import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

__all__ = ["Value", "format_error", "slot"]

_NOTHING = FrozenDict()


def slot(value: object, name: str) -> Any:
    """Read a slot of a value, None where nothing was put into it.

    ``getattr`` would go on and look among the unknown fields, and those come from the file: a field
    named like a slot could then pass for what we know about the value.
    """
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


class Value(BaseModel):
    """A value that can't be changed; a copy with other fields is validated like a new one."""

    model_config = ConfigDict(frozen=True)
    kept_slots: ClassVar[tuple[str, ...]] = ()
    """Slots with a meaning of their own, which changed copies and pickles keep."""
    read_slots: ClassVar[tuple[str, ...]] = ()
    """Slots with what was read as it was read, which pickles keep; a changed copy differs."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002 - frozen: a deep copy is the same
        """Give a copy with some fields replaced; it is validated and has a digest of its own.

        Args:
            update: new values by field name.
            deep: accepted for pydantic's sake; everything inside is frozen.

        Raises:
            pydantic.ValidationError: a new value does not fit its field.
        """
        if not update:
            return self
        names = type(self).model_fields
        fields = {name: getattr(self, name) for name in self.model_fields_set if name in names}
        copy = type(self).model_validate({**fields, **(self.model_extra or {}), **update})
        _copy_slots(self, copy)
        return copy

    @property
    def model_extra(self) -> FrozenDict | None:
        """Give the fields that this version does not know, None where there can't be any.

        It is frozen, unlike pydantic's own: nothing inside a value can be changed.
        """
        extra = self.__pydantic_extra__
        if not extra:
            return None if extra is None else _NOTHING
        return FrozenDict(extra)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self

    def __getstate__(self) -> dict[Any, Any]:
        names = (*self.kept_slots, *self.read_slots)
        kept = {name: found for name in names if (found := slot(self, name)) is not None}
        return {**super().__getstate__(), "kept": kept}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        for name, found in state.get("kept", {}).items():
            object.__setattr__(self, name, found)


def _copy_slots(source: Value, target: Value) -> None:
    for name in source.kept_slots:
        found = slot(source, name)
        if found is not None:
            object.__setattr__(target, name, found)


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_0-9]*", re.ASCII)


def format_error(error: ValidationError, where: str) -> FormatError:
    """Say by a JSON path what a validation found wrong first.

    Args:
        error: what pydantic raised.
        where: the path of the value that was validated.

    >>> from pydantic import TypeAdapter, ValidationError
    >>> try:
    ...     TypeAdapter(dict[str, list[int]]).validate_python({"a b": ["x"]})
    ... except ValidationError as error:
    ...     print(format_error(error, "$.data").where)
    $.data["a b"][0]
    """
    first = error.errors(include_url=False, include_input=False)[0]
    path = "".join(_step(part) for part in first["loc"])
    return FormatError(
        first["msg"].removeprefix("Value error, "),
        where=f"{where}{path}",
        hint="check that this was written by agent-base and not cut off or edited by hand",
    )


def _step(part: int | str) -> str:
    if isinstance(part, str) and _PLAIN_KEY.fullmatch(part):
        return f".{part}"
    return f"[{json.dumps(part)}]"
