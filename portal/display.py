"""How dates, numbers and names are written for a reader, in the active language.

Dates and times are taken as they are: whoever calls has brought them to the time zone they are said in.
French puts U+00A0 between a number and its unit; the fonts have no narrower space.
"""

import datetime
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import get_timezone_location
from django.conf import settings
from django.db import models
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import i18n
from portal.markup import markup

NBSP = "\u00a0"

# The colour family of each kind of organisation; a kind is always shown with its word as well.
FAMILIES = {
    "local-authority": "etang",
    "state": "etang",
    "hospital": "etang",
    "infrastructure": "etang",
    "place": "etang",
    "programme": "etang",
    "foundation": "etang",
    "university": "ciste",
    "research-organisation": "ciste",
    "laboratory": "ciste",
    "school": "ciste",
    "company": "garrigue",
    "startup": "tuile",
    "network": "ardoise",
}
# Tells neighbouring projects apart and says nothing else.
ARCH_COLOURS = ("ciste", "garrigue", "etang", "tuile", "ardoise")
SMALL_WORDS = {"la", "le", "les", "l", "de", "des", "du", "d", "et", "en", "of", "the", "and"}


def is_french() -> bool:
    """Whether the reader reads French."""
    return i18n.current() == "fr"


# --- Dates ----------------------------------------------------------------------------------------


def day_number(value: datetime.date) -> str:
    """The day of the month, the first one as French says it."""
    return "1er" if value.day == 1 and is_french() else str(value.day)


def month_name(value: datetime.date) -> str:
    """The month in full, in lower case in French and with a capital in English."""
    return str(MONTHS[value.month])


def weekday_name(value: datetime.date) -> str:
    """The day of the week in full."""
    return str(WEEKDAYS[value.weekday()])


def long_date(value: datetime.date | None) -> str:
    """17 février 2025, 17 February 2025; nothing without a date."""
    if value is None:
        return ""
    return f"{day_number(value)} {month_name(value)} {value.year}"


def full_date(value: datetime.date) -> str:
    """The date with its day of the week: lundi 17 février 2025, Monday 17 February 2025."""
    return f"{weekday_name(value)} {long_date(value)}"


def clock(value: datetime.datetime | datetime.time | None) -> str:
    """14 h 30, 14 h; 2:30pm, 2pm."""
    if value is None:
        return ""
    if is_french():
        minutes = f"{NBSP}{value.minute:02}" if value.minute else ""
        return f"{value.hour}{NBSP}h{minutes}"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def date_time(value: datetime.datetime | None) -> str:
    """17 février 2025 à 14 h 30; 17 February 2025 at 2:30pm."""
    if value is None:
        return ""
    return _("%(date)s at %(time)s") % {"date": long_date(value), "time": clock(value)}


def date_range(start: datetime.date, end: datetime.date | None = None) -> str:
    """4 mars 2026; 4 au 6 mars 2026; 30 mars au 2 avril 2026: nothing is said twice."""
    first, last = _day(start), _day(end or start)
    if first == last:
        return long_date(first)
    words = day_number(first)
    if (first.year, first.month) != (last.year, last.month):
        words += f" {month_name(first)}"
    if first.year != last.year:
        words += f" {first.year}"
    return pgettext("dates", "%(first)s to %(last)s") % {"first": words, "last": long_date(last)}


def moment(value: datetime.datetime, whole_day: bool = False) -> str:
    """A moment in the zone it has, which is named if it is not ours; of a whole day, the day alone."""
    if whole_day:
        return long_date(value)
    zone = str(value.tzinfo)
    said = "" if zone == settings.TIME_ZONE else f" ({zone_name(zone)})"
    return date_time(value) + said


def time_range(start: datetime.datetime, end: datetime.datetime | None = None) -> str:
    """de 14 h à 17 h 30, à 14 h; 2pm to 5:30pm, at 2pm."""
    if end is None or end == start:
        return pgettext("time", "at %(time)s") % {"time": clock(start)}
    times = {"start": clock(start), "end": clock(end)}
    return pgettext("time", "from %(start)s to %(end)s") % times


def partial_date(value: str) -> str:
    """A date known to the year, the month or the day: 2011, avril 2024, 17 février 2025."""
    year, month, day = (*(int(part) for part in value.split("-") if part), 0, 0, 0)[:3]
    if day:
        return long_date(datetime.date(year, month, day))
    if month:
        return f"{month_name(datetime.date(year, month, 1))} {year}"
    return value


