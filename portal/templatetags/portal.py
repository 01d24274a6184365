"""Display tags: bilingual text, dates and numbers, niches and arches, addresses of filters, forms.

`{% load portal %}`. Nothing here asks the database for more than what it is given.
"""

import html
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import Textarea
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import display, i18n, listed, marking, renditions
from portal.characters import single_spaced
from portal.constant import constant
from portal.drawing.svg import Label
from portal.forms import LANGUAGE_NAMES, ErrorItem, error_items, label_of
from portal.head import Head
from portal.lifecycle import diff
from portal.markdown import render
from portal.markup import markup
from portal.models import ABANDONED, Status

register = template.Library()

# --- The page -------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def page_head(context: Context) -> Head:
    """What `base.html` needs to know of the page's address and languages."""
    return Head(context)


class KeepNode(template.Node):
    """Renders what it holds once and remembers it, for a text that stands in several places."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        text = single_spaced(self.nodelist.render(context))
        # Safe: rendered by a template, which escaped what it printed. A quotation mark in the words
        # of a template would still end an attribute.
        context[self.name] = mark_safe(text.replace('"', "&quot;"))  # noqa: S308 - see above
        return ""


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    """`{% keep name %}…{% endkeep %}`: print nothing, and keep the text as `name`."""
    name = token.split_contents()[1]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(nodelist, name)


register.tag(constant)


@register.filter
@lru_cache(maxsize=256)
def brief(text: str) -> str:
    """At most 155 characters of a text, cut after a word: what a search engine shows."""
    return Truncator(html.unescape(text)).chars(155)


@register.simple_tag(takes_context=True)
def failures(context: Context) -> list[ErrorItem]:
    """What is wrong with the page's `forms`, or its `form`: for the error summary and the title."""
    forms = context.get("forms") or [context.get("form")]
    return list(error_items(forms))


# --- Bilingual text -------------------------------------------------------------------------------


register.simple_tag(display.marked, name="field_text")
register.simple_tag(i18n.only_language)


@register.simple_tag(takes_context=True)
def found(context: Context, obj: Any, *names: str) -> str:
    """The first of these texts. Among the results of a search, which have a `marker`: the one that
    answers, as far as a row has room for it, with the words that were looked for marked."""
    return marking.html(obj, names, context.get("marker"))


@register.simple_tag
def plain_text(obj: Any, name: str) -> str:
    """The same text without markup: for titles, attributes and data."""
    return i18n.text(obj, name).value


@register.filter
def markdown(text: str, top: int = 3) -> SafeString:
    """A text in Markdown as HTML, its highest heading becoming `h{top}`."""
    # Safe: `render` lets structure and links through and nothing else.
    return mark_safe(render(text or "", top))  # noqa: S308 - see above


@register.simple_tag
def field_markdown(obj: Any, name: str, top: int = 3) -> str:
    """A Markdown text of an object, in the reader's language or marked with its own."""
    text = i18n.text(obj, name)
    if not text.value:
        return ""
    language = format_html(' lang="{}"', text.language) if text.is_fallback else ""
    return format_html('<div class="prose"{}>{}</div>', language, markdown(text.value, top))


# --- Dates and numbers ----------------------------------------------------------------------------

register.filter("number", display.number)
register.filter("euros", display.euros)
register.filter("partial_date", display.partial_date)
register.filter("long_date", display.long_date, expects_localtime=True)
register.filter("date_time", display.date_time, expects_localtime=True)
register.filter("clock", display.clock, expects_localtime=True)
register.simple_tag(display.date_range)
register.simple_tag(display.time_range)
register.simple_tag(display.partial_range)


@register.simple_tag
def event_when(event: Any) -> str:
    """When an event takes place, in words: jeudi 4 mars 2027, de 14 h à 17 h."""
    if not event.has_days:
        return display.marked(event, "period")
    start, end = event.local_start, event.local_end
    several = end and end.date() > start.date()
    if event.all_day:
        words = display.date_range(start, end) if several else display.full_date(start)
    elif several:
        moments = {"start": display.date_time(start), "end": display.date_time(end)}
        words = pgettext("moments", "%(start)s to %(end)s") % moments
    else:
        words = f"{display.full_date(start)}, {display.time_range(start, end)}"
    if not event.all_day and (event.is_online or event.timezone != settings.TIME_ZONE):
        words += f" ({display.zone_name(event.timezone)})"
    moment = start.date().isoformat() if event.all_day else start.isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', moment, words)


