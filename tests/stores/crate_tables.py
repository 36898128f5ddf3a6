"""Databases as the crate lays them out, made row by row."""

from __future__ import annotations

import json
import sqlite3

GOOD = '{"id":{"id":%d,"external_id":null},"chat_messages":[{"User":{"content":"hi"}}],"always_allowed_actions":[],"run_state":{"total_actions":0,"turn_actions":0,"run_has_actions":false,"reasoning_only_strikes":0,"empty_response_strikes":0,"nudge_count":0}}'


def key(number):
    return json.dumps({"id": number, "external_id": None}, separators=(",", ":"))


def make_database(path, *rows):
    """Make a database with given rows, as the crate lays it out."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)")
        connection.executemany("INSERT INTO sessions VALUES (?, ?)", rows)
    connection.close()
    return path


def raw_rows(path):
    connection = sqlite3.connect(path)
    try:
        return dict(connection.execute("SELECT id, data FROM sessions"))
    finally:
        connection.close()
