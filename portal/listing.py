"""The page of a list: chips, facets with counts, pages of 20, order in words, one plain address.

The filters are a `portal.filters.ListFilterSet`. A view is

    listing = Listing(request, ProjectFilters, Project.objects.published(), prepared=for_rows)
    if listing.redirect:
        return listing.redirect
    found = ngettext("%(n)s project", "%(n)s projects", listing.total) % {"n": listing.total}
    return render(request, "….html", listing.context(name=_("Projects"), found=found))

and its template takes what `Listing.context` gives, most of it through the includes of the site.
What the query says and the list does not understand is left out and told (`problems`). It costs one
query for the rows, one for all that is counted, and one for all its taxonomies. A list is counted,
and has pages, up to `portal.counting.MOST` rows: where there are more, the page says so.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import counting
from portal.filters import RELEVANCE, ListFilterSet, Problem
from portal.head import absolute
from portal.kept_pages import understood
from portal.keyset import Pages
from portal.words import LONGEST_QUERY

PER_PAGE = 20
# Keys of a page that are no filters.
PAGE_KEYS = frozenset({"page", "view"})
# What social networks and mailing tools add to the addresses that people share.
TRACKERS = ("utm_", "fbclid", "gclid", "mc_")
# More complaints than these help nobody.
MOST_PROBLEMS = 5


class Listing:
    """One request for the page of a list, read and answered: see the top of this module.

    `prepared` adds to the rows what their template shows; `scope` names `queryset`, and counts of it
    are kept as `ListFilterSet` says. A page that does not exist is a 404.
    """

    # A list whose rows are long may have shorter pages.
    per_page = PER_PAGE

    def __init__(
        self,
        request: HttpRequest,
        filter_set: type[ListFilterSet],
        queryset: QuerySet,
        *,
        prepared: Callable[[QuerySet], QuerySet] = lambda rows: rows,
        keys: Collection[str] = PAGE_KEYS,
        per_page: int = PER_PAGE,
        scope: str = "",
    ) -> None:
        self.request = request
        self.filters = filter_set(request.GET, queryset, scope)
        self.prepared = prepared
        self.keys = keys
        self.per_page = per_page

    @property
    def redirect(self) -> HttpResponseRedirect | None:
        """The same list at its plain address, for a query with parts that say nothing."""
        default = next(iter(self.filters.filters["sort"].orders))
        kept = [
            pair
            for pair in plain_query(self.request)
            if pair != ("sort", default) or self.request.GET.get("q")
        ]
        if kept == typed_query(self.request):
            return None
        return HttpResponseRedirect(self._address(kept))

    @cached_property
    def problems(self) -> list[Problem]:
        """What the query says and this list does not understand."""
        found = self.filters.problems(self.keys)
        if not is_page(self._number):
            message = _("“%(value)s” is not the number of a page.") % {"value": self._number[:60]}
            found.append(Problem("page", self._number, message))
        return found

    @property
    def _number(self) -> str:
        """The number of the page asked for, as the address has it; a view may have no pages."""
        return self.request.GET.get("page", "1") if "page" in self.keys else "1"

    @cached_property
    def page(self) -> Page:
        """The rows of the page asked for."""
        # Counted first: rows are found otherwise where very many answer.
        total = self.total
        rows, walked = self.filters.qs, self.filters.walked()
        pages = Pages(rows, self.prepared, self.per_page, total, walked)
        try:
            return pages.page(int(self._number) if is_page(self._number) else 1)
        except EmptyPage as error:
            raise Http404 from error

    @property
    def total(self) -> int:
        """How many rows there are; a number above `portal.counting.MOST` stands for any larger one."""
        return self.filters.count_with_facets()

    @property
    def is_longer(self) -> bool:
        """Whether there are more rows than are counted, and than pages are numbered for."""
        return self.total > counting.MOST

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The query as far as it is understood, from the first page, in the default order."""
        return [*self.filters.pairs, *self._view]

    @property
    def _view(self) -> list[tuple[str, str]]:
        """What is looked at in another way than the usual, if the list has one."""
        view = self.request.GET.get("view", "") if "view" in self.keys else ""
        return [("view", view)] if view else []

    @property
    def is_plain(self) -> bool:
        """Whether this is one of the pages that the list leads to, written as it writes them."""
        if self.problems:
            return False
        number = [("page", str(self.page.number))] if self.page.number > 1 else []
        return self.filters.is_written(typed_query(self.request), [*self._view, *number])

    def page_link(self, number: int) -> str:
        """What leads to a page of this list; nothing for the one that is shown."""
        if number == self.page.number:
            return ""
        return self._address([*self.pairs, *([("page", str(number))] if number > 1 else [])])

    def table_address(self, path: str, **more: str) -> str:
        """The address of a table with the rows of all pages, in the order asked for."""
        sort = self.filters.values.get("sort")
        if sort:
            more = {"sort": sort} | more
        return with_query(path, [*self.filters.pairs, *more.items()])

    def _address(self, pairs: Iterable[tuple[str, str]]) -> str:
        return with_query(self.request.path, pairs)

    def in_view(self, view: str = "") -> str:
        """The address of the same list in another view, by default the one that has no name."""
        return self._address([*self.filters.pairs, *([("view", view)] if view else [])])

    def title(self, name: Any, found: Any) -> str:
        """What the browser's tab says: Annuaire : 51 organisations (page 2 sur 3)."""
        parts = {"list": name, "found": found}
        if self.page.number == 1:
            return pgettext("title of a list", "%(list)s: %(found)s") % parts
        parts |= {"page": self.page.number, "pages": self.page.paginator.num_pages}
        return (
            pgettext("title of a list", "%(list)s: %(found)s (page %(page)s of %(pages)s)") % parts
        )

    def orders(self) -> list[dict[str, Any]]:
        """The orders to choose from, said in words, each with its address."""
        orders = self.filters.filters["sort"].orders
        labels = {code: str(order.label) for code, order in orders.items()}
        if self.filters.ranks:
            labels = {RELEVANCE: _("by relevance")} | labels
        first = next(iter(labels))
        return [
            {
                "label": label,
                "url": self._address([*self.pairs, *([] if code == first else [("sort", code)])]),
                "current": code == self.filters.order,
            }
            for code, label in labels.items()
        ]

    def loosened(self) -> list[dict[str, str]]:
        """For a list that came out empty: links that each let go of one filter."""
        links = []
        if text := self.filters.values.get("q"):
            kept = [(key, value) for key, value in self.pairs if key != "q"]
            label = _("Without the words “%(text)s”") % {"text": text}
            links.append({"label": label, "url": self._address(kept)})
        for key, value, words in self.filters.chosen:
            kept = [each for each in self.pairs if each != (key, value)]
            label = _("Without “%(filter)s”") % {"filter": words}
            links.append({"label": label, "url": self._address(kept)})
        return links

    def context(self, *, name: Any, found: Any) -> dict[str, Any]:
        """What templates of lists are given; `name` is the list's, `found` its count in words."""
        chosen = self.filters.chosen
        text = self.filters.values.get("q", "")
        if self.is_plain:
            understood(self.request)
        sort = self.filters.values.get("sort", "")
        kept = [("sort", sort), ("view", self.request.GET.get("view", ""))]
        facets = self.filters.facets()
        return {
            "listing": self,
            "page_obj": self.page,
            "found": found,
            "head_title": self.title(name, found),
            "facets": facets,
            "is_partial": any(facet.is_partial for facet in facets),
            "chips": [{"key": k, "value": v, "label": words} for k, v, words in chosen],
            "active": len(chosen),
            "q": text or self.request.GET.get("q", "")[:LONGEST_QUERY],
            "hidden": [
                (key, value) for key, value in kept if value and key in {"sort", *self.keys}
            ],
            "problems": self.problems[:MOST_PROBLEMS],
            "orders": self.orders(),
            "loosened": [] if self.total else self.loosened(),
            "canonical": self._address(self.pairs),
            # Combinations of filters have no end: search engines are shown the simple lists only.
            "noindex": bool(len(chosen) > 1 or text or self.problems),
            "structured_data": self.structured_data(name),
        }

    def structured_data(self, name: Any) -> dict[str, Any]:
        """The page as schema.org describes it, with the rows on it if it has pages of them."""
        page = {
            "@type": "CollectionPage",
            "name": str(name),
            "url": absolute(self._address(self.pairs)),
        }
        if "page" not in self.keys:
            return page
        return page | {
            "mainEntity": {
                "@type": "ItemList",
                **({} if self.is_longer else {"numberOfItems": self.total}),
                "itemListElement": [
                    {
                        "@type": "ListItem",
                        "position": position,
                        "name": str(row),
                        "url": absolute(row.get_absolute_url()),
                    }
                    for position, row in enumerate(self.page, start=self.page.start_index())
                ],
            },
        }


def with_query(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """An address of a list: its path and what the list is filtered by."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def typed_query(request: HttpRequest) -> list[tuple[str, str]]:
    """The query of an address, pair by pair."""
    return [(key, value) for key, values in request.GET.lists() for value in values]


def plain_query(request: HttpRequest) -> list[tuple[str, str]]:
    """The same without the pairs that say nothing: those left empty, the first page, trackers."""
    return [
        (key, value)
        for key, value in typed_query(request)
        if value.strip() and not key.startswith(TRACKERS) and (key, value) != ("page", "1")
    ]


def is_page(number: str) -> bool:
    """Whether a text is a number that pages have; so many digits are no number to us."""
    return number.isascii() and number.isdigit() and 0 < len(number) <= 6 and int(number) > 0
