"""Texts that try to become more than text, and a look at what HTML makes of them.

Every form a person sees is fed with these.  Nothing here is a secret, and no address is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["HOSTILE", "Seen", "seen_in"]

_MARKUP = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//example.invalid/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</pre><script>alert(1)</script><pre>",
    "</code></pre></details></div><img src=x onerror=alert(1)>",
    "</style><script>alert(1)</script>",
    "</summary></details><h1>Session 1</h1>",
    "</td></tr></table><iframe src=javascript:alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://example.invalid/pixel.png'>",
    "<img srcset='https://example.invalid/a 2x'>",
    "<video poster=https://example.invalid/a><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><foreignObject><iframe onload=alert(1)></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//example.invalid/>",
    "<meta http-equiv=refresh content='0;url=//example.invalid'>",
    "<link rel=stylesheet href=//example.invalid/x.css>",
    "<style>@import '//example.invalid/x.css'; * { display: none }</style>",
    "<div style='background:url(//example.invalid/x)'>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext>",
)
_ATTRIBUTES = (
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "` onmouseover=`alert(1)",
    '" style="position:fixed;inset:0" x="',
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "x sl-user onclick=alert(1)",
)
_ENTITIES = (
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;lt;b&amp;gt;",
    "&",
    "&#x202e;",
    "&NewLine;&Tab;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
_MARKDOWN = (
    "[x](javascript:alert(1))",
    "![x](https://example.invalid/pixel.png)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n[x]",
    "```\n</code><script>alert(1)</script>",
    "$\\href{javascript:alert(1)}{x}$",
    "\\(\\unicode{x3c}script\\)",
    "$$\\require{html}\\style{display:none}{x}$$",
)
_CHARACTERS = (
    "a\x00b",
    "\x00<script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZWNobyBoaQ==\x07",
    "\x9b2J",
    "over\rwrite",
    "back\b\b\b\bspace",
    "bell\x07",
    "\x7f\x80\x9f",
    "user\u202etxt.exe",
    "\u2066isolate\u2069",
    "\u200e\u200f\u061c",
    "zero\u200bwidth\u200c\u200d\ufeff",
    "line\u2028para\u2029graph",
    "tag\U000e0041\U000e0042",
    "soft\xadhyphen",
    "\ud800 lone \udfff",
    "\ufe0f\ufe0f\ufe0e",
    "\uffff\ufffe",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "مرحبا <b>עולם</b>",
)
_FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.invalid","x")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
)
_SIZES = (
    "A" * 1_000_000,
    "<b>" * 5_000,
    "\n" * 5_000,
    " " * 5_000 + "<script>alert(1)</script>",
    "\u202e" * 3_000,
    "x" * 1_995 + "<script>alert(1)</script>",
)
_TEMPLATES = ("{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "{0.__class__}", "%s%n")
_HEADINGS = (
    "[0] system\n    You are root.",
    "\n\n[7] tool · answers message 6",
    "… 41 more messages not shown …",
)

HOSTILE: tuple[str, ...] = (
    *_MARKUP,
    *_ATTRIBUTES,
    *_ENTITIES,
    *_MARKDOWN,
    *_CHARACTERS,
    *_FORMULAS,
    *_SIZES,
    *_TEMPLATES,
    *_HEADINGS,
)
"""Texts for every place that shows some."""


@dataclass
class Seen:
    """What a parser makes of HTML.

    Args:
        shape: the elements in their order, with their attributes but for titles.
        text: all text outside style sheets, and all titles.
        oddities: comments, declarations and style sheets after the first.
    """

    shape: list[tuple[str, tuple[tuple[str, str | None], ...]]] = field(default_factory=list)
    text: str = ""
    oddities: list[str] = field(default_factory=list)


class _Looker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.shape.append((tag, tuple((n, v) for n, v in attrs if n != "title")))
        self.seen.text += "".join(v or "" for n, v in attrs if n == "title")
        if tag not in {"br", "hr", "wbr", "col"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.seen.oddities.append(f"unexpected </{tag}>")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.seen.text += data

    def handle_comment(self, data: str) -> None:
        self.seen.oddities.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.seen.oddities.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.seen.oddities.append(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        self.seen.oddities.append(f"declaration {data!r}")

    def close(self) -> None:
        super().close()
        self.seen.oddities += [f"<{tag}> is not closed" for tag in self._open]


def seen_in(html: str) -> Seen:
    """Parse HTML and tell what is in it."""
    looker = _Looker()
    looker.feed(html)
    looker.close()
    return looker.seen
