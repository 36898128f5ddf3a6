"""Make the README's pictures from the running program: ``python -m tests.browser.screenshots``.

They show the sample sessions in a real JupyterLab, in both themes and in a narrow cell.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.lab import CHROMIUM_FLAGS, Notebook, chromium_path, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

IMAGES = Path(__file__).parents[2] / "notebooks" / "images"
CODE = """from session_lab import explore
from session_lab.samples import open_samples

explorer = explore(open_samples())
explorer"""
WIDE = {"width": 1240, "height": 900}
NARROW = {"width": 700 + 2 * 48, "height": 1120}

# What stands for "system-ui" differs by machine; the pictures should not.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family" compare="eq"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit>
  </match>
  <match target="pattern">
    <test name="family" compare="eq"><string>sans</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit>
  </match>
</fontconfig>
"""


@contextmanager
def _browser(folder: Path) -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        sys.exit(
            "There is no Chromium to take pictures with: install it (apt-get install chromium)."
        )
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=list(CHROMIUM_FLAGS),
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        yield browser
        browser.close()


def _prepare(notebook: Notebook, theme: str) -> Locator:
    """Show the explorer and nothing of JupyterLab beside the notebook."""
    if "Dark" in theme:
        notebook.command("apputils:change-theme", theme=theme)
    notebook.page.evaluate(
        """() => {
            const { shell } = jupyterapp;
            shell.collapseLeft();
            shell.collapseRight();
            shell.mode = "single-document";
        }"""
    )
    notebook.page.wait_for_function("document.getElementById('jupyterlab-splash') === null")
    return notebook.run(CODE)


def _row(explorer: Locator, text: str) -> Locator:
    return explorer.locator(".slx-row", has_text=text)


def _open_failed_run(explorer: Locator) -> None:
    header = explorer.get_by_role("columnheader", name="Failed")
    if header.get_attribute("aria-sort") != "descending":
        header.get_by_role("button").click()
    _row(explorer, "4071(").click()
    failed = explorer.locator(".slx-call-failed").first
    failed.wait_for()
    # The message with the call at the top, so that the call, its error and what follows are seen.
    failed.evaluate("each => each.closest('.slx-entry').scrollIntoView({ block: 'start' })")


def _compare(explorer: Locator) -> None:
    _row(explorer, "4072(").click(modifiers=["Control"])
    explorer.get_by_role("button", name="Compare the two").click()
    edited = explorer.locator(".slx-change-edited").first
    edited.wait_for()
    edited.evaluate("each => each.previousElementSibling.scrollIntoView({ block: 'start' })")


def _show_snapshots(explorer: Locator) -> None:
    _row(explorer, "15(plan/berlin-trip)").click()
    explorer.get_by_role("tab", name="Snapshots").click()
    explorer.get_by_role("option").nth(2).click()
    explorer.get_by_role("button", name="Label\u2026").first.click()
    explorer.get_by_label("Label of revision 3").fill("before the rain")
    explorer.get_by_role("button", name="Save label").click()
    explorer.locator(".slx-toast").get_by_label("Close").click()
    explorer.get_by_role("tab", name="Snapshots").click()


def _save(part: Locator, folder: Path, name: str) -> None:
    page = part.page
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    path = folder / f"{name}.png"
    part.screenshot(path=path)
    print(f"{path} ({path.stat().st_size // 1000:,} kB)")


def main(folder: Path = IMAGES) -> None:
    """Write the pictures.

    Args:
        folder: where to; it is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="session-lab-pictures-"))
    try:
        with _browser(work) as browser, serve(work) as address:
            for theme in ("JupyterLab Light", "JupyterLab Dark"):
                shade = theme.split()[-1].lower()
                context = browser.new_context(viewport=WIDE, device_scale_factor=1.5)
                notebook = Notebook(context.new_page(), address, work, f"pictures-{shade}")
                explorer = _prepare(notebook, theme)
                _open_failed_run(explorer)
                cell = notebook.page.locator(".jp-Notebook .jp-CodeCell").first
                _save(cell, folder, f"explorer-{shade}")
                _compare(explorer)
                _save(explorer, folder, f"compare-{shade}")
                _show_snapshots(explorer)
                _save(explorer, folder, f"snapshots-{shade}")
                notebook.page.set_viewport_size(NARROW)
                explorer.get_by_role("tab", name="Transcript").click()
                _open_failed_run(explorer)
                _save(explorer, folder, f"narrow-{shade}")
                context.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
