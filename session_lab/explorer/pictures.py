"""The picture inside a Base64 image, checked to be one that a page may show.

A picture comes from a session, so neither its type nor its form is believed: the text must be Base64,
of bounded size, and begin as PNG, JPEG, GIF or WebP do.  SVG is no raster image and is refused.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from session_lab.errors import FormatError
from session_lab.models import Base64Image, ToolMessage, UserMessage

if TYPE_CHECKING:
    from session_lab.models import AgentSession

__all__ = ["MAX_BYTES", "checked_picture"]

MAX_BYTES = 5_000_000
"""The largest picture that is sent to the page."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_NO_SPACE = dict.fromkeys(b" \t\r\n")


def checked_picture(session: AgentSession, index: int, number: int) -> tuple[str, str]:
    """Give the type and the Base64 text of a picture.

    Args:
        session: the session.
        index: of the message, from 0.
        number: of the image in it, from 0.

    Returns:
        The media type that its bytes tell, and its bytes as canonical Base64.

    Raises:
        FormatError: there is no such image, or it is none that may be shown.

    >>> from session_lab.models import AgentSession
    >>> gif = Base64Image(data="R0lGODlhAQABAAAAADs=", media_type="image/svg+xml")
    >>> message = UserMessage(content="", images=(gif,))
    >>> checked_picture(AgentSession(chat_messages=[message]), 0, 0)
    ('image/gif', 'R0lGODlhAQABAAAAADs=')
    """
    where = f"message {index}, image {number}"
    messages = session.chat_messages
    message = messages[index] if 0 <= index < len(messages) else None
    images = message.images if isinstance(message, (UserMessage, ToolMessage)) else ()
    image = images[number] if 0 <= number < len(images) else None
    if not isinstance(image, Base64Image):
        raise FormatError("there is no picture here to show", where=where)
    if len(image.data) * 3 // 4 > MAX_BYTES:
        raise FormatError(
            f"the picture is larger than {MAX_BYTES:,} bytes",
            where=where,
            hint="save it from its message: base64.b64decode(message.images[…].data)",
        )
    try:
        data = base64.b64decode(image.data.translate(_NO_SPACE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"the picture is no Base64: {error}", where=where) from error
    return _media_type(data, where), base64.b64encode(data).decode()


def _media_type(data: bytes, where: str) -> str:
    for start, media_type in _MAGIC:
        if data.startswith(start):
            return media_type
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    raise FormatError(
        "the picture is no PNG, JPEG, GIF or WebP, whatever it says of itself", where=where
    )
