"""Every value type, frozen pydantic models, with agent-base's JSON as their wire form.

Where things go: a new message field into ``messages.py``; a new event into ``events.py``; a new
form of a session's JSON into ``wire.py``.  Nothing here knows asyncio, a database or a widget.
"""

from session_lab.models.checkpoints import Checkpoint, CheckpointStep
from session_lab.models.events import (
    ApprovalRequest,
    AwaitingApproval,
    CheckpointReached,
    PlanItem,
    PlanUpdated,
    RunCancelled,
    RunFinished,
    RuntimeEvent,
    TextDelta,
    ThoughtDelta,
    ToolCallDraft,
    ToolCallFinished,
    ToolCallStarted,
    UnknownEvent,
    UserEvent,
    event_from_json,
    event_from_wire,
)
from session_lab.models.failures import is_failed
from session_lab.models.ids import MAX_ID, SessionId, SessionRef
from session_lab.models.images import Base64Image, Image, UnknownImage, UrlImage
from session_lab.models.messages import (
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    Message,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UserMessage,
    message_from_wire,
)
from session_lab.models.pages import Filter, Page, Problem, SessionQuery
from session_lab.models.run_state import RunState
from session_lab.models.sequence import validate_message_sequence
from session_lab.models.session import AgentSession
from session_lab.models.snapshots import (
    Annotations,
    Provenance,
    SessionSummary,
    Snapshot,
    StoredEvent,
    TrashEntry,
)
from session_lab.models.wire import FORMS

__all__ = [
    "FORMS",
    "MAX_ID",
    "AgentSession",
    "Annotations",
    "ApprovalRequest",
    "AssistantMessage",
    "AwaitingApproval",
    "Base64Image",
    "ChatMessage",
    "Checkpoint",
    "CheckpointReached",
    "CheckpointStep",
    "CustomMessage",
    "Filter",
    "Image",
    "Message",
    "Page",
    "PlanItem",
    "PlanUpdated",
    "Problem",
    "Provenance",
    "RunCancelled",
    "RunFinished",
    "RunState",
    "RuntimeEvent",
    "SessionId",
    "SessionQuery",
    "SessionRef",
    "SessionSummary",
    "Snapshot",
    "StoredEvent",
    "SystemMessage",
    "TextDelta",
    "ThoughtDelta",
    "ToolCall",
    "ToolCallDraft",
    "ToolCallFinished",
    "ToolCallStarted",
    "ToolMessage",
    "TrashEntry",
    "UnknownEvent",
    "UnknownImage",
    "UnknownMessage",
    "UrlImage",
    "UserEvent",
    "UserMessage",
    "event_from_json",
    "event_from_wire",
    "is_failed",
    "message_from_wire",
    "validate_message_sequence",
]