def partial_range(start: str, end: str = "") -> str:
    """The time something takes, as far as it is known: 2021 – 2027, depuis avril 2024, jusqu’en 2027."""
    if start and end and start != end:
        return f"{partial_date(start)} – {partial_date(end)}"
    if start and end:
        return partial_date(start)
    date = {"date": partial_date(start or end)}
    if start:
        # French says “depuis le” before a day, and not before a month or a year.
        day = pgettext("before a day", "since %(date)s")
        return (day if len(start) == 10 else pgettext("before a month", "since %(date)s")) % date
    if end:
        day = pgettext("before a day", "until %(date)s")
        return (day if len(end) == 10 else pgettext("before a month", "until %(date)s")) % date
    return ""


def zone_name(name: str) -> str:
    """Whose time it is: heure de Paris, heure locale : Athènes; Paris time, Athens time."""
    if name == "Europe/Paris":
        return _("Paris time")
    city = get_timezone_location(name, locale=i18n.current(), return_city=True)
    return pgettext("time zone", "%(city)s time") % {"city": city}


def _day(value: datetime.date) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value


# --- Numbers --------------------------------------------------------------------------------------


def number(value: int | float | Decimal | None) -> str:
    """1 100 in French, 1,100 in English; decimals only where there are some."""
    if value is None:
        return ""
    if isinstance(value, int):
        plain = f"{value:,}"
    else:
        exact = Decimal(str(value))
        plain = f"{exact:,.2f}" if exact % 1 else f"{exact:,.0f}"
    if not is_french():
        return plain
    return plain.replace(",", NBSP).replace(".", ",")


def exact(value: int | float | Decimal) -> str:
    """43,6112 in French, 43.6112 in English: every decimal, for what is measured."""
    plain = f"{Decimal(str(value)):f}"
    return plain.replace(".", ",") if is_french() else plain


def euros(value: int | float | Decimal | None) -> str:
    """900 000 € in French, €900,000 in English."""
    if value is None:
        return ""
    return f"{number(value)}{NBSP}€" if is_french() else f"€{number(value)}"


def price(value: int | float | Decimal | None) -> str:
    """What taking part costs: Gratuit, 12,50 €; Free, €12.50."""
    return pgettext("price", "Free") if value == 0 else euros(value)


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """35,2 % in French, 35.2% in English; nothing of nothing."""
    if not whole:
        return ""
    share = f"{Decimal(100 * part) / Decimal(whole):.1f}".removesuffix(".0")
    return f"{share.replace('.', ',')}{NBSP}%" if is_french() else f"{share}%"


# --- Names ----------------------------------------------------------------------------------------


def choice(choices: type[models.TextChoices], value: str) -> str:
    """The word for a value of a column with choices; the value itself if it is none of them.

    What Django's `get_…_display` does; that makes a dictionary of all choices each time, which costs
    more than all else that is said of a row.
    """
    try:
        return str(choices(value).label)
    except ValueError:
        return value


def capitalised(text: Any) -> str:
    """With a capital first letter, the rest as it is."""
    return str(text)[:1].upper() + str(text)[1:]


def marked(obj: models.Model, name: str) -> str:
    """A text in the reader's language, else in the other one, marked as such for screen readers."""
    return in_its_language(i18n.text(obj, name))


def in_its_language(text: i18n.BilingualText) -> str:
    """A text as HTML: in another language than the reader's it is marked as such."""
    if text.is_fallback:
        return markup('<span lang="{}">{}</span>', text.language, text.value)
    return text.value


@lru_cache(maxsize=4096)
def initials(name: str, short_name: str = "") -> str:
    """At most four letters for a niche: an acronym if there is one, else first letters."""
    if 0 < len(short_name) <= 4:
        return short_name
    words = [word for word in re.split(r"[^\w]+", name) if word and word.lower() not in SMALL_WORDS]
    if not words:
        return name[:2].upper()
    first = words[0]
    if first.isupper() and 1 < len(first) <= 4:
        return first
    if len(words) == 1:
        return first[:2].upper()
    second = words[1] if words[1].isdigit() else words[1][0]
    return (first[0] + second)[:4].upper()


def nested(text: Any) -> str:
    """A text to stand between quotation marks: those it has itself become the inner ones."""
    if is_french():
        return re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", str(text)))
    return str(text).replace("“", "‘").replace("”", "’")
