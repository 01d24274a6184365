"""What there is to subscribe to, and events as feed readers take them (Atom: RFC 4287).

A feed is in the language of its address. It tells what was announced or changed, the latest first;
when it takes place is in the text. Calendars are written in `events/ical.py`.
"""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import feedgenerator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events import ical
from events.filters import AgendaFilter
from events.models import Event
from portal import i18n
from portal.characters import lines, one_line
from portal.context_processors import SITE_NAME
from portal.downloads import LICENCE, Feed
from portal.head import absolute
from portal.listing import with_query

ATOM = feedgenerator.Atom1Feed.content_type
# The year in which names of this kind were first given (RFC 4151).
NAMED_SINCE = 2025
NEVER = datetime.datetime(NAMED_SINCE, 1, 1, tzinfo=datetime.UTC)


# --- What there is to subscribe to ----------------------------------------------------------------


class Subscription(NamedTuple):
    """A calendar and a feed of the same events."""

    calendar: Feed
    feed: Feed


def of_agenda(filters: AgendaFilter) -> Subscription:
    """The agenda, as these filters leave it."""
    names = "events:event-calendar", "events:event-feed"
    return _subscription(names, [], filters.pairs, title_of(filters))


def of_organisation(organisation: Any) -> Subscription:
    """The events of an organisation."""
    names = "events:organisation-calendar", "events:organisation-feed"
    return _subscription(names, [organisation.slug], [], title_of(None, organisation.name))


def title_of(filters: AgendaFilter | None, of: str = "") -> str:
    """What a calendar or a feed is called: whose, filtered by what, and by whom it is made."""
    words = [words for _key, _value, words in filters.chosen] if filters else []
    if filters and (text := filters.values.get("q")):
        words.insert(0, _("“%(text)s”") % {"text": text})
    name = pgettext("menu", "Events")
    title = f"{name} ({', '.join(words)})" if words else str(name)
    return one_line(" – ".join(filter(None, [of, title, SITE_NAME])))


def _subscription(
    names: tuple[str, str], arguments: list[str], pairs: list[tuple[str, str]], title: str
) -> Subscription:
    kinds = (ical.CONTENT_TYPE, ATOM)
    return Subscription(
        *(
            Feed(kind.partition(";")[0], title, with_query(reverse(name, args=arguments), pairs))
            for kind, name in zip(kinds, names, strict=True)
        )
    )


# --- Atom -----------------------------------------------------------------------------------------


def atom(events: Iterable[Event], *, title: str, address: str, page: str) -> bytes:
    """A feed of events, read `in_full`, with its own path and that of the `page` they are on."""
    language = i18n.current()
    found = _Atom(
        title=title,
        link=absolute(page),
        description=None,
        language=language,
        author_name=SITE_NAME,
        author_link=settings.BASE_URL,
        feed_url=absolute(address),
        feed_guid=absolute(address),
        feed_copyright=LICENCE["name"],
    )
    template = get_template("events/feed_entry.html")
    for event in events:
        name = i18n.text(event, "title")
        found.add_item(
            title=one_line(name.value),
            link=absolute(event.address_in(language)),
            description=lines(template.render({"event": event, "language": language}).strip()),
            pubdate=event.published_at,
            updateddate=event.updated_at,
            unique_id=_name(event),
            categories=[one_line(str(theme)) for theme in event.all_themes],
            language=name.language,
        )
    return found.writeString("utf-8").encode()


def _name(event: Event) -> str:
    """What an event is called in every feed, whatever becomes of its title and address."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname},{NAMED_SINCE}:event-{event.pk}"


class _Atom(feedgenerator.Atom1Feed):
    """An entry says which language it is in where that is not the feed's."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        same = item["language"] == self.feed["language"]
        return {} if same else {"xml:lang": item["language"]}

    def latest_post_date(self) -> datetime.datetime:
        """That of the entries; without any it is no date of today, which would be another each day."""
        return super().latest_post_date() if self.items else NEVER