# --- Rows, niches, arches, icons ------------------------------------------------------------------

register.simple_tag(listed.row, takes_context=True)
register.simple_tag(listed.event_tag)
register.simple_tag(listed.date_block)
register.simple_tag(listed.niche)
register.simple_tag(listed.arches)


@register.simple_tag
def logo(organisation: Any) -> str:
    """The logo of an organisation on a large tile, or its initials where it has none.

    Only its own page has it: beside a name in a list it would cost a request each.
    """
    if not organisation.logo:
        return listed.niche(organisation, "large")
    copies = renditions.shown(organisation.logo.name, renditions.TILE)
    alt = i18n.text(organisation, "logo_alt")
    return format_html(
        '<span class="niche niche-large niche-logo"><img src="{}" alt="{}"{} width="84" height="96">'
        "</span>",
        copies[0].url if copies else organisation.logo.url,
        alt.value,
        format_html(' lang="{}"', alt.language) if alt.is_fallback else "",
    )


@register.simple_tag
def drawn_label(label: Label) -> str:
    """A name on a drawing: its first line, then each further one from a place of its own."""
    how = rest = SafeString("")
    if label.anchor:
        how += format_html(' text-anchor="{}"', label.anchor)
    if label.turned:
        how += format_html(' transform="{}"', label.turned)
    first, *more = label.lines
    if more:
        rest = format_html_join("", '<tspan x="{}" y="{}">{}</tspan>', more)
    return format_html('<text x="{}" y="{}"{}>{}{}</text>', first.x, first.y, how, first.text, rest)


@register.simple_tag
@cache
def icon(name: str) -> str:
    """A sign of the sprite, in the colour of the text beside it, which says the same in words."""
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("portal/icons.svg"),
        name,
    )


# --- Addresses of filters and pages ---------------------------------------------------------------


def _address(context: Context, query: dict[str, list[Any]]) -> str:
    """The page with this query, its own path if nothing is left of it."""
    pairs = [(key, value) for key, values in query.items() for value in values if value]
    return f"?{urlencode(pairs)}" if pairs else context["request"].path


@register.simple_tag(takes_context=True)
def query_with(context: Context, **values: Any) -> str:
    """The current query with these keys set (or removed by an empty value), from its first page."""
    query = dict(context["request"].GET.lists()) | {"page": []}
    for key, value in values.items():
        is_default = value is None or (key, value) == ("page", 1)
        query[key] = [] if is_default else [value]
    return _address(context, query)


@register.simple_tag(takes_context=True)
def query_without(context: Context, key: str, value: Any = None) -> str:
    """The current query without a pair, or without a key, from its first page."""
    query = dict(context["request"].GET.lists()) | {"page": []}
    kept = [] if value is None else [old for old in query.get(key, []) if old != str(value)]
    return _address(context, query | {key: kept})


@register.simple_tag(takes_context=True)
def query_only(context: Context, *keys: str) -> str:
    """The current query with nothing but these keys."""
    query = dict(context["request"].GET.lists())
    return _address(context, {key: values for key, values in query.items() if key in keys})


@register.simple_tag(takes_context=True)
def page_links(context: Context, page: Page) -> SafeString:
    """Links to the pages around one, with an ellipsis for those left out: the items of a list."""
    items = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        if isinstance(number, int):
            link = markup(
                '<li><a href="{}"{} aria-label="{}">{}</a></li>',
                query_with(context, page=number),
                SafeString(' aria-current="page"' if number == page.number else ""),
                _("Page %(number)s") % {"number": number},
                number,
            )
            items.append(link)
        else:
            items.append(markup("<li><span>{}</span></li>", number))
    return SafeString("\n    ".join(items))


# --- States and changes ---------------------------------------------------------------------------

# States besides `Status`: a request given up, the two sides of a text, and a date still to come.
SIDE_STATES = {
    ABANDONED: lambda: pgettext("status", "Abandoned"),
    "current": lambda: pgettext("translation", "Up to date"),
    "empty": lambda: pgettext("translation", "Empty"),
    "outdated": lambda: pgettext("translation", "To review"),
    "conflict": lambda: _("Changed meanwhile"),
    "scheduled": lambda: _("Scheduled"),
}


