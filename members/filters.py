"""The filters of organisations, people and themes, the same on the pages and in the API."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import django_filters as filters
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import College, Exchange, Membership, Organisation, Person, Theme
from portal.facets import (
    ChoiceFacet,
    Conditional,
    ConditionFacet,
    OptionGroup,
    RelatedFacet,
    TalliedFacet,
    Use,
    in_known_order,
)
from portal.filters import ListFilterSet, Order, SortFilter
from portal.tallies import Pairs, Tallied, Told
from portal.taxonomies import Entry

# What parameters of the API are whose values are looked up.
THEME_CODE = _("The code of a theme.")
COMMUNE_CODE = _("The code of a commune.")


def memberships(found: Iterable[Entry]) -> Conditional:
    """Members of the association today, of each of the colleges found and of none."""
    colleges = {
        college.code: (college.name, partial(_is_member, college=college.pk)) for college in found
    }
    return {
        "member": (_("Members of the association"), _is_member),
        **colleges,
        "not-member": (_("Not members"), lambda: ~_is_member()),
    }


def _is_member(**among: Any) -> Exists:
    return Exists(Membership.objects.today_of(OuterRef("pk")).filter(**among))


class TopicFacet(TalliedFacet):
    """What organisations look for, or what they offer, by topic."""

    has_fixed_codes = True

    def __init__(self, direction: str, **kwargs: Any) -> None:
        super().__init__(choices=Exchange.Topic.choices, **kwargs)
        self.direction = direction

    def options(self) -> dict[str, str]:
        return {code: str(label) for code, label in Exchange.Topic.choices}

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        having = Organisation.objects.exchanging(self.direction, codes)
        return Q(pk__in=having.order_by().values("pk"))

    def told(self, model: type[Any]) -> Told:
        exchanges = Exchange.objects.filter(direction=self.direction)
        return Pairs(exchanges, "organisation", "topic", repeats=True)

    def in_order(self, used: dict[str, Use]) -> list[str]:
        return in_known_order(self, used)


class KindFacet(ChoiceFacet):
    """Kinds of organisations. The page offers families of them, each of one colour; any kind may be
    asked for by its own code as well, and is then shown beside them."""

    FAMILIES = {
        "startup": (_("Startup"), ("startup",)),
        "company": (_("Company"), ("company",)),
        "research-training": (
            _("Research and training"),
            ("university", "research-organisation", "laboratory", "school"),
        ),
        "public": (
            _("Public or public-interest body"),
            (
                *("local-authority", "state", "hospital", "infrastructure"),
                *("place", "foundation", "programme"),
            ),
        ),
        "network": (_("Network"), ("network",)),
    }

    def __init__(self, **kwargs: Any) -> None:
        families = [(code, label) for code, (label, _kinds) in self.FAMILIES.items()]
        single = [each for each in Organisation.Kind.choices if each[0] not in self.FAMILIES]
        super().__init__("kind", [*families, *single], **kwargs)

    def values_of(self, codes: list[str]) -> list[str]:
        return sorted({kind for code in codes for kind in self.kinds_of(code)})

    def kinds_of(self, code: str) -> tuple[str, ...]:
        """The kinds that a code stands for: those of a family, or just one."""
        return self.FAMILIES[code][1] if code in self.FAMILIES else (code,)

    def uses(self, left: Tallied, overall: Tallied) -> dict[str, Use]:
        found = {}
        for code, label in self.known.items():
            kinds = self.kinds_of(code)
            count, number = (sum(map(each.number, kinds)) for each in (left, overall))
            if count or number:
                found[code] = Use(label, count, number, not left.is_whole)
        return found

    def group(
        self, name: str, uses: Mapping[str, Use], chosen: list[str], *, has_more: bool = False
    ) -> OptionGroup:
        """The families, and the single kinds that were chosen."""
        group = super().group(name, uses, chosen, has_more=has_more)
        shown = [each for each in group.options if each.checked or each.value in self.FAMILIES]
        return replace(group, options=shown)


class OrganisationFilter(ListFilterSet):
    """The filters of the directory."""

    # As many boxes as a page may have beside twenty rows; the page "site map" leads to all themes
    # and communes, the map to all communes as well.
    theme = RelatedFacet("themes", legend=_("Theme"), shown=10, help_text=THEME_CODE)
    kind = KindFacet(legend=_("Kind"))
    city = RelatedFacet("commune", legend=_("Commune"), shown=4, help_text=COMMUNE_CODE)
    membership = ConditionFacet(
        memberships,
        of=College,
        legend=_("Membership"),
        shown=4,
        help_text=_("“member”, “not-member”, or the code of a college."),
    )
    need = TopicFacet(
        Exchange.Direction.NEED, legend=pgettext_lazy("facet", "Looking for"), shown=5
    )
    offer = TopicFacet(Exchange.Direction.OFFER, legend=pgettext_lazy("facet", "Offering"), shown=5)
    sort = SortFilter(
        {
            "name": Order(_("in alphabetical order"), ("sort_name", "pk")),
            "recent": Order(_("by date of change"), (F("updated_at").desc(), "pk")),
        }
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()


class PersonFilter(ListFilterSet):
    """The filters of people."""

    organisation = filters.ModelMultipleChoiceFilter(
        field_name="organisation__slug",
        to_field_name="slug",
        queryset=lambda request: Organisation.objects.published(),
        label=_("Organisation"),
        help_text=_("The slug of an organisation."),
    )
    sort = SortFilter({"name": Order(_("in alphabetical order"), ("name", "pk"))})

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()


class ThemeFilter(ListFilterSet):
    """The filters of themes."""

    triptych = ChoiceFacet("triptych", Theme.Triptych.choices, legend=_("Triptych"))
    sort = SortFilter({"code": Order(_("in the order of their codes"), ("code",))})

    class Meta:
        model = Theme
        fields: tuple[str, ...] = ()
