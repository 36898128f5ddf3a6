"""Hypothesis strategies for every value of session_lab, and for the JSON it is read from.

Values for laws: JSON, ids, messages, sessions, events, and edits of a session.  What is built here
may hold anything a file could hold (hostile text, unknown kinds and fields, numbers past 64 bits);
a test that needs less says so by an argument.  Imports the models and nothing above them.
"""

from __future__ import annotations

from tests.strategies.of_edits import Edit, changed_sessions, edits
from tests.strategies.of_events import events, wire_events
from tests.strategies.of_json import as_json, damaged, json_objects, json_values, texts
from tests.strategies.of_messages import message_lists, messages, well_formed, wire_messages
from tests.strategies.of_sessions import (
    WIRE_VERSIONS,
    run_states,
    session_ids,
    sessions,
    wire_sessions,
)

__all__ = [
    "WIRE_VERSIONS",
    "Edit",
    "as_json",
    "changed_sessions",
    "damaged",
    "edits",
    "events",
    "json_objects",
    "json_values",
    "message_lists",
    "messages",
    "run_states",
    "session_ids",
    "sessions",
    "texts",
    "well_formed",
    "wire_events",
    "wire_messages",
    "wire_sessions",
]
