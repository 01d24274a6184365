"""What figures draw of projects: which of them, with whom, and in which colours.

Only what a visitor may read is asked for: published projects, and partners that are published
themselves and agreed to be named.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Exists, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from events.models import Project, ProjectPartner
from portal import counting, display, i18n
from portal.drawing.arcade import MOST_POINTS, Arcade, Figure, Point
from portal.drawing.lying import COLUMN, MEDIUM, WIDE, Lying
from portal.drawing.standing import NARROW, Standing
from portal.drawing.svg import Drawing
from portal.keeping import recall
from portal.models import Status

# The widths a figure across the page is drawn for.
ACROSS = (NARROW, MEDIUM, WIDE)
# How many projects are drawn on the home page, and on the page of an organisation.
HOME_PROJECTS, PROFILE_PROJECTS = 3, 5
# Colours are chosen by who shares what as long as there are so many partners.
MOST_COLOURED = 5_000


class Drawn(NamedTuple):
    """A figure, drawn for each width of the screen, and what is said of it.

    How many projects and points it has at most, and the day of the last change in it.
    """

    figure: Figure
    drawings: list[Drawing]
    projects: int
    points: int
    latest: datetime.date


def leading() -> list[Any]:
    """The published projects with the most partners, as the home page shows them: two queries."""
    rows = Project.objects.published().ranked().showing("drawn_partners")
    return coloured(rows[:HOME_PROJECTS])


def across(projects: Sequence[Any]) -> Drawn | None:
    """The figure of the leading projects, from one side of the page to the other."""
    return _drawn(projects, HOME_PROJECTS, MOST_POINTS, ACROSS)


def beside(projects: Iterable[Any]) -> Drawn | None:
    """Those with the most partners of the projects that a profile lists, latest first."""
    ranked = sorted(projects, key=lambda each: -each.partner_count)
    return _drawn(ranked[:PROFILE_PROJECTS], PROFILE_PROJECTS, COLUMN.most, (COLUMN,))


def _drawn(
    projects: Sequence[Any], most: int, points: int, layouts: Iterable[Lying | Standing]
) -> Drawn | None:
    """Those of the projects that have two partners or more; None without any.

    A project that would bring more than so many points is left out.
    """
    by_key: dict[int, Point] = {}
    kept = []
    for project in projects:
        named = {row.organisation.pk: _point(row) for row in project.drawn_partners}
        if len(named) > 1 and len(by_key | named) <= points:
            by_key |= named
            kept.append(project)
    if not kept:
        return None
    figure = Figure(
        by_key.values(),
        [_arcade(each, [row.organisation.pk for row in each.drawn_partners]) for each in kept],
    )
    changes = [row.agreed_at for each in kept for row in each.drawn_partners]
    latest = max(changes + [each.updated_at for each in kept])
    drawings = [layout.draw(figure) for layout in layouts]
    return Drawn(figure, drawings, most, points, timezone.localdate(latest))


def _point(row: Any) -> Point:
    organisation = row.organisation
    return Point(
        key=organisation.pk,
        name=organisation.name,
        short_name=organisation.short_name,
        kind=organisation.get_kind_display(),
        url=organisation.get_absolute_url(),
        is_founder=row.is_founder,
    )


def _arcade(project: Any, partners: Sequence[int]) -> Arcade:
    title = i18n.text(project, "title")
    return Arcade(
        name=title.value,
        url=project.get_absolute_url(),
        colour=project.colour,
        partners=partners,
        language=title.language if title.is_fallback else "",
    )


# --- Colours --------------------------------------------------------------------------------------


def coloured(projects: Iterable[Any]) -> list[Any]:
    """The same projects, each with its `colour`; the same on every page.

    One query, none for none. They are chosen for all at once, and kept until content changes.
    """
    found = list(projects)
    if found:
        colours = recall({"colours of projects": _colours})["colours of projects"]
        for project in found:
            if colours is None:
                project.colour = display.ARCH_COLOURS[project.pk % len(display.ARCH_COLOURS)]
            else:
                project.colour = colours.get(project.pk, display.ARCH_COLOURS[0])
    return found


def _colours() -> dict[int, str] | None:
    """A colour for each published project, in the order in which figures choose them.

    It has the one that the least partners of its neighbours have, which are the projects before it
    that it shares a partner with; of several such, the next one round. So the first five of any
    figure of the whole differ, and others do as far as five colours go. Of very many partners, or
    projects, none is looked at: None, and each project has the colour that its key has.
    """
    partners: dict[int, list[int]] = defaultdict(list)
    rows = ProjectPartner.objects.agreed().filter(project__status=Status.PUBLISHED).order_by()
    # Whether there are too many projects is asked once, before any row is looked at.
    too_many = Project.objects.published()[counting.MOST : counting.MOST + 1]
    rows = rows.exclude(Exists(too_many))
    # As text, which has the same order and is read faster.
    rows = rows.annotate(at_=Cast("project__published_at", TextField()))
    columns = ("at_", "project", "position", "pk", "organisation")
    found_rows = list(rows.values_list(*columns)[: MOST_COLOURED + 1])
    if len(found_rows) > MOST_COLOURED or (not found_rows and too_many.exists()):
        return None
    # The latest first, and of equals the one with the smaller key: a sort leaves equals as they are.
    found_rows.sort(key=itemgetter(1, 2, 3))
    found_rows.sort(key=itemgetter(0), reverse=True)
    for _at, project, _position, _key, organisation in found_rows:
        partners[project].append(organisation)
    found: dict[int, str] = {}
    projects_of: dict[int, list[int]] = defaultdict(list)
    for number, project in enumerate(sorted(partners, key=lambda each: -len(partners[each]))):
        neighbours = {other for each in partners[project] for other in projects_of[each]}
        taken: Counter[str] = Counter()
        for other in neighbours:
            taken[found[other]] += len(partners[other])
        start = number % len(display.ARCH_COLOURS)
        turn = display.ARCH_COLOURS[start:] + display.ARCH_COLOURS[:start]
        found[project] = min(turn, key=lambda colour: taken[colour])
        for each in partners[project]:
            projects_of[each].append(project)
    return found
