"""Looking at sessions in a real JupyterLab: the list, the search, the transcript, the snapshots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook

MANY = """
from session_lab import AgentSession, InMemorySessionStore, explore, run
store = InMemorySessionStore()
for number in range(1, 121):
    session = AgentSession(id=number)
    session.push_user(f"question {number}")
    run(store.save(session))
explorer = explore(store)
explorer.sort("session_id", descending=False)
explorer
"""


def test_a_cell_that_ends_with_explore_shows_its_sessions(
    notebook: Notebook, samples: Locator
) -> None:
    count = notebook.python("len(explorer.frame)")
    expect(samples.locator(".slx-total")).to_have_text(f"{count} sessions")
    expect(samples.locator(".slx-row")).to_have_count(count)
    expect(samples.get_by_role("grid", name="Sessions")).to_be_visible()
    expect(samples.get_by_text("No session is open")).to_be_visible()


def test_a_search_shows_the_sessions_with_all_its_words(
    notebook: Notebook, samples: Locator
) -> None:
    box = samples.get_by_label("Search sessions")
    box.press_sequentially("magic mountain")
    expect(samples.locator(".slx-total")).to_contain_text("found")
    expect(samples.locator(".slx-row", has_text="The Magic Mountain")).to_be_visible()
    assert notebook.python("len(explorer.frame)") == samples.locator(".slx-row").count()
    box.fill("no session says this")
    expect(samples.locator(".slx-list")).to_contain_text("No session has the words")
    box.press("Escape")
    expect(samples.locator(".slx-total")).not_to_contain_text("found")


def test_a_header_sorts_and_sorts_the_other_way(notebook: Notebook, samples: Locator) -> None:
    header = samples.get_by_role("columnheader", name="Messages")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    first = samples.locator(".slx-row").first
    expect(first).to_contain_text("401")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(first).not_to_contain_text("401")
    assert notebook.python("explorer.frame['messages'].is_monotonic_increasing") is True


def test_the_pager_turns_pages_and_knows_the_ends(notebook: Notebook) -> None:
    explorer = notebook.run(MANY)
    turned, next_page = explorer.locator(".slx-range"), explorer.get_by_label("Next page")
    expect(turned).to_have_text("1\u201350 of 120")
    expect(explorer.get_by_label("Previous page")).to_be_disabled()
    next_page.click()
    expect(turned).to_have_text("51\u2013100 of 120")
    expect(explorer.locator(".slx-row").first).to_contain_text("question 51")
    next_page.click()
    expect(turned).to_have_text("101\u2013120 of 120")
    expect(next_page).to_be_disabled()
    explorer.get_by_label("First page").click()
    expect(explorer.locator(".slx-row").first).to_contain_text("question 1")


def test_a_click_opens_a_session_for_the_page_and_for_the_next_cell(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    title = samples.locator(".slx-detail-title")
    expect(title).to_contain_text("Is checkout-api in good shape")
    expect(samples.locator(".slx-detail-head")).to_contain_text("3 failed calls")
    expect(rows("4071(")).to_have_attribute("aria-selected", "true")
    assert notebook.python("str(explorer.session.id)") == "4071(deploy/checkout-api)"
    assert notebook.python("[str(i) for i in explorer.selection]") == ["4071(deploy/checkout-api)"]


def test_a_failed_call_stands_out_with_its_error(
    samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    failed = samples.locator(".slx-call-failed")
    expect(failed).to_have_count(3)
    expect(failed.first).to_contain_text("deploy_service")
    expect(failed.first.locator(".slx-pill-failed")).to_have_text("failed")
    expect(failed.first.locator(".slx-answer-failed")).to_contain_text("503")
    # The answer is drawn inside the call, and not a second time.
    expect(samples.locator(".slx-entry.slx-kind-tool")).to_have_count(0)


def test_every_message_is_drawn_once_in_its_turn(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4072(").click()
    expect(samples.locator(".slx-detail-head")).to_contain_text("4072(")
    drawn = samples.locator("[data-index]").evaluate_all(
        "all => all.map((each) => Number(each.dataset.index)).sort((a, b) => a - b)"
    )
    assert drawn == notebook.python("list(range(len(explorer.session.chat_messages)))")
    expect(samples.locator(".slx-turn")).to_have_count(
        notebook.python("explorer.session.turn_count()")
    )


def test_a_long_session_is_shown_in_parts(samples: Locator, rows: Callable[[str], Locator]) -> None:
    rows("200(school").click()
    more = samples.locator(".slx-transcript .slx-more")
    expect(samples.locator(".slx-entry")).to_have_count(100)
    for left in ("301 messages", "201 messages", "101 messages", "1 message"):
        expect(more).to_have_text(f"Show more ({left} left)")
        more.click()
    expect(more).to_be_hidden()
    expect(samples.locator(".slx-entry")).to_have_count(401)


def test_a_long_text_is_folded_and_shown_whole_on_demand(notebook: Notebook) -> None:
    explorer = notebook.run(
        "from session_lab import *\n"
        "session = AgentSession(id=1)\n"
        "session.push_user('word ' * 3000 + 'the end')\n"
        "store = InMemorySessionStore()\n"
        "run(store.save(session))\n"
        "explorer = explore(store)\n"
        "explorer.open(1)\n"
        "explorer"
    )
    text = explorer.locator(".slx-kind-user .slx-text")
    expect(text).not_to_contain_text("the end")
    explorer.get_by_role("button", name="Show all 15,007 characters").click()
    expect(text).to_contain_text("the end")
    explorer.get_by_role("button", name="Show less").click()
    expect(text).not_to_contain_text("the end")


def test_a_snapshot_opens_with_a_banner_that_leads_back(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    samples.get_by_role("tab", name="Snapshots").click()
    shown = samples.get_by_role("option")
    expect(shown).to_have_count(3)
    expect(shown.first).to_contain_text("newest")
    expect(shown.first).to_contain_text("+11 messages")
    shown.nth(1).click()
    banner = samples.locator(".slx-banner")
    expect(banner).to_contain_text("You look at snapshot 2 of 3")
    expect(samples.get_by_role("tab", name="Transcript")).to_have_attribute("aria-selected", "true")
    assert notebook.python("(explorer.snapshot.revision, len(explorer.session.chat_messages))") == (
        2,
        11,
    )
    banner.get_by_role("button").click()
    expect(banner).to_be_hidden()
    assert notebook.python("explorer.snapshot.revision") == 3


def test_an_image_is_drawn_from_its_bytes_and_never_loaded_from_an_address(
    samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("two pictures").click()
    user = samples.locator(".slx-kind-user").first
    expect(user).to_contain_text("not loaded")
    user.get_by_text("image/png").click()
    picture = user.locator("img")
    expect(picture).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 2


def test_what_python_does_shows_in_the_page(notebook: Notebook, samples: Locator) -> None:
    notebook.python("explorer.search('mountain')")
    expect(samples.locator(".slx-total")).to_contain_text("found")
    expect(samples.get_by_label("Search sessions")).to_have_value("mountain")
    notebook.python("explorer.search('')\nexplorer.open(42)")
    expect(samples.locator(".slx-detail-title")).to_contain_text("six by nine")
    expect(samples.locator('.slx-row[aria-current="true"]')).to_contain_text("six by nine")


def test_two_views_of_one_explorer_show_the_same(notebook: Notebook) -> None:
    both = notebook.run(
        "from session_lab import explore\n"
        "from session_lab.samples import open_samples\n"
        "explorer = explore(open_samples())\n"
        "display(explorer, explorer)"
    )
    both.locator(".slx-row", has_text="4071(").click()
    titles = notebook.page.locator(".slx-detail-title")
    expect(titles).to_have_count(2)
    for title in titles.all():
        expect(title).to_contain_text("Is checkout-api in good shape")
