"""Key figures: drawn, with the rule, the date and the source of each, and to take away."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from events import counted_figures
from events.counted_figures import Kept
from events.key_figures import BY_CODE, PARTS, Figure, Row
from portal import downloads, spreadsheets
from portal.context_processors import SITE_NAME
from portal.downloads import LICENCE, TEXT
from portal.drawing import bars
from portal.filters import Problem
from portal.head import absolute
from portal.kept_pages import kept
from portal.spreadsheets import BETWEEN, Column

NAME = gettext_lazy("Key figures")
# A page names so many sources; the table to download has all.
MOST_SOURCES = 5


class Counted(NamedTuple):
    """A figure with its numbers of today."""

    figure: Figure
    rows: list[Row]

    @property
    def is_empty(self) -> bool:
        return not any(row.number for row in self.rows)

    @property
    def values(self) -> list[bars.Value]:
        """The rows that there is room for, with their numbers in words."""
        return [
            bars.Value(row.name, row.number, self.figure.words(row.number), row.colour, row.is_open)
            for row in self.rows[: self.figure.most]
        ]

    @property
    def chart(self) -> bars.Chart:
        """The same, drawn."""
        return bars.chart(self.values, beside=self.figure.is_compact)

    @property
    def more(self) -> int:
        """How many rows there is no room for."""
        return max(0, len(self.rows) - self.figure.most)

    @property
    def sources(self) -> str:
        """Who states the numbers, where it is not the portal itself; as many as there is room for."""
        stated = dict.fromkeys(source for row in self.rows for source in row.sources)
        return pgettext("between sources", "; ").join(list(stated)[:MOST_SOURCES])

    @property
    def table_url(self) -> str:
        """The address of its table to download."""
        return f"{reverse('events:key-figures-table')}?{urlencode({'figure': self.figure.code})}"


@kept
@require_safe
def key_figures(request: HttpRequest) -> HttpResponse:
    """One part of the figures, each counted as the page is made, or at night: a query for each, or
    a few, or none."""
    view = request.GET.get("view", "")
    part = view if view in PARTS else ""
    title, figures = PARTS[part]
    kept = counted_figures.kept()
    counted = [Counted(figure, _rows(figure, kept)) for figure in figures]
    words = {"name": NAME, "part": title}
    return render(
        request,
        "events/key_figures.html",
        {
            "name": NAME,
            "head_title": pgettext("title of a list", "%(name)s: %(part)s") % words,
            "part": title,
            "counted": counted,
            "day": kept.day if kept else timezone.localdate(),
            "is_kept": kept is not None,
            "views": [
                {"label": label, "url": _address(code), "current": code == part}
                for code, (label, _figures) in PARTS.items()
            ],
            "problems": _problems(view) if view != part else [],
            "table_url": reverse("events:key-figures-table"),
            "licence": LICENCE,
            "canonical": _address(part),
            "noindex": view != part,
            "trail": [(NAME, reverse("events:key-figures") if part else "")]
            + ([(title, "")] if part else []),
            "structured_data": _dataset(title, part, counted),
        },
    )


def _address(part: str) -> str:
    path = reverse("events:key-figures")
    return f"{path}?{urlencode({'view': part})}" if part else path


def _problems(view: str) -> list[Problem]:
    message = _("“%(value)s” is not one of the choices.") % {"value": view[:60]}
    return [Problem("view", view, message)]


def _dataset(title: Any, part: str, counted: Iterable[Counted]) -> dict[str, Any]:
    """The figures of a page as schema.org describes data."""
    return {
        "@type": "Dataset",
        "name": f"{NAME} – {title}",
        "description": " ".join(f"{each.figure.title}: {each.figure.rule}" for each in counted),
        "url": absolute(_address(part)),
        "creator": {"@type": "NGO", "name": SITE_NAME, "url": absolute(reverse("home"))},
        "license": LICENCE["url"],
        "isAccessibleForFree": True,
        "dateModified": timezone.localdate(),
        "variableMeasured": [str(each.figure.title) for each in counted],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": str(each.figure.title),
                "encodingFormat": "text/csv",
                "contentUrl": absolute(each.table_url),
            }
            for each in counted
        ],
    }


@require_safe
def key_figures_table(request: HttpRequest) -> HttpResponseBase:
    """All figures in one table, or one of them; 400 for a figure that does not exist."""
    code = request.GET.get("figure", "")
    if code and code not in BY_CODE:
        message = _("“%(value)s” is not one of the choices.") % {"value": code[:60]}
        return HttpResponse(f"{message}\n", content_type=TEXT, status=400)
    titles = (
        _("Figure"),
        _("What"),
        _("What is counted"),
        pgettext("counted", "Number"),
        _("Date"),
        _("Source"),
    )
    chosen = [BY_CODE[code]] if code else BY_CODE.values()
    kept = counted_figures.kept()
    rows = (line for figure in chosen for line in _lines(figure, kept))
    columns = [Column(title, itemgetter(place)) for place, title in enumerate(titles)]
    name = downloads.file_name(pgettext("file name", "key-figures"), code, extension="csv")
    return spreadsheets.table(name, columns, rows)


def _rows(figure: Figure, kept: Kept | None) -> list[Row]:
    """The rows of a figure, counted now where there are none of last night."""
    return figure.rows() if kept is None else kept.of(figure)


def _lines(figure: Figure, kept: Kept | None) -> Iterable[list[Any]]:
    day = (kept.day if kept else timezone.localdate()).isoformat()
    for row in _rows(figure, kept):
        counted = f"{figure.counted} (€)" if figure.is_money else str(figure.counted)
        source = BETWEEN.join(row.sources) or SITE_NAME
        yield [str(figure.title), row.name, counted, row.number, day, source]
