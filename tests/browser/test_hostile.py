"""Session text that tries to become more than text, in every place of the page that shows some."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook

# What runs is counted, beside the dialogs, requests and windows that every test watches for.
COUNTING = tuple(
    text.replace("alert(1)", "window.__pwned=1")
    for text in HOSTILE
    if "alert(1)" in text and len(text) < 200
)
# A lone surrogate is in no text that a session takes.
PAYLOADS = tuple(text for text in dict.fromkeys((*HOSTILE, *COUNTING)) if "\ud800" not in text)
IN_ONE = 15

STORE = """
import json
from session_lab import *
from session_lab.models import Base64Image, UrlImage
payloads = json.load(open("hostile.json"))
short = [text for text in payloads if len(text) < 3000]
store = InMemorySessionStore()

def hostile(number, texts):
    session = AgentSession(id=SessionId(number, texts[0][:3000]))
    for text in texts:
        small = text[:3000]
        session.push_system(text)
        session.append(UserMessage(content=text, images=(
            UrlImage(url=text, detail=small),
            Base64Image(data=text[:5000], media_type=small),
            Base64Image(data="PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+", media_type="image/svg+xml"),
        ), **{small: text}))
        session.append(AssistantMessage(content=text, reasoning_content=text,
            thinking_signature=text, tool_calls=(
                ToolCall(id=small, name=small, arguments=text, **{small: text}),
                ToolCall(id=small + "2", name=small, arguments=json.dumps({small: text})),
            )))
        session.append(ToolMessage(tool_call_id=small, name=small, content=text))
        session.append(ToolMessage(tool_call_id="nobody " + small, content="Error: " + text))
        session.append(CustomMessage(role=small or "x", data={small: [text]}))
        session.append(UnknownMessage(raw={small: {"content": text}}))
    session.allow_action(texts[0][:3000])
    return session

groups = [short[at:at + IN_ONE] for at in range(0, len(short), IN_ONE)]
groups += [[text] for text in payloads if len(text) >= 3000]
for number, texts in enumerate(groups, 1):
    session = hostile(number, texts)
    run(store.save(session, label=texts[0][:190].strip() + "!"))
    session.push_user("and " + texts[0])
    session.replace(1, UserMessage(content="now " + texts[0]))
    run(store.save(session))
    run(store.annotate(session.id, title=texts[-1][:5000], tags=[text[:100] for text in texts[:3]]))
for number, text in enumerate(short, 1000):
    session = AgentSession(id=SessionId(number, text))
    session.push_user(text)
    run(store.save(session))
    run(store.annotate(session.id, title=text))