# The look of a notice, by the level of Django's messages.
NOTICE_LEVELS = {"success": "ok", "warning": "warn", "error": "err"}


@register.filter
def notice_level(level_tag: str) -> str:
    """How a message of this level looks."""
    return NOTICE_LEVELS.get(level_tag, "info")


@register.filter
def state_word(code: str) -> str:
    """What a person reads for a state."""
    return SIDE_STATES[code]() if code in SIDE_STATES else str(Status(code).label)


@register.filter
def lang_of(column: str) -> SafeString:
    """` lang="fr"` for a column of French text, nothing for one that has no language."""
    language = str(column or "")[-2:]
    known = language in i18n.LANGUAGES and str(column)[-3:-2] == "_"
    return format_html(' lang="{}"', language) if known else SafeString("")


@register.simple_tag
def unchanged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a comparison in which nothing changes."""
    return [row for row in rows if row["state"] == "unchanged"]


class WordDiff(NamedTuple):
    """Two versions of a text, each with what only it has marked."""

    before: SafeString
    after: SafeString


@register.simple_tag
def word_diff(before: str, after: str) -> WordDiff:
    """Compare two texts word by word; marks are said in hidden words as well as drawn."""
    left: list[SafeString] = []
    right: list[SafeString] = []
    for kind, gone, come in diff.words(str(before or ""), str(after or "")):
        if kind == "same":
            left.append(format_html("{}", gone))
            right.append(format_html("{}", come))
            continue
        if gone:
            left.append(_mark("del", _("deleted:"), gone))
        if come:
            right.append(_mark("ins", _("added:"), come))
    return WordDiff(_joined(left), _joined(right))


def _mark(element: str, word: str, text: str) -> SafeString:
    # The word is the interface's, whatever the language of the text around it.
    return format_html(
        '<{}><span class="hidden" lang="{}">{} </span>{}</{}>',
        element,
        i18n.current(),
        word,
        text,
        element,
    )


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


# --- Forms ----------------------------------------------------------------------------------------


class Limit(NamedTuple):
    """How long a text may be, and how long it is."""

    most: int
    typed: int


@register.filter
def limit(field: BoundField) -> Limit | None:
    """The limit to tell for a field: that of a long text, or of one side of a bilingual pair."""
    most = getattr(field.field, "max_length", None)
    if most is None:
        limits = (getattr(check, "limit_value", None) for check in field.field.validators)
        most = next((value for value in limits if isinstance(value, int) and value > 9), None)
    told = isinstance(field.field.widget, Textarea) or field.name[-3:] in ("_fr", "_en")
    return Limit(most, len(str(field.value() or ""))) if most and told else None


register.filter("label", label_of)
register.filter("nested", display.nested)


class Side(NamedTuple):
    """One language of a bilingual field."""

    field: BoundField
    language: str
    name: str
    state: str
    since: Any


@register.inclusion_tag("includes/_translation_pair.html")
def translation_pair(item: Any) -> dict[str, Any]:
    """The French and the English field of a text, side by side, each with its state.

    `item` has a `label`, the two `fields`, and of each language the `state` and, where it is outdated,
    what changed in the other one `since`. The inputs say their
    language, for the browser's spelling checker and for screen readers.
    """
    sides = []
    hint = f"{item.fields[0].auto_id}_helptext" if item.fields[0].help_text else ""
    for field in item.fields:
        language = field.name[-2:]
        field.field.widget.attrs.setdefault("lang", language)
        # One hint stands above both.
        counted = f"{field.auto_id}_limit" if limit(field) else ""
        wrong = f"{field.auto_id}_error" if field.errors else ""
        described = list(filter(None, [hint, wrong, counted]))
        if described:
            field.field.widget.attrs["aria-describedby"] = " ".join(described)
        state, since = item.state.get(language, ""), item.since.get(language)
        sides.append(Side(field, language, LANGUAGE_NAMES[language], state, since))
    return {"item": item, "sides": sides, "help_text": sides[0].field.help_text}
