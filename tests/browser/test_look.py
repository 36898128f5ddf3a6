"""How the explorer looks and fits: themes, narrow cells, saved notebooks, cleaning up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Notebook

LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"

# WCAG 2.2, 1.4.3: 4.5 to 1, except for what is disabled. Colours are drawn on a canvas to get
# their parts, whatever form the browser gives them in.
FAINT_TEXTS = """root => {
    const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const over = (top, below) => {
        context.fillStyle = below;
        context.fillRect(0, 0, 1, 1);
        context.fillStyle = top;
        context.fillRect(0, 0, 1, 1);
        const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
        return `rgb(${red}, ${green}, ${blue})`;
    };
    const behind = (each) => {
        const parents = [];
        for (let at = each; at; at = at.parentElement) parents.unshift(at);
        return parents.reduce((below, at) => over(getComputedStyle(at).backgroundColor, below), "#fff");
    };
    const luminance = (colour) => {
        const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
        const [red, green, blue] = parts.map(
            (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const texts = [...root.querySelectorAll("*")].filter((each) => each.checkVisibility() &&
        [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    return texts
        .filter((each) => !each.closest("[aria-disabled=true], :disabled, [data-zero], option"))
        .map((each) => {
            const back = behind(each);
            return [contrast(over(getComputedStyle(each).color, back), back), each];
        })
        .filter(([ratio]) => ratio < 4.5)
        .map(([ratio, each]) => `${ratio.toFixed(2)} ${each.className}: ${each.textContent.slice(0, 40)}`);
}"""


@pytest.fixture
def themes(notebook: Notebook) -> Iterator[Callable[[str], None]]:
    """Change JupyterLab's theme; the light one is back afterwards."""

    def change(theme: str) -> None:
        notebook.command("apputils:change-theme", theme=theme)
        is_light = "true" if theme == LIGHT else "false"
        # JupyterLab's splash fades away over it, and stumbles where the next one comes too soon.
        notebook.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light"
            " && document.getElementById('jupyterlab-splash') === null",
            arg=is_light,
        )

    yield change
    change(LIGHT)


def brightness(part: Locator) -> float:
    """Give how bright a part's background is, from 0 to 255."""
    return float(
        part.evaluate(
            """each => {
                const context = document.createElement("canvas").getContext("2d");
                context.fillStyle = getComputedStyle(each).backgroundColor;
                context.fillRect(0, 0, 1, 1);
                const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
                return (red + green + blue) / 3;
            }"""
        )
    )


def test_the_explorer_follows_the_theme_without_being_run_again(
    samples: Locator, themes: Callable[[str], None]
) -> None:
    assert brightness(samples) > 240
    themes(DARK)
    assert brightness(samples) < 60
    themes(LIGHT)
    assert brightness(samples) > 240


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_text_can_be_read_in_both_themes(
    theme: str,
    samples: Locator,
    rows: Callable[[str], Locator],
    themes: Callable[[str], None],
) -> None:
    themes(theme)
    rows("4071(").click()
    expect(samples.locator(".slx-call-failed").first).to_be_visible()
    assert samples.evaluate(FAINT_TEXTS) == []
    samples.get_by_role("button", name="Fork\u2026").click()
    samples.get_by_label("Fork revision 3 as").fill("42")
    samples.get_by_label("Fork revision 3 as").press("Enter")
    expect(samples.get_by_role("alert")).to_be_visible()
    samples.get_by_role("tab", name="Snapshots").click()
    samples.get_by_role("option").nth(1).click()
    samples.get_by_role("tab", name="Snapshots").click()
    assert samples.evaluate(FAINT_TEXTS) == []
    rows("4071(").click()
    rows("4072(").click(modifiers=["Control"])
    samples.get_by_role("button", name="Compare the two").click()
    expect(samples.locator(".slx-change-edited").first).to_be_visible()
    assert samples.evaluate(FAINT_TEXTS) == []


def test_a_narrow_cell_has_the_list_on_top(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    def places() -> tuple[dict[str, float], dict[str, float]]:
        boxes = [samples.locator(part).bounding_box() for part in (".slx-list", ".slx-detail")]
        assert boxes[0] is not None
        assert boxes[1] is not None
        return dict(boxes[0]), dict(boxes[1])

    rows("4071(").click()
    left, right = places()
    assert left["x"] + left["width"] <= right["x"] + 1
    notebook.page.set_viewport_size({"width": 800, "height": 1000})
    expect(samples).to_have_class("slx slx-narrow")
    top, below = places()
    assert top["y"] + top["height"] <= below["y"] + 1
    assert samples.evaluate("root => root.scrollWidth <= root.clientWidth + 1")
    expect(samples.locator(".slx-row").first).to_be_visible()
    expect(samples.locator(".slx-entry").first).to_be_visible()


def test_columns_give_way_in_a_narrow_list_and_come_back(samples: Locator) -> None:
    header = samples.locator(".slx-head-cell")
    wide = header.count()
    separator = samples.get_by_role("separator", name="Width of the list")
    separator.focus()
    for _ in range(12):
        separator.press("ArrowLeft")
    expect(header).not_to_have_count(wide)
    expect(header.first).to_have_text("Session")
    separator.dblclick()
    expect(header).to_have_count(wide)


def test_a_saved_notebook_holds_the_table_as_escaped_html_and_text(
    notebook: Notebook, samples: Locator
) -> None:
    outputs = """() => {
        const cell = jupyterapp.shell.currentWidget.content.model.cells.get(0);
        return cell.outputs.toJSON()[0].data;
    }"""
    data = notebook.page.evaluate(outputs)
    assert "application/vnd.jupyter.widget-view+json" in data
    html, text = "".join(data["text/html"]), "".join(data["text/plain"])
    for form in (html, text):
        assert "I have one day in Lisbon" in form
        assert "38" in form
    assert "<script" not in html


def test_an_explorer_that_is_cleared_away_leaves_nothing_behind(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    rows("4071(").click()
    notebook.command("notebook:clear-all-cell-outputs")
    expect(notebook.page.locator(".slx")).to_have_count(0)
    # Its Python side goes on, and talks to nobody: the page must not mind.
    notebook.python("explorer.search('mountain')\nexplorer.open(42)")
    notebook.page.keyboard.press("Escape")
    again = notebook.run("explorer")
    expect(again.get_by_label("Search sessions")).to_have_value("mountain")
    expect(again.locator(".slx-detail-title")).to_contain_text("six by nine")


def test_a_kernel_that_is_busy_with_another_cell_is_told_of(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    sleep = """() => {
        const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        kernel.requestExecute({code: "import time; time.sleep(9)"});
    }"""
    notebook.page.evaluate(sleep)
    rows("4071(").click()
    expect(samples).to_have_attribute("aria-busy", "true")
    expect(samples.locator(".slx-busy-words")).to_contain_text(
        "No answer from the kernel yet", timeout=9000
    )
    expect(samples.locator(".slx-detail-title")).to_contain_text("checkout-api", timeout=15_000)
    expect(samples.locator(".slx-busy-words")).to_be_empty()


def test_a_kernel_that_is_gone_is_told_of_and_the_cell_run_again_helps(
    notebook: Notebook, samples: Locator, rows: Callable[[str], Locator]
) -> None:
    notebook.restart_kernel()
    rows("4071(").click()
    rows("4072(").click()
    expect(samples.locator(".slx-busy-words")).to_contain_text(
        "The kernel of this explorer is gone"
    )
    again = notebook.run(
        "from session_lab import explore\n"
        "from session_lab.samples import open_samples\n"
        "explore(open_samples())"
    )
    again.locator(".slx-row", has_text="4071(").click()
    expect(again.locator(".slx-detail-title")).to_contain_text("checkout-api")
