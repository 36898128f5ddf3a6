"""Changing sessions in a real JupyterLab: compare, label, fork, revert, delete, undo, and errors."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from session_lab.samples import agent_base_db

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook

ONLY_SHOWN = "this is the newest snapshot"


@pytest.fixture
def deploy(samples: Locator, rows: Callable[[str], Locator]) -> Locator:
    """Open the sample session with a deployment that failed; it has three snapshots."""
    rows("4071(").click()
    expect(samples.locator(".slx-detail-head")).to_contain_text("4071(deploy/checkout-api)")
    return samples


def action(explorer: Locator, name: str) -> Locator:
    """Find a button of the opened session's actions."""
    bar = explorer.get_by_role("toolbar", name="What to do with this session")
    return bar.get_by_role("button", name=name, exact=True)


def toast(explorer: Locator, text: str) -> Locator:
    """Find what the explorer says was done."""
    return explorer.locator(".slx-toast", has_text=text)


def test_two_snapshots_are_compared(notebook: Notebook, deploy: Locator) -> None:
    action(deploy, "Compare with\u2026").click()
    expect(deploy.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    pickers = deploy.locator(".slx-pickers")
    pickers.get_by_label("From", exact=True).select_option(label="Revision 1")
    pickers.get_by_role("button", name="Compare", exact=True).click()
    expect(deploy.locator(".slx-compared")).to_contain_text("Revision 1")
    stats = notebook.python("(explorer.comparison.stats.added, explorer.comparison.stats.same)")
    expect(deploy.locator(".slx-stat-added")).to_have_text(f"+ {stats[0]} added")
    expect(deploy.locator(".slx-change-added")).to_have_count(stats[0])
    expect(deploy.locator(".slx-stats")).to_contain_text(f"{stats[1]} unchanged")


def test_unchanged_messages_are_folded_and_unfold(deploy: Locator) -> None:
    deploy.get_by_role("tab", name="Snapshots").click()
    deploy.get_by_role("button", name="Compare", exact=True).click()
    fold = deploy.locator(".slx-unchanged").first
    inside = fold.locator(".slx-change-same")
    expect(fold.get_by_role("button")).to_contain_text("10 unchanged messages")
    expect(inside).to_have_count(0)
    fold.get_by_role("button").click()
    expect(inside).to_have_count(10)
    fold.get_by_role("button").click()
    expect(inside.first).to_be_hidden()


def test_two_selected_sessions_are_compared_with_old_beside_new(
    notebook: Notebook, deploy: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4072(").click(modifiers=["Control"])
    deploy.get_by_role("button", name="Compare the two").click()
    edited = deploy.locator(".slx-change-edited")
    expect(edited).to_have_count(notebook.python("explorer.comparison.stats.edited"))
    ticket = edited.filter(has_text="PAYMENTS_URL").first
    expect(ticket.locator(".slx-side-old .slx-marked").first).to_contain_text("8433")
    expect(ticket.locator(".slx-side-new .slx-marked").first).to_contain_text("8443")


def test_a_session_that_is_not_in_the_list_is_compared_by_its_id(
    notebook: Notebook, deploy: Locator
) -> None:
    deploy.get_by_label("Search sessions").fill("checkout-api")
    expect(deploy.locator(".slx-total")).to_contain_text("found")
    action(deploy, "Compare with\u2026").click()
    pickers = deploy.locator(".slx-pickers")
    pickers.get_by_label("To", exact=True).select_option(label="Another session, by its id\u2026")
    pickers.get_by_label("To: the session\u2019s id").fill("42")
    pickers.get_by_label("To: the session\u2019s id").press("Enter")
    expect(deploy.locator(".slx-compared")).to_contain_text("42 \u00b7 revision 1")
    assert notebook.python("len(explorer.comparison.fields) > 0") is True


def test_a_label_is_given_and_taken_away(notebook: Notebook, deploy: Locator) -> None:
    action(deploy, "Label\u2026").click()
    deploy.get_by_label("Label of revision 3").fill("the failure")
    deploy.get_by_role("button", name="Save label").click()
    expect(toast(deploy, "labelled")).to_be_visible()
    deploy.get_by_role("tab", name="Snapshots").click()
    expect(deploy.get_by_role("option").first).to_contain_text("the failure")
    assert notebook.python("explorer.snapshot.label") == "the failure"
    action(deploy, "Label\u2026").click()
    deploy.get_by_role("button", name="Remove label").click()
    expect(deploy.get_by_role("option").first).not_to_contain_text("the failure")
    assert notebook.python("explorer.snapshot.label") is None


def test_a_fork_is_opened_and_stands_in_the_list(
    notebook: Notebook, deploy: Locator, rows: Callable[[str], Locator]
) -> None:
    action(deploy, "Fork\u2026").click()
    deploy.get_by_label("Fork revision 3 as").fill("what-if")
    deploy.get_by_label("Fork revision 3 as").press("Enter")
    expect(deploy.locator(".slx-detail-id")).to_have_text("0(what-if)")
    expect(rows("0(what-if)")).to_have_attribute("aria-current", "true")
    expect(deploy.locator(".slx-form")).to_be_hidden()
    assert notebook.python("str(explorer.session.id)") == "0(what-if)"
    deploy.get_by_role("tab", name="Snapshots").click()
    expect(deploy.get_by_role("option")).to_contain_text("forked from 4071(deploy/checkout-api)")


def test_an_old_snapshot_becomes_the_newest(notebook: Notebook, deploy: Locator) -> None:
    expect(action(deploy, "Revert")).to_have_attribute("title", ONLY_SHOWN)
    deploy.get_by_role("tab", name="Snapshots").click()
    deploy.get_by_role("option").nth(2).click()
    expect(deploy.locator(".slx-banner")).to_contain_text("snapshot 1 of 3")
    action(deploy, "Revert").click()
    expect(deploy.locator(".slx-banner")).to_be_hidden()
    expect(deploy.get_by_role("tab", name="Snapshots")).to_contain_text("4")
    assert notebook.python("(explorer.snapshot.revision, explorer.snapshot.parent[1])") == (4, 1)


def test_a_deleted_session_comes_back_with_undo(
    notebook: Notebook, deploy: Locator, rows: Callable[[str], Locator]
) -> None:
    before = notebook.python("len(explorer.frame)")
    action(deploy, "Delete").click()
    expect(toast(deploy, "Deleted session 4071(deploy/checkout-api)")).to_be_visible()
    expect(rows("4071(")).to_have_count(0)
    expect(deploy.get_by_text("No session is open")).to_be_visible()
    assert notebook.python("(len(explorer.frame), explorer.session)") == (before - 1, None)
    toast(deploy, "Deleted").get_by_role("button", name="Undo").click()
    expect(rows("4071(")).to_be_visible()
    expect(toast(deploy, "Deleted")).to_have_count(0)
    assert notebook.python("len(explorer.frame)") == before


def test_the_way_back_from_a_deletion_stays_for_ten_seconds(deploy: Locator) -> None:
    action(deploy, "Delete").click()
    undo = toast(deploy, "Deleted").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    deploy.page.wait_for_timeout(10_000)
    expect(undo).to_be_visible()


def test_a_deleted_snapshot_comes_back_with_undo(notebook: Notebook, deploy: Locator) -> None:
    deploy.get_by_role("tab", name="Snapshots").click()
    deploy.get_by_role("option").nth(1).click()
    deploy.get_by_role("tab", name="Snapshots").click()
    deploy.get_by_role("button", name="Delete snapshot").click()
    options = deploy.get_by_role("option")
    expect(options).to_have_count(2)
    toast(deploy, "Deleted snapshot 2").get_by_role("button", name="Undo").click()
    expect(options).to_have_count(3)


def test_a_session_is_put_into_the_notebook_under_a_free_name(
    notebook: Notebook, deploy: Locator
) -> None:
    notebook.python("session = 'mine'")
    action(deploy, "Load into notebook").click()
    told = toast(deploy, "session_2")
    expect(told).to_be_visible()
    assert notebook.python("session") == "mine"
    assert notebook.python("str(session_2.id)") == "4071(deploy/checkout-api)"
    notebook.python("del session, session_2")


def test_what_goes_wrong_is_told_and_stays_until_dismissed(
    notebook: Notebook, deploy: Locator
) -> None:
    action(deploy, "Fork\u2026").click()
    typed = deploy.get_by_label("Fork revision 3 as")
    typed.fill("42")
    typed.press("Enter")
    bar = deploy.get_by_role("alert")
    expect(bar).to_contain_text("there is a session 42 already")
    expect(bar.locator(".slx-bar-hint")).to_contain_text("another")
    # What was typed is still there to be mended.
    expect(typed).to_have_value("42")
    assert "Conflict" in notebook.python("type(explorer.last_error).__name__")
    bar.get_by_role("button", name="Dismiss").click()
    expect(bar).to_have_count(0)


def test_an_error_of_a_store_of_ones_own_is_told_too(notebook: Notebook) -> None:
    explorer = notebook.run(
        "from session_lab import *\n"
        "class Broken(InMemorySessionStore):\n"
        "    async def load(self, session_id, snapshot=None):\n"
        "        raise ZeroDivisionError('the disk is <b>full</b>')\n"
        "store = Broken()\n"
        "session = AgentSession(id=1); session.push_user('hello')\n"
        "run(store.save(session))\n"
        "explorer = explore(store)\n"
        "explorer"
    )
    explorer.locator(".slx-row").click()
    expect(explorer.get_by_role("alert")).to_contain_text("the disk is <b>full</b>")
    expect(explorer.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    assert notebook.python("type(explorer.last_error).__name__") == "ZeroDivisionError"


def test_a_database_of_agent_base_stays_as_it_is_and_says_what_it_cannot_do(
    notebook: Notebook, work_folder: Path
) -> None:
    path = work_folder / "sessions.db"
    shutil.copy(agent_base_db(), path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    explorer = notebook.run(
        "from session_lab import explore\nexplorer = explore('sessions.db')\nexplorer"
    )
    expect(explorer.locator(".slx-source")).to_contain_text("sessions.db")
    expect(explorer.locator(".slx-source")).to_contain_text("read-only")
    explorer.locator(".slx-row", has_text="42(support/2031)").click()
    delete = action(explorer, "Delete")
    expect(delete).to_have_attribute("aria-disabled", "true")
    expect(delete).to_have_attribute("title", re.compile("read-only"))
    expect(explorer.locator(".slx-reasons")).to_contain_text("read-only")
    delete.click(force=True)
    action(explorer, "Fork\u2026").click()
    explorer.get_by_role("button", name="Fork", exact=True).click()
    fork = explorer.locator('.slx-row[aria-current="true"]')
    expect(fork).to_contain_text("0(42(support/2031)~1)")
    expect(fork).to_contain_text("local")
    action(explorer, "Delete").click()
    expect(toast(explorer, "Deleted session 0(42(support/2031)~1)")).to_be_visible()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_rows_that_cannot_be_read_are_reported_beside_the_good_ones(
    notebook: Notebook, work_folder: Path
) -> None:
    path = work_folder / "damaged.db"
    shutil.copy(agent_base_db(), path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE sessions SET data = '{oops' WHERE id LIKE '%\"id\":42,%null}'")
    database.close()
    explorer = notebook.run(
        "from session_lab import explore\nexplorer = explore('damaged.db')\nexplorer"
    )
    problems = explorer.locator(".slx-problems")
    problems.get_by_text("1 row can\u2019t be read").click()
    expect(problems).to_contain_text("damaged.db, row")
    expect(problems).to_contain_text("not JSON")
    expect(explorer.locator(".slx-row").first).to_be_visible()
