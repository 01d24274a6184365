"""Which organisation a line is about: by a register, else by its page, else by its name."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.fields import RnaField, RorField, SirenField
from members.imports.columns import PAGES
from members.imports.faults import Fault
from members.models import Organisation
from portal import spreadsheets
from portal.lifecycle import kinds
from portal.models import FormerSlug
from portal.words import fold

IDENTIFIERS = {"siren": SirenField(), "rna": RnaField(), "ror": RorField()}
# What the content of an organisation is made of besides its row.
BELONGING = ("themes", "parents", "exchanges", "links", "contacts")


class Keys(NamedTuple):
    """By what a line tells an organisation: identifiers, the ends of its pages' addresses, its name."""

    identifiers: dict[str, str]
    slugs: set[str]
    name: str

    def words(self) -> list[tuple[str, str]]:
        """What no two lines may share."""
        return [*self.identifiers.items(), *(("page", slug) for slug in self.slugs)]


def keys(cells: dict[str, str]) -> Keys:
    """Those of a line, written as we keep them."""
    typed = {name: field.to_python(cells.get(name, "")) for name, field in IDENTIFIERS.items()}
    paths = (_path(cells[column]) for column in PAGES if column in cells)
    slugs = {unquote(path.rstrip("/").rsplit("/", 1)[-1]).lower()[:120] for path in paths}
    name = spreadsheets.said_in(cells.get("name", ""))
    return Keys({n: v for n, v in typed.items() if v}, slugs - {""}, name)


def _path(address: str) -> str:
    """The path of an address; the whole where it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return address


def find(cells: dict[str, str]) -> Organisation | None:
    """The organisation that a line is about, read with what belongs to it; None if it is a new one.

    Raises Fault, with what to do, where it could be several, or says two things at once.
    """
    known = keys(cells)
    former = _former(known.slugs) if known.slugs else set()
    wanted = Q(slug__in=known.slugs) | Q(pk__in=former)
    for name, value in known.identifiers.items():
        wanted |= Q(**{name: value})
    if known.name:
        wanted |= Q(sort_name=fold(known.name)[:150])
    found = list(Organisation.objects.filter(wanted).prefetch_related(*BELONGING))
    organisation = _chosen(known, found, former)
    if organisation is not None and not organisation.is_published:
        raise Fault(
            _("“%(name)s” was withdrawn: put it back online first, or take this line out."),
            name=organisation,
        )
    return organisation


def _former(slugs: set[str]) -> set[int]:
    """The keys of the organisations that had one of these addresses before."""
    former = FormerSlug.objects.filter(target_type=kinds.of(Organisation).content_type)
    return set(former.filter(slug__in=slugs).values_list("target_id", flat=True))


def _chosen(known: Keys, found: list[Organisation], former: set[int]) -> Organisation | None:
    registered = [
        each
        for each in found
        if any(getattr(each, name) == value for name, value in known.identifiers.items())
    ]
    has_page = [each for each in found if each.slug in known.slugs or each.pk in former]
    paged = [each for each in has_page if each not in registered]
    if len(registered) > 1 or (registered and paged):
        raise Fault(
            _("This line names several organisations at once: “%(one)s” and “%(other)s”."),
            one=registered[0],
            other=[*registered[1:], *paged][0],
        )
    if registered:
        return registered[0]
    if len(paged) > 1:
        raise Fault(_("The two pages of this line are those of different organisations."))
    if paged:
        return paged[0]
    if known.slugs:
        raise Fault(_("No organisation has this page: empty the cell, or take this line out."))
    named = [each for each in found if each.name.casefold() == known.name.casefold()]
    return _by_name(known, [each for each in named if each.is_published])


def _by_name(known: Keys, found: list[Organisation]) -> Organisation | None:
    if len(found) > 1:
        raise Fault(
            _(
                "Several organisations are called “%(name)s”: give the address of its page, or "
                "its SIREN."
            ),
            name=known.name,
        )
    for organisation in found:
        for name, value in known.identifiers.items():
            if getattr(organisation, name) not in ("", value):
                raise Fault(
                    _(
                        "“%(name)s” of the directory has another %(identifier)s: give the address of "
                        "its page, or a name that tells the two apart."
                    ),
                    name=organisation,
                    identifier=name.upper(),
                )
        return organisation
    return None
