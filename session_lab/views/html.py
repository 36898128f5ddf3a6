r"""A small builder of HTML that session text can't get out of.

Elements and attributes come from fixed lists; none of them can load, run or link to anything.
Every child and attribute value is text and is escaped, unless this module made it (``SafeHtml``).
There is no way to bring raw HTML in.  Nothing here knows sessions.

A static form is put into ``output(…)``.  It must stay readable where styles are taken away (GitHub,
and JupyterLab for a notebook that is not trusted): structure carries the meaning, colours only help.
``output`` also keeps MathJax out: a notebook typesets ``$…$`` in HTML outputs, and TeX can make
links that run scripts.
"""

from __future__ import annotations

import html as _html
import re
from typing import TYPE_CHECKING, Self, final

from session_lab.views.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SafeHtml", "escape", "fragment", "output", "style_sheet", "tag"]

_ELEMENT_NAMES = """
    article b bdi br caption code col colgroup dd del details div dl dt em footer h3 h4 h5 header
    hr i ins kbd li mark ol p pre s section small span strong sub summary sup table tbody td tfoot
    th thead time tr u ul wbr
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_VOID = frozenset({"br", "col", "hr", "wbr"})
_ATTRIBUTE_NAMES = """
    aria-hidden aria-label class colspan datetime dir lang open role rowspan scope style title
"""
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_CLASS = r"(?:session-lab|sl-[a-z0-9-]+|mathjax_ignore|tex2jax_ignore)"
_CLASSES = re.compile(f"{_CLASS}(?: {_CLASS})*")
_DECLARATIONS = re.compile(r"[a-zA-Z0-9 :;.,%()#!_-]*")
# What could end the element, hide the rest of these words, or make a request.
_UNSAFE_CSS = re.compile(
    r"<|\\|@import|@font-face|url\s*\(|src\s*\(|image-set\s*\(|expression\s*\("
)

BASE_CSS = """
.session-lab {
  color: var(--jp-ui-font-color1, inherit);
  font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  font-size: var(--jp-ui-font-size1, 13px);
  line-height: 1.45;
  max-width: 100%;
  overflow-wrap: anywhere;
}
.session-lab pre, .session-lab code {
  color: var(--jp-content-font-color1, inherit);
  background: transparent;
  font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px);
}
.session-lab pre { margin: 2px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.session-lab small, .session-lab .sl-faint { color: var(--jp-ui-font-color2, inherit); }
.session-lab summary { cursor: pointer; }
.session-lab .sl-bad { color: var(--jp-error-color1, #d32f2f); font-weight: 600; }
/* Twice the class: a notebook's own rules for tables are specific. */
.session-lab.session-lab table { border-collapse: collapse; margin: 4px 0; }
.session-lab.session-lab th, .session-lab.session-lab td {
  border-bottom: 1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.4));
  overflow-wrap: break-word;
  padding: 3px 12px 3px 0;
  text-align: left;
  vertical-align: top;
}
.session-lab.session-lab .sl-end { text-align: right; white-space: nowrap; }
"""


@final
class SafeHtml(str):
    """HTML that this module made.

    Slices, joins and formatted parts of it are plain text again, and are escaped when they are put
    into an element.

    >>> SafeHtml("<b>")
    Traceback (most recent call last):
    ...
    TypeError: only tag, escape, fragment, output and style_sheet make SafeHtml
    """

    __slots__ = ()

    def __new__(cls, *_: object, **__: object) -> Self:
        """Refuse: text does not become HTML by being called so."""
        raise TypeError("only tag, escape, fragment, output and style_sheet make SafeHtml")


def _made(text: str) -> SafeHtml:
    return str.__new__(SafeHtml, text)


def escape(text: str) -> SafeHtml:
    r"""Give text as HTML that shows exactly this text.

    Control, bidirectional and invisible characters become visible escapes (``escape_text``); new
    lines and tabs stay.

    >>> escape("<script>\u202e")
    '&lt;script&gt;\\u202e'
    """
    return text if isinstance(text, SafeHtml) else _made(_html.escape(escape_text(text)))


def fragment(*children: str | None) -> SafeHtml:
    """Put texts and elements one after the other; None counts as nothing.

    >>> fragment("a < b ", tag("b", None, "c"), None)
    'a &lt; b <b>c</b>'
    """
    return _made("".join(escape(child) for child in children if child is not None))


def tag(
    name: str, attrs: Mapping[str, str | int | bool | None] | None, *children: str | None
) -> SafeHtml:
    """Make an element.

    Args:
        name: one of a fixed list of elements.
        attrs: attributes of a fixed list; True is written bare, False and None not at all.
            ``class`` takes our own names (``sl-…``), ``style`` declarations that load nothing.
        *children: texts, which are escaped, and elements; None counts as nothing.

    Raises:
        ValueError: an element, attribute, class or style that is not allowed.

    >>> tag("b", {"title": 'say "hi"', "class": None}, "<i>")
    '<b title="say &quot;hi&quot;">&lt;i&gt;</b>'
    """
    if name not in _ELEMENTS:
        raise ValueError(f"<{name}> is not in the list of elements of views/html.py")
    start = f"<{name}{''.join(_attribute(key, value) for key, value in (attrs or {}).items())}>"
    if name in _VOID:
        if children:
            raise ValueError(f"<{name}> has no content")
        return _made(start)
    content = fragment(*children)
    # A parser drops a line break right after <pre>.
    first = "\n" if name == "pre" and content.startswith("\n") else ""
    return _made(f"{start}{first}{content}</{name}>")


def _attribute(name: str, value: str | int | bool | None) -> str:  # noqa: FBT001 - a value, no switch
    if name not in _ATTRIBUTES:
        raise ValueError(f"{name!r} is not in the list of attributes of views/html.py")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = str(value)
    if name == "class" and not _CLASSES.fullmatch(text):
        raise ValueError(f"{text[:100]!r} is no list of class names, which begin with sl-")
    if name == "style" and (not _DECLARATIONS.fullmatch(text) or _UNSAFE_CSS.search(text.lower())):
        raise ValueError(f"{text[:100]!r} is more than plain style declarations")
    return f' {name}="{escape(text)}"'


def style_sheet(css: str) -> SafeHtml:
    """Make a ``<style>`` element of rules written in the program.

    Args:
        css: rules that load nothing; each should begin with ``.session-lab``.

    Raises:
        ValueError: the rules could load something, end the element or hide what they do.

    >>> style_sheet(".session-lab b { color: red }")
    '<style>.session-lab b { color: red }</style>'
    """
    found = _UNSAFE_CSS.search(css.lower())
    if found:
        raise ValueError(f"a style sheet here may not hold {found[0]!r}")
    return _made(f"<style>{css.strip()}</style>")


def output(*children: str | None, css: str = "") -> SafeHtml:
    """Make the outermost element of a static form, with the styles all of them share.

    Args:
        *children: texts, which are escaped, and elements.
        css: more rules, written in the program, each beginning with ``.session-lab``.

    >>> output("1 < 2").endswith("1 &lt; 2</div>")
    True
    """
    classes = {"class": "session-lab mathjax_ignore tex2jax_ignore"}
    return tag("div", classes, style_sheet(BASE_CSS + css), *children)
