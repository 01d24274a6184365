"""What the ecosystem page draws of the network, by a rule, and the files it offers of the whole."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from events import figures
from events.network import Edge, Network, Shared, read
from portal import i18n
from portal.api import page_addresses
from portal.downloads import LICENCE
from portal.drawing import storeys
from portal.drawing.storeys import MOST_ARCADES, MOST_POINTS, Arcade, Drawing, Point
from portal.spreadsheets import BETWEEN, Column

# Files hold so many pairs, those that share most.
MOST_EDGES = 20_000
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
# Characters that XML 1.0 has no place for.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# --- The figure -----------------------------------------------------------------------------------


class Figure:
    """The part of a network that is drawn: what most organisations share, as far as there is room.

    Of equals, projects come before events, and the latest first. What would bring in one organisation
    too many is left out.
    """

    most_arcades, most_points = MOST_ARCADES, MOST_POINTS

    def __init__(self, network: Network) -> None:
        self.network = network
        chosen: list[Shared] = []
        drawn: set[int] = set()
        for shared in sorted(network.shared, key=lambda each: -len(each.organisations)):
            together = drawn | shared.organisations
            if len(chosen) < MOST_ARCADES and len(together) <= MOST_POINTS:
                chosen.append(shared)
                drawn = together
        self.shared = read(chosen)

    @cached_property
    def organisations(self) -> list[Any]:
        """Those that are drawn, in the order in which what is drawn brings them in.

        The ones that take part in most come last in each, so that they stand next to the others.
        """
        times = Counter(key for each in self.shared for key in each.organisations)
        named, found = self.network.named(times.keys()), dict[int, Any]()
        for shared in self.shared:
            new = [key for key in named if key in shared.organisations]
            for key in sorted(new, key=lambda each: times[each]):
                found.setdefault(key, named[key])
        return list(found.values())

    @property
    def rows(self) -> list[tuple[Shared, list[Any]]]:
        """The same as a table: what is shared, with the organisations in the order of the drawing."""
        return [
            (shared, [each for each in self.organisations if each.pk in shared.organisations])
            for shared in self.shared
        ]

    @cached_property
    def left_out(self) -> Counter[str]:
        """How many projects and events are not drawn, by kind."""
        return Counter(shared.kind for shared in self.network.shared if shared not in self.shared)

    @cached_property
    def arcades(self) -> list[Arcade]:
        """What is shared, as it is drawn; a project has the colour that it has everywhere."""
        projects = figures.coloured(each.of for each in self.shared if each.is_project)
        colours = {each.pk: each.colour for each in projects}
        # One that was withdrawn at this very moment is not among them.
        there = {each.pk for each in self.organisations}
        found = [_arcade(each, sorted(each.organisations & there), colours) for each in self.shared]
        return [each for each in found if len(each.points) > 1]

    @cached_property
    def drawings(self) -> list[Drawing]:
        """The figure, for each width of the screen."""
        return storeys.draw(map(_point, self.organisations), self.arcades)


def _point(organisation: Any) -> Point:
    shown = organisation.short_name or organisation.name
    name = organisation.name if shown in organisation.name else f"{shown}, {organisation.name}"
    words = {"name": name, "kind": organisation.get_kind_display()}
    title = (
        _("%(name)s (%(kind)s, founding member)")
        if organisation.is_founder
        else _("%(name)s (%(kind)s)")
    )
    return Point(
        key=organisation.pk,
        name=shown,
        title=title % words,
        url=organisation.get_absolute_url(),
        is_filled=organisation.is_founder,
    )


def _arcade(shared: Shared, points: list[int], colours: dict[int, str]) -> Arcade:
    name = i18n.text(shared.of, "title")
    number = len(shared.organisations)
    if shared.is_project:
        words = ngettext("%(name)s: %(n)s partner", "%(name)s: %(n)s partners", number)
    else:
        words = ngettext(
            "%(name)s: event with %(n)s organiser", "%(name)s: event with %(n)s organisers", number
        )
    return Arcade(
        name=name.value,
        title=words % {"name": name.value, "n": number},
        url=shared.of.get_absolute_url(),
        points=points,
        colour=colours[shared.of.pk] if shared.is_project else "",
        is_dashed=not shared.is_project,
        language=name.language if name.is_fallback else "",
    )


# --- Files ----------------------------------------------------------------------------------------


def strongest(network: Network) -> list[Edge]:
    """The pairs that share most, as many as a file holds, in the order of their names."""
    if len(network.edges) <= MOST_EDGES:
        return network.edges
    order = sorted(range(len(network.edges)), key=lambda each: -len(network.edges[each].shared))
    return [network.edges[each] for each in sorted(order[:MOST_EDGES])]


def table_columns() -> list[Column]:
    """A line for each pair (`strongest`)."""
    return [
        Column(_("Organisation"), lambda edge: edge.source.name),
        Column(_("Its code"), lambda edge: edge.source.slug),
        Column(pgettext("two organisations", "Works with"), lambda edge: edge.target.name),
        Column(_("Its code"), lambda edge: edge.target.slug),
        Column(_("Projects they share"), lambda edge: len(edge.projects)),
        Column(_("Events they share"), lambda edge: len(edge.events)),
        Column(_("Titles of the projects"), lambda edge: _titles(edge.projects)),
        Column(_("Titles of the events"), lambda edge: _titles(edge.events)),
    ]


def _titles(shared: Iterable[Shared]) -> str:
    return BETWEEN.join(each.title for each in shared)


def described() -> dict[str, str]:
    """What each part of the JSON file holds, in the reader's language."""
    return {
        "licence": _("Under which licence the data may be reused."),
        "date": _("The day on which the file was made."),
        "whole": _(
            "Whether this is all. If not, there is very much, and the file is made of the projects and "
            "events published last."
        ),
        "nodes": _(
            "Organisations: id is the word in the address of the profile; name; kind, as in the API; "
            "member and founding_member, today; url, the profile in each language."
        ),
        "shared": _(
            "Projects and events that two organisations or more share: id; type, project or event; "
            "title and url in each language; organisations, their ids."
        ),
        "edges": _(
            "Two organisations that share something: source and target, their ids; projects and "
            "events, the ids of what they share; weight, how many that is."
        ),
        "edges_left_out": _("Pairs that the file has no room for: those that share least."),
    }


