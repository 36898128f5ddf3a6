"""The explorer without a mouse, and JupyterLab's own keys beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook


def focus_first_row(explorer: Locator) -> None:
    """Come into the list as people do: from the search box, with the arrow."""
    explorer.get_by_label("Search sessions").focus()
    explorer.page.keyboard.press("ArrowDown")
    expect(explorer.locator(".slx-row").first).to_be_focused()


def test_arrows_move_and_open_what_they_rest_on(notebook: Notebook, samples: Locator) -> None:
    focus_first_row(samples)
    keyboard = notebook.page.keyboard
    for _ in range(3):
        keyboard.press("ArrowDown")
    row = samples.locator(".slx-row").nth(3)
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_have_attribute("aria-current", "true")
    expect(samples.locator(".slx-detail-id")).to_have_text(row.locator(".slx-rich-id").inner_text())


def test_shift_and_arrows_select_a_range(notebook: Notebook, samples: Locator) -> None:
    focus_first_row(samples)
    keyboard = notebook.page.keyboard
    keyboard.press("ArrowDown")
    keyboard.press("Shift+ArrowDown")
    keyboard.press("Shift+ArrowDown")
    expect(samples.locator('.slx-row[aria-selected="true"]')).to_have_count(3)
    expect(samples.locator(".slx-pager")).to_contain_text("3 selected")
    assert notebook.python("len(explorer.selection)") == 3


def test_a_session_is_found_opened_and_read_by_keys_alone(
    notebook: Notebook, samples: Locator
) -> None:
    focus_first_row(samples)
    keyboard = notebook.page.keyboard
    keyboard.press("/")
    expect(samples.get_by_label("Search sessions")).to_be_focused()
    keyboard.type("checkout-api release")
    expect(samples.locator(".slx-total")).to_contain_text("2 sessions found")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(samples.locator(".slx-detail-title")).to_contain_text("checkout-api")
    # Enter on what is open goes on to its text.
    keyboard.press("Enter")
    expect(samples.get_by_role("tabpanel", name="Transcript")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(samples.get_by_role("tab", name="Transcript")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(samples.get_by_role("tab", name="Snapshots")).to_be_focused()
    expect(samples.get_by_role("tabpanel", name="Snapshots")).to_be_visible()


def test_snapshots_are_walked_through_and_opened_by_keys(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    samples.get_by_role("tab", name="Snapshots").click()
    options = samples.get_by_role("option")
    options.first.focus()
    keyboard = notebook.page.keyboard
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(options.nth(2)).to_be_focused()
    keyboard.press("Enter")
    expect(samples.locator(".slx-banner")).to_contain_text("snapshot 1 of 3")


def test_delete_and_undo_by_keys_keep_the_focus_in_the_list(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    expect(samples.locator(".slx-detail-id")).to_have_text("4071(deploy/checkout-api)")
    keyboard = notebook.page.keyboard
    keyboard.press("Delete")
    expect(rows("4071(")).to_have_count(0)
    expect(rows("4072(")).to_be_focused()
    keyboard.press("Control+z")
    expect(rows("4071(")).to_be_visible()
    assert notebook.cell_count() == 1


def test_a_form_is_left_with_escape_and_gives_the_focus_back(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    fork = samples.get_by_role("button", name="Fork\u2026")
    fork.press("Enter")
    expect(samples.get_by_label("Fork revision 3 as")).to_be_focused()
    notebook.page.keyboard.press("Escape")
    expect(samples.locator(".slx-form")).to_be_hidden()
    expect(fork).to_be_focused()


def test_the_undo_of_a_toast_is_reached_by_tab_and_waits_there(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    expect(samples.locator(".slx-detail-id")).to_have_text("4071(deploy/checkout-api)")
    notebook.page.keyboard.press("Delete")
    undo = samples.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    for _ in range(30):
        notebook.page.keyboard.press("Tab")
        if undo.evaluate("each => each === document.activeElement"):
            break
    expect(undo).to_be_focused()
    notebook.page.keyboard.press("Enter")
    expect(rows("4071(")).to_be_visible()


def test_keys_of_the_explorer_do_nothing_to_the_notebook(
    notebook: Notebook, samples: Locator
) -> None:
    notebook.run_cells("explorer", "1 + 1", "2 + 2")
    explorer = notebook.page.locator(".slx").first
    explorer.wait_for()
    focus_first_row(explorer)
    # In JupyterLab's command mode: delete, cut, insert, merge, change to Markdown, collapse, go on.
    for key in ("d", "d", "x", "a", "b", "Shift+M", "m", "j", "k", "o", "0", "Shift+Enter"):
        notebook.page.keyboard.press(key)
    assert notebook.cell_count() == 3
    kinds = "[...jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.type)"
    assert notebook.page.evaluate(kinds) == ["code", "code", "code"]
    expect(explorer).to_be_visible()


def test_saving_the_notebook_works_from_inside_the_explorer(
    notebook: Notebook, samples: Locator
) -> None:
    dirty = "jupyterapp.shell.currentWidget.context.model.dirty"
    assert notebook.page.evaluate(dirty) is True
    focus_first_row(samples)
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function(f"!{dirty}")


def test_the_panes_are_sized_by_keys(notebook: Notebook, samples: Locator) -> None:
    def width() -> float:
        box = samples.locator(".slx-list").bounding_box()
        assert box is not None
        return box["width"]

    before = width()
    samples.get_by_role("separator", name="Width of the list").press("ArrowLeft")
    assert width() < before
    samples.get_by_role("separator", name="Width of the list").dblclick()
    assert abs(width() - before) < 2


def test_every_part_has_its_role_and_name(samples: Locator, rows: Callable[[str], Locator]) -> None:
    rows("4071(").click()
    grid = samples.get_by_role("grid", name="Sessions")
    assert int(grid.get_attribute("aria-rowcount") or 0) == grid.locator(".slx-row").count() + 1
    expect(samples.get_by_role("tablist")).to_have_count(1)
    unnamed = samples.evaluate(
        """root => [...root.querySelectorAll("button, input, select, [role=tabpanel]")]
            .filter((each) => each.checkVisibility() && !(each.textContent.trim() ||
                each.getAttribute("aria-label") || each.labels?.length ||
                each.getAttribute("aria-labelledby")))
            .map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    stops = grid.locator('.slx-row[tabindex="0"]')
    expect(stops).to_have_count(1)
