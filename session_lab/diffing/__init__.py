"""What changed between two sessions, as data.

``diff`` compares (``compare.py``), ``align.py`` finds which messages belong together, ``text.py``
how alike two texts are, ``ops.py`` says what came out.  How a diff is shown stands in the views.
Nothing here knows asyncio, a database or a widget.
"""

from session_lab.diffing.compare import SessionDiff, Side, diff
from session_lab.diffing.ops import (
    Added,
    DiffStats,
    Edited,
    FieldChanged,
    Moved,
    Op,
    Removed,
    Same,
    changed_fields,
    message_fields,
)

__all__ = [
    "Added",
    "DiffStats",
    "Edited",
    "FieldChanged",
    "Moved",
    "Op",
    "Removed",
    "Same",
    "SessionDiff",
    "Side",
    "changed_fields",
    "diff",
    "message_fields",
]