explorer = explore(store)
explorer.sort("messages", descending=True)
explorer
"""


@pytest.fixture
def hostile(notebook: Notebook) -> Locator:
    """Show an explorer of sessions in which every text is hostile."""
    (notebook.folder / "hostile.json").write_text(json.dumps(PAYLOADS), encoding="utf-8")
    notebook.page.evaluate("delete window.__pwned")
    return notebook.run(STORE.replace("IN_ONE", str(IN_ONE)))


def assert_only_text(explorer: Locator) -> None:
    """Look for anything in the page that the explorer does not make itself."""
    strange = explorer.evaluate(
        """root => [...root.querySelectorAll("*")].flatMap((each) => {
            const tags = "a script style iframe object embed svg math video audio link meta base"
                + " template marquee textarea body xmp plaintext";
            const odd = [...each.attributes].filter(({ name }) =>
                /^on|^(src|srcset|href|style|formaction|action|poster|autofocus)$/.test(name));
            const own = (name, value) =>
                (name === "style" && /^(--slx-[a-z]+: [^;]*;? ?)+$/.test(value)) ||
                (name === "src" && /^data:image\\/(png|jpeg|gif|webp);base64,/.test(value));
            return [
                ...(tags.split(" ").includes(each.localName) ? [each.localName] : []),
                ...odd.filter(({ name, value }) => !own(name, value))
                    .map(({ name, value }) => `${each.localName} ${name}=${value.slice(0, 50)}`),
            ];
        })"""
    )
    assert strange == []


def open_all_folds(explorer: Locator) -> None:
    """Unfold everything, images too, and ask for every shortened text."""
    explorer.evaluate(
        """root => {
            for (const each of root.querySelectorAll(".slx-entry details")) each.open = true;
            for (const each of root.querySelectorAll(".slx-entry .slx-link")) each.click();
        }"""
    )
    loading = explorer.get_by_text("Loading \u2026", exact=True)
    expect(loading).to_have_count(0, timeout=30_000)


def assert_nothing_overflows(explorer: Locator) -> None:
    """Look for parts that are wider than their pane."""
    wide = explorer.evaluate(
        """root => [root, ...root.querySelectorAll(".slx-list, .slx-grid, .slx-detail, .slx-panel")]
            .filter((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1)
            .map((each) => {
                const right = each.getBoundingClientRect().right + 1;
                const out = [...each.querySelectorAll("*")].filter(
                    (part) => part.checkVisibility() && part.getBoundingClientRect().right > right);
                const parts = out.slice(0, 3).map((part) => part.outerHTML.slice(0, 150));
                return `${each.className}: ${each.scrollWidth} in ${each.clientWidth}: ${parts}`;
            })"""
    )
    assert wide == []


def test_hostile_text_stays_text_in_the_list(notebook: Notebook, hostile: Locator) -> None:
    next_page = hostile.get_by_label("Next page")
    pages = 1
    while True:
        assert_only_text(hostile)
        assert_nothing_overflows(hostile)
        if not next_page.is_enabled():
            break
        before = hostile.locator(".slx-range").inner_text()
        next_page.click()
        expect(hostile.locator(".slx-range")).not_to_have_text(before)
        pages += 1
    assert pages > 2
    hostile.get_by_label("Search sessions").fill("<script>alert(1)</script>")
    expect(hostile.locator(".slx-total")).to_contain_text("found")
    assert_only_text(hostile)
    assert notebook.page.evaluate("window.__pwned") is None


def test_hostile_text_stays_text_in_every_tab(notebook: Notebook, hostile: Locator) -> None:
    groups = notebook.python("len(groups)")
    assert groups * IN_ONE >= len([text for text in PAYLOADS if len(text) < 3000])
    for place in range(groups):
        hostile.get_by_role("tab", name="Transcript").or_(
            hostile.locator(".slx-row").nth(place)
        ).last.wait_for()
        hostile.locator(".slx-row").nth(place).click()
        expect(hostile.locator(".slx-row").nth(place)).to_have_attribute("aria-current", "true")
        ref = hostile.locator(".slx-row").nth(place).get_attribute("data-key")
        notebook.page.wait_for_function(
            "ref => !document.querySelector('.slx[aria-busy]')"
            " && document.querySelector('.slx-row[aria-current]')?.dataset.key === ref",
            arg=ref,
        )
        hostile.get_by_role("tab", name="Transcript").click()
        expect(hostile.locator(".slx-entry").first).to_be_visible()
        open_all_folds(hostile)
        assert_only_text(hostile)
        assert_nothing_overflows(hostile)
        hostile.get_by_role("tab", name="Snapshots").click()
        assert_only_text(hostile)
        hostile.get_by_role("button", name="Compare", exact=True).click()
        expect(hostile.locator(".slx-compared")).to_contain_text("Revision 1")
        assert_only_text(hostile)
        assert_nothing_overflows(hostile)
    assert notebook.page.evaluate("window.__pwned") is None


def test_what_is_typed_and_told_stays_text(notebook: Notebook, hostile: Locator) -> None:
    text = "<img src=x onerror=window.__pwned=1>"
    hostile.locator(".slx-row").first.click()
    hostile.get_by_role("button", name="Fork\u2026").click()
    hostile.get_by_label("Fork revision 2 as").fill(text)
    hostile.get_by_label("Fork revision 2 as").press("Enter")
    expect(hostile.locator(".slx-toast")).to_contain_text(text)
    hostile.get_by_role("button", name="Label\u2026").first.click()
    hostile.get_by_label("Label of revision 1").fill(text)
    hostile.get_by_label("Label of revision 1").press("Enter")
    expect(hostile.locator(".slx-toast")).to_contain_text(f"labelled \u201c{text}\u201d")
    hostile.get_by_role("button", name="Delete", exact=True).click()
    expect(hostile.locator(".slx-toasts")).to_contain_text(text)
    assert_only_text(hostile)
    assert notebook.page.evaluate("window.__pwned") is None
    assert notebook.page.title().startswith("explorer")
