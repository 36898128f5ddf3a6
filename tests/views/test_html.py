"""The HTML builder: text never becomes an element, an attribute or a rule."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.views.html import SafeHtml, escape, fragment, output, style_sheet, tag
from session_lab.views.text import escape_text
from tests.hostile import HOSTILE, seen_in

any_text = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_an_element_and_in_an_attribute(text: str):
    seen = seen_in(tag("div", {"title": text}, tag("p", None, text), text))
    assert seen.shape == [("div", ()), ("p", ())]
    assert seen.text == escape_text(text) * 3
    assert not seen.oddities


@given(any_text)
def test_a_parser_gives_back_the_text_that_was_put_in(text: str):
    seen = seen_in(tag("p", {"title": text}, text))
    assert (seen.shape, seen.text) == ([("p", ())], escape_text(text) * 2)


def test_a_leading_line_break_in_pre_is_kept():
    # Parsers drop the first one after the start tag.
    assert tag("pre", None, "\nx") == "<pre>\n\nx</pre>"


def test_text_does_not_become_html_by_a_name():
    with pytest.raises(TypeError, match="make SafeHtml"):
        SafeHtml("<script>")
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(tag("b", None, "x")))  # noqa: S301 - our own bytes, refused


@pytest.mark.parametrize(
    "derived",
    [
        tag("b", None, "x") + "<script>",
        "<script>" + tag("b", None, "x"),
        f"{tag('b', None, 'x')}<script>",
        tag("b", None, "x").replace("x", "<script>"),
        tag("b", None, "%s") % "<script>",
        tag("b", None, "{}").format("<script>"),
        tag("b", None, "x")[:-1],
        "<i>".join([tag("b", None, "x")] * 2),
    ],
)
def test_what_is_made_of_safe_html_by_other_means_is_text_again(derived: str):
    assert not isinstance(derived, SafeHtml)
    assert "<script>" not in fragment(derived)
    assert seen_in(fragment(derived)).shape == []


def test_safe_html_is_not_escaped_again():
    bold = tag("b", None, "<")
    assert escape(bold) is bold
    assert fragment(bold, None, bold) == "<b>&lt;</b><b>&lt;</b>"


@pytest.mark.parametrize(
    "name",
    ["script", "img", "a", "iframe", "svg", "style", "form", "DIV", "div onload=x", "", "object"],
)
def test_elements_outside_the_list_are_refused(name: str):
    with pytest.raises(ValueError, match="list of elements"):
        tag(name, None)


@pytest.mark.parametrize(
    "name", ["href", "src", "onclick", "id", "srcset", "formaction", "title onclick", "TITLE", ""]
)
def test_attributes_outside_the_list_are_refused(name: str):
    with pytest.raises(ValueError, match="list of attributes"):
        tag("div", {name: "x"})


@pytest.mark.parametrize("value", [*HOSTILE, "a\nb", " a", "sl-a b", "sl-a\n", "sl-", "SL-a"])
def test_session_text_can_be_no_class(value: str):
    with pytest.raises(ValueError, match="class names"):
        tag("div", {"class": value})


@pytest.mark.parametrize(
    "value",
    ["background: url(x)", "background:URL (x)", "x\\", "a}b{", '"', "width: expression(1)"],
)
def test_a_style_that_could_load_or_break_out_is_refused(value: str):
    with pytest.raises(ValueError, match="style"):
        tag("div", {"style": value})


@pytest.mark.parametrize(
    "css",
    [
        "</style><script>",
        ".a { background: url(//example.invalid) }",
        ".a { background: U\\52L(x) }",
        "@import 'x';",
        "@font-face { src: local(x) }",
        ".a { background: image-set('x' 1x) }",
    ],
)
def test_a_style_sheet_that_could_load_or_break_out_is_refused(css: str):
    with pytest.raises(ValueError, match="style sheet"):
        style_sheet(css)


def test_void_elements_have_no_content():
    assert tag("br", None) == "<br>"
    with pytest.raises(ValueError, match="no content"):
        tag("br", None, "x")


def test_true_attributes_are_bare_and_empty_ones_left_out():
    assert (
        tag("details", {"open": True, "title": None, "class": None}) == "<details open></details>"
    )
    assert tag("td", {"colspan": 2, "open": False}) == '<td colspan="2"></td>'


def test_a_static_form_is_kept_from_being_typeset():
    # MathJax reads $…$ in a notebook's HTML outputs, and \href makes links that run scripts.
    (_, attributes), *_ = seen_in(output("$\\href{javascript:alert(1)}{x}$")).shape
    assert {"mathjax_ignore", "tex2jax_ignore"} <= set(str(dict(attributes)["class"]).split())
