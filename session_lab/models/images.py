"""Images attached to messages, as agent-base writes them (``ImageAttachment``, externally tagged)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from session_lab.models.jsonvalue import FrozenJson, thaw
from session_lab.models.value import Value

__all__ = ["Base64Image", "Image", "ImageField", "UnknownImage", "UrlImage", "image_from_wire"]


class _Image(Value):
    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)
    variant: ClassVar[str]

    def to_wire(self) -> Any:
        """Give the JSON value of the image; fields that are None are left out, as the crate does."""
        fields = {
            name: value
            for name in type(self).model_fields
            if (value := getattr(self, name)) is not None
        }
        return {self.variant: {**fields, **(self.model_extra or {})}}


class UrlImage(_Image):
    """Point to an image by address.  Nothing in session_lab ever fetches it.

    Args:
        url: the address as written, untrusted.
        detail: ``Low``, ``High``, ``Auto`` or None; other words are kept.

    >>> UrlImage(url="https://example.org/a.png").to_wire()
    {'Url': {'url': 'https://example.org/a.png'}}
    """

    variant: ClassVar[str] = "Url"
    url: str
    detail: str | None = None


class Base64Image(_Image):
    """Carry an image's bytes as Base64 text.

    Args:
        data: the Base64 text as written; it is not decoded here and may be malformed.
        media_type: such as ``image/png``, or None.
        detail: ``Low``, ``High``, ``Auto`` or None; other words are kept.

    >>> Base64Image(data="aGk=", media_type="image/png").to_wire()
    {'Base64': {'data': 'aGk=', 'media_type': 'image/png'}}
    """

    variant: ClassVar[str] = "Base64"
    data: str
    media_type: str | None = None
    detail: str | None = None


class UnknownImage(Value):
    """Keep an image of a kind this version does not know.

    Args:
        raw: the JSON value exactly as read.
    """

    raw: FrozenJson

    def to_wire(self) -> Any:
        """Give the JSON value back."""
        return self.raw


Image = UrlImage | Base64Image | UnknownImage
"""An image attachment."""

_VARIANTS: dict[str, type[UrlImage | Base64Image]] = {"Url": UrlImage, "Base64": Base64Image}


def image_from_wire(value: Any) -> Image:
    """Read an image from its JSON value.

    A kind that is not known, or one that has another shape than the crate writes, becomes an
    ``UnknownImage``: an odd image must not make a whole message unreadable.

    >>> image_from_wire({"Svg": {"text": "<svg/>"}})
    UnknownImage(raw={'Svg': {'text': '<svg/>'}})
    """
    if isinstance(value, (UrlImage, Base64Image, UnknownImage)):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((variant, fields),) = value.items()
        model = _VARIANTS.get(variant)
        # A field that is None is not written, so a null that was read can only be kept raw.
        if model and isinstance(fields, dict) and None not in fields.values():
            try:
                return model.model_validate(fields)
            except ValidationError:
                pass
    return UnknownImage(raw=value)


def _read_images(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(image_from_wire(item) for item in value)
    return value


def _dump_images(value: tuple[Image, ...]) -> list[Any]:
    return [thaw(image.to_wire()) for image in value]


ImageField = Annotated[
    tuple[UrlImage | Base64Image | UnknownImage, ...],
    BeforeValidator(_read_images),
    PlainSerializer(_dump_images),
]
"""A pydantic field of images that reads and writes their wire form."""
