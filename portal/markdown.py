"""Markdown that editors write, as HTML that cannot do harm.

Only structure and links survive: no form, style, id or class, and of an image, which may be a
tracker, its words.
Headings are shifted so that no text of ours makes an `h1` or breaks the outline of its page.
"""

import html
import re
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from portal.characters import single_spaced, unturned

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def _words_of_image(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """What an image says to those who cannot see it, in its place; nothing if it says nothing."""
    return escapeHtml(renderer.renderInlineAsText(tokens[index].children, options, env))


_parser.add_render_rule("image", _words_of_image)

TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
# Where a reader sees a new line begin, and where an item of a list does.
BLOCK = re.compile(r"</?(?:blockquote|h[1-6]|li|ol|p|pre|table|tr|ul)\b[^>]*>|<[bh]r ?/?>")
ITEM = re.compile(r"<li>\s*(?:<p>)?")
# None on any element: left unsaid, the sanitiser lets `title` and `lang` through everywhere.
ATTRIBUTES = {"*": set(), "a": {"href", "title"}, "ol": {"start"}}


def render(text: str, top: int = 3) -> str:
    """The HTML of a Markdown text whose highest heading becomes `h{top}`; safe to print as it is."""
    if not text:
        return ""
    rendered = _parser.render(unturned(text))
    levels = [int(level) for level in re.findall(r"<h([1-6])>", rendered)]
    shift = top - min(levels) if levels else 0
    rendered = re.sub(
        r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(6, int(m[2]) + shift)}>", rendered
    )
    return sanitised(rendered, top)


def sanitised(markup: str, top: int = 3) -> str:
    """HTML, whoever wrote it, without anything but text, structure below `top` and harmless links."""
    return nh3.clean(
        markup,
        tags=TAGS | {f"h{level}" for level in range(top, 7)},
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )


def plain(text: str) -> str:
    """The words of a Markdown text without any mark, on one line: for descriptions and search."""
    if not text:
        return ""
    return single_spaced(html.unescape(nh3.clean(_parser.render(unturned(text)), tags=set())))


def plain_lines(text: str) -> list[str]:
    """The same words with a line for each paragraph, heading and item of a list: for calendars."""
    if not text:
        return []
    rendered = single_spaced(_parser.render(unturned(text)))
    rendered = BLOCK.sub("\n", ITEM.sub("\n- ", rendered))
    words = html.unescape(nh3.clean(rendered, tags=set()))
    lines = (single_spaced(line) for line in words.split("\n"))
    return [line for line in lines if line]
