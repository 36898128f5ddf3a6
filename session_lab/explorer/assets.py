"""The front end as one module: the ``.mjs`` files joined, and one style sheet.

anywidget loads a single Blob, where relative imports fail; so the modules are joined here.  For that
each keeps to a few rules, which ``join_modules`` checks: imports are ``import { a, b } from
"./file.mjs";``, exports stand before ``function``, ``async function``, ``const`` or ``class``, and no
two modules have a name in common at the top level.  ``main.mjs`` comes last and exports ``render``.

Nothing here knows widgets.
"""

from __future__ import annotations

import re
from pathlib import Path

from session_lab.errors import FormatError

__all__ = ["FOLDER", "MODULES", "STYLES", "join_modules", "module_text", "style_text"]

FOLDER = Path(__file__).parent / "frontend"
"""Where the front end is."""

MODULES: tuple[str, ...] = (
    "actions.mjs",
    "client.mjs",
    "format.mjs",
    "dom.mjs",
    "keys.mjs",
    "selection.mjs",
    "texts.mjs",
    "entries.mjs",
    "transcript.mjs",
    "picker.mjs",
    "differences.mjs",
    "compare.mjs",
    "snapshots.mjs",
    "tabs.mjs",
    "forms.mjs",
    "head.mjs",
    "detail.mjs",
    "notices.mjs",
    "separator.mjs",
    "problems.mjs",
    "columns.mjs",
    "table.mjs",
    "topbar.mjs",
    "panel.mjs",
    "main.mjs",
)
"""The front end's modules, each after those it imports (a test compares with the folder)."""

STYLES: tuple[str, ...] = (
    "base.css",
    "frame.css",
    "list.css",
    "session.css",
    "transcript.css",
    "snapshots.css",
    "compare.css",
)
"""The front end's style sheets; of two rules alike the later one holds."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z0-9_-]+\.mjs)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) )", re.MULTILINE)
_TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async function\*?|function\*?|const|let|class) ([A-Za-z_$][\w$]*)",
    re.MULTILINE,
)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$|\bimport\s*\(", re.MULTILINE)


def join_modules(sources: dict[str, str]) -> str:
    """Join modules into one.

    Args:
        sources: text by file name, each module after those it imports; the last one exports
            ``render``, which becomes the result's default export.

    Raises:
        FormatError: a module breaks a rule; the error names it.

    >>> sources = {
    ...     "a.mjs": "export const one = 1;",
    ...     "main.mjs": "export function render() { return one; }",
    ... }
    >>> print(join_modules(sources))
    // a.mjs
    const one = 1;
    // main.mjs
    function render() { return one; }
    export default { render };
    """
    owners: dict[str, str] = {}
    exported: dict[str, set[str]] = {}
    parts = []
    for name, text in sources.items():
        for names, module in _IMPORT.findall(text):
            wanted = {each.strip() for each in names.split(",") if each.strip()}
            if missing := wanted - exported.get(module, set()):
                raise _broken(name, f"imports {', '.join(sorted(missing))} from {module}")
        for top in _TOP_LEVEL.findall(text):
            if owners.setdefault(top, name) != name:
                raise _broken(name, f"has the name {top}, as {owners[top]} does")
        exported[name] = {
            match[1] for match in _TOP_LEVEL.finditer(text) if match[0].startswith("export ")
        }
        plain = _EXPORT.sub("", _IMPORT.sub("", text)).strip()
        if left := _LEFT_OVER.search(plain):
            raise _broken(name, f"has {left[0]!r}")
        parts.append(f"// {name}\n{plain}")
    return "\n".join([*parts, "export default { render };"])


def _broken(name: str, what: str) -> FormatError:
    return FormatError(
        f"the module {what}, which can't be joined",
        where=f"explorer/frontend/{name}",
        hint="keep to the rules at the top of explorer/assets.py",
    )


def module_text() -> str:
    """Give the front end's code, as anywidget takes it."""
    return join_modules({name: (FOLDER / name).read_text("utf-8") for name in MODULES})


def style_text() -> str:
    """Give the front end's style sheets as one."""
    return "\n".join((FOLDER / name).read_text("utf-8") for name in STYLES)
