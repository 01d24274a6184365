"""Rows of lists as HTML: an organisation, an event or a project, with the small drawings beside them.

The template tag `row`. They are put together here, and not by templates, since a page has twenty of
them: as templates they took a sixth of the time of a list, and a third of that of a search. What a row
says is the same wherever it stands.
"""

from collections.abc import Callable
from typing import Any

from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from portal import display, i18n, marking
from portal.marking import Marker
from portal.markup import markup

EMPTY = SafeString("")
# What a row says of a text that is in one language only, the other one than the reader's.
ORGANISATION_ONLY = {"fr": _("Profile in French only"), "en": _("Profile in English only")}
EVENT_ONLY = {"fr": _("Event in French only"), "en": _("Event in English only")}
PROJECT_ONLY = {"fr": _("Project in French only"), "en": _("Project in English only")}


# --- Rows -----------------------------------------------------------------------------------------


def row(context: Context, obj: Any, level: int = 3, *, anchored: bool = False) -> SafeString:
    """The row of a published object, its title being a heading of that level.

    Among the results of a search, which have a `marker`, with what answers. `anchored` rows of events
    can be linked to; a list of nothing but past events (`all_past`) does not say so in each.
    """
    write = _ROWS[obj._meta.model_name]
    return write(obj, context.get("marker"), level, anchored, bool(context.get("all_past")))


def _organisation(obj: Any, marker: Marker | None, level: int, *_more: bool) -> SafeString:
    return markup(
        '<li class="row">\n  {}\n  {}\n  <p class="meta">{}</p>\n  {}\n  {}\n</li>',
        niche(obj),
        _title(obj, "name", marker, level),
        obj.what_and_where,
        _said(obj, marker),
        _only(i18n.only_language(obj, "summary"), ORGANISATION_ONLY),
    )


def _event(
    obj: Any, marker: Marker | None, level: int, anchored: bool, all_past: bool
) -> SafeString:
    return markup(
        '<li class="row row-event"{}>\n  {}\n  {}\n  <p class="meta">{}</p>\n  {}\n  {}\n  {}\n</li>',
        markup(' id="event-{}"', obj.pk) if anchored else EMPTY,
        date_block(obj),
        _title(obj, "title", marker, level),
        obj.who_and_where,
        _said(obj, marker) if marker else EMPTY,
        event_tag(obj, all_past=all_past),
        _only(_language_of(obj), EVENT_ONLY),
    )


def _project(obj: Any, marker: Marker | None, level: int, *_more: bool) -> SafeString:
    return markup(
        '<li class="row row-plain">\n  {}\n  {}\n  {}\n  <p class="meta">{}</p>\n  {}\n</li>',
        arches(obj.partner_count, obj.colour),
        _title(obj, "title", marker, level),
        _said(obj, marker),
        obj.stage_and_partners,
        _only(_language_of(obj), PROJECT_ONLY),
    )


_ROWS: dict[str, Callable[..., SafeString]] = {
    "organisation": _organisation,
    "event": _event,
    "project": _project,
}


def _title(obj: Any, name: str, marker: Marker | None, level: int) -> SafeString:
    return markup(
        '<h{} class="row-title"><a href="{}">{}</a></h{}>',
        level,
        obj.get_absolute_url(),
        marking.html(obj, (name,), marker),
        level,
    )


def _said(obj: Any, marker: Marker | None) -> SafeString:
    """A paragraph with its summary, or with what answers a search."""
    said = marking.html(obj, ("summary", "description"), marker)
    return markup("<p>{}</p>", said) if said else EMPTY


def _language_of(obj: Any) -> str:
    """The language it is in, if that is not the reader's and it lacks texts in the reader's."""
    language = obj.single_language
    return "" if language == i18n.current() else language


def _only(language: str, words: dict[str, Any]) -> SafeString:
    return markup('<span class="tag">{}</span>', words[language]) if language else EMPTY


def event_tag(event: Any, *, all_past: bool = False) -> SafeString:
    """What is particular of an event, in a word: one thing at most."""
    outcomes = type(event).Outcome
    if event.outcome in (outcomes.CANCELLED, outcomes.POSTPONED):
        return markup('<span class="tag tag-strong">{}</span>', event.get_outcome_display())
    words = ""
    if event.is_past:
        words = pgettext("event", "Over") if event.has_days and not all_past else ""
    elif event.registration_url:
        words = gettext("Registration required")
    elif event.is_online:
        words = gettext("Online")
    return markup('<span class="tag">{}</span>', words) if words else EMPTY


# --- What stands beside a title -------------------------------------------------------------------


def date_block(event: Any) -> SafeString:
    """The date of an event as a numeral, a day and a month; its period where it has no date yet."""
    if not event.has_days:
        return markup(
            '<span class="date"><strong>{}</strong></span>', display.marked(event, "period")
        )
    start, end = event.local_start, event.local_end
    last = end if end and end.date() > start.date() else None
    this_year = timezone.localdate().year
    month = display.month_name(last or start)
    if (last or start).year != this_year:
        month += f" {(last or start).year}"
    if last is None:
        day = display.weekday_name(start)
    elif (last.year, last.month) == (start.year, start.month):
        day = pgettext("after a day of the month", "to %(day)s") % {"day": display.day_number(last)}
    else:
        day = pgettext("after a day of the month", "%(month)s to") % {
            "month": display.month_name(start)
        }
        month = f"{display.day_number(last)} {month}"
    return markup(
        '<time class="date" datetime="{}"><b>{}</b> {} <strong>{}</strong></time>',
        start.date().isoformat() if event.all_day else start.isoformat(timespec="minutes"),
        start.day,
        day,
        month,
    )


def niche(organisation: Any, size: str = "") -> SafeString:
    """The tile that stands beside an organisation's name; it says nothing of its own."""
    letters = display.initials(organisation.name, organisation.short_name)
    classes = ["niche", display.FAMILIES.get(organisation.kind, "etang")]
    if len(letters) > 3:
        classes.append("niche-four")
    if size:
        classes.append(f"niche-{size}")
    return markup('<span class="{}" aria-hidden="true">{}</span>', " ".join(classes), letters)


def arches(partners: int, colour: str) -> SafeString:
    """A project's arches, one between each two partners, twelve at most, as figures colour them."""
    count = min(partners - 1, 12)
    if count < 1:
        return EMPTY
    path = "M1 20" + "c0-25 24-25 24 0" * count
    return markup(
        '<svg class="arches {}" width="{}" height="20" viewBox="0 0 {} 20" aria-hidden="true">'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="2"/></svg>',
        colour,
        count * 24 + 2,
        count * 24 + 2,
        path,
    )