def as_json(network: Network) -> dict[str, Any]:
    """Nodes and edges; `described` says what is what."""
    edges = strongest(network)
    return {
        "description": described(),
        "licence": LICENCE,
        "date": timezone.localdate().isoformat(),
        "whole": network.is_whole,
        "nodes": [
            {
                "id": each.slug,
                "name": each.name,
                "kind": each.kind,
                "member": each.is_member,
                "founding_member": each.is_founder,
                "url": page_addresses(each),
            }
            for each in network.organisations.values()
        ],
        "shared": [
            {
                "id": each.key,
                "type": each.kind,
                "title": i18n.both(each.of, "title"),
                "url": page_addresses(each.of),
                "organisations": [of.slug for of in network.sharing(each)],
            }
            for each in network.shared
        ],
        "edges": [
            {
                "source": edge.source.slug,
                "target": edge.target.slug,
                "projects": [each.key for each in edge.projects],
                "events": [each.key for each in edge.events],
                "weight": len(edge.shared),
            }
            for edge in edges
        ],
        "edges_left_out": len(network.edges) - len(edges),
    }


# What GraphML says of nodes and edges: the name of each attribute and its type.
ATTRIBUTES = {
    "node": {
        "label": "string",
        "kind": "string",
        "member": "boolean",
        "founding_member": "boolean",
        "url": "string",
    },
    "edge": {"weight": "int", "projects": "int", "events": "int", "titles": "string"},
}


def as_graphml(network: Network) -> bytes:
    """The network as programs that draw and measure graphs read it."""
    ElementTree.register_namespace("", GRAPHML)
    root = ElementTree.Element(f"{{{GRAPHML}}}graphml")
    for where, names in ATTRIBUTES.items():
        for name, kind in names.items():
            given = {"id": f"{where}-{name}", "for": where, "attr.name": name, "attr.type": kind}
            ElementTree.SubElement(root, f"{{{GRAPHML}}}key", given)
    graph = ElementTree.SubElement(root, f"{{{GRAPHML}}}graph", {"edgedefault": "undirected"})
    for each in network.organisations.values():
        node = ElementTree.SubElement(graph, f"{{{GRAPHML}}}node", {"id": each.slug})
        _say(
            node,
            "node",
            label=each.name,
            kind=each.kind,
            member=each.is_member,
            founding_member=each.is_founder,
            url=page_addresses(each)[i18n.current()],
        )
    for edge in strongest(network):
        ends = {"source": edge.source.slug, "target": edge.target.slug}
        _say(
            ElementTree.SubElement(graph, f"{{{GRAPHML}}}edge", ends),
            "edge",
            weight=len(edge.shared),
            projects=len(edge.projects),
            events=len(edge.events),
            titles=_titles(edge.shared),
        )
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _say(element: ElementTree.Element, where: str, **values: Any) -> None:
    """Add the attributes of a node or an edge."""
    for name, value in values.items():
        data = ElementTree.SubElement(element, f"{{{GRAPHML}}}data", {"key": f"{where}-{name}"})
        data.text = (
            str(value).lower() if isinstance(value, bool) else NOT_IN_XML.sub("", str(value))
        )
