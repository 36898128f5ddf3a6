"""The front end is one module made of those in the folder."""

from __future__ import annotations

import re

import pytest

from session_lab.errors import FormatError
from session_lab.explorer.assets import (
    FOLDER,
    MODULES,
    STYLES,
    join_modules,
    module_text,
    style_text,
)


def test_every_module_of_the_folder_is_listed_once():
    assert sorted(MODULES) == sorted(file.name for file in FOLDER.glob("*.mjs"))
    assert MODULES[-1] == "main.mjs"


def test_every_style_sheet_of_the_folder_is_listed_once():
    assert sorted(STYLES) == sorted(file.name for file in FOLDER.glob("*.css"))


def test_the_joined_module_imports_nothing_and_exports_render():
    text = module_text()
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert re.findall(r"^export .*$", text, re.MULTILINE) == ["export default { render };"]
    assert re.search(r"^function render\(", text, re.MULTILINE)


def test_the_page_has_no_way_to_make_markup_or_to_load_anything():
    ways = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|eval\(|Function\("
        r"|createContextualFragment|XMLHttpRequest|fetch\(|WebSocket|EventSource|sendBeacon"
        r"|window\.open|location\s*=|importScripts|https?://"
    )
    assert re.search(ways, module_text()) is None
    assert re.search(r"@import|url\(|expression\(|https?://", style_text()) is None


def test_an_import_may_stand_over_several_lines():
    sources = {
        "a.mjs": "export const one = 1;\nexport function two() {}\n",
        "main.mjs": 'import {\n  one,\n  two,\n} from "./a.mjs";\nexport function render() {}\n',
    }
    assert join_modules(sources) == (
        "// a.mjs\nconst one = 1;\nfunction two() {}\n"
        "// main.mjs\nfunction render() {}\nexport default { render };"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('import { two } from "./a.mjs";', "imports two from a.mjs"),
        ('import { one } from "./b.mjs";', "imports one from b.mjs"),
        ('import { hidden } from "./a.mjs";', "imports hidden from a.mjs"),
        ('import { one as uno } from "./a.mjs";', "imports one as uno from a.mjs"),
        ('import * as a from "./a.mjs";', "has 'import"),
        ('import "https://example.invalid/x.js";', "has 'import"),
        ('const b = await import("./a.mjs");', "has 'import("),
        ("export default 3;", "has 'export default"),
        ("export { one };", "has 'export"),
        ("function one() {}", "has the name one, as a.mjs does"),
        ("let hidden = 1;", "has the name hidden, as a.mjs does"),
    ],
)
def test_a_module_that_breaks_a_rule_is_named(text: str, problem: str):
    sources = {"a.mjs": "export const one = 1;\nconst hidden = 2;", "main.mjs": text}
    with pytest.raises(FormatError) as caught:
        join_modules(sources)
    assert problem in str(caught.value)
    assert caught.value.where == "explorer/frontend/main.mjs"
