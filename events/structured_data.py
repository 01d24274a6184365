"""Events and projects as schema.org describes them, for search engines and other machines.

Only what the page shows, with absolute addresses. `base.html` adds language and breadcrumb.
"""

from collections.abc import Iterable
from typing import Any

from events.models import Event, Project
from events.models.base import Titled
from portal import i18n
from portal.head import absolute
from portal.markdown import plain

Data = dict[str, Any]

STATUS = {
    Event.Outcome.PLANNED: "https://schema.org/EventScheduled",
    Event.Outcome.POSTPONED: "https://schema.org/EventPostponed",
    Event.Outcome.CANCELLED: "https://schema.org/EventCancelled",
}
# BCP 47 has no name of its own for French Sign Language: ISO 639-3 does.
SPOKEN = {"lsf": "fsl"}


def event(event: Event, *, organisers: Iterable[Any], themes: Iterable[Any]) -> Data:
    """An event; a period in words is no date, so such an event has none."""
    data = _titled(event, "Event", themes) | {"eventStatus": STATUS[Event.Outcome(event.outcome)]}
    if event.has_days:
        data |= _dates(event)
    if places := _places(event):
        data["location"] = places
        data["eventAttendanceMode"] = _attendance_mode(event)
    if event.price is not None:
        data["isAccessibleForFree"] = event.is_free
        data["offers"] = {
            "@type": "Offer",
            "price": f"{event.price:.2f}" if event.price else "0",
            "priceCurrency": "EUR",
            "url": event.registration_url or data["url"],
        }
    if named := [organisation(each) for each in organisers]:
        data["organizer"] = named
    if event.languages:
        data["inLanguage"] = [SPOKEN.get(code, code) for code in event.languages]
    if event.audience:
        words = dict(Event.AUDIENCES)
        data["audience"] = [
            {"@type": "Audience", "audienceType": str(words[code])}
            for code in event.audience
            if code in words
        ]
    return data


def project(
    project: Project, *, partners: Iterable[Any], funding: Iterable[Any], themes: Iterable[Any]
) -> Data:
    """A project with its partners and what each funder gives."""
    data = _titled(project, "ResearchProject", themes)
    if project.starts_on:
        data["foundingDate"] = project.starts_on
    if project.ends_on:
        data["dissolutionDate"] = project.ends_on
    members = [
        {
            "@type": "OrganizationRole",
            "roleName": row.get_role_display(),
            "member": organisation(row.organisation),
        }
        for row in partners
    ]
    if members:
        data["member"] = members
    if grants := [grant(line) for line in funding]:
        data["funding"] = grants
    return data


def organisation(named: Any) -> Data:
    """An organisation that another object names."""
    return {
        "@type": "Organization",
        "name": named.name,
        "url": absolute(named.get_absolute_url()),
    }


def grant(line: Any) -> Data:
    """An amount that somebody gives to a project."""
    data: Data = {
        "@type": "MonetaryGrant",
        "amount": {"@type": "MonetaryAmount", "value": line.amount, "currency": "EUR"},
        "funder": organisation(line.funder_with_page)
        if line.funder_with_page
        else {"@type": "Organization", "name": line.funder_name},
    }
    if programme := i18n.text(line, "programme").value:
        data["name"] = programme
    return data


def _titled(obj: Titled, kind: str, themes: Iterable[Any]) -> Data:
    url = absolute(obj.address_in(obj.single_language or i18n.current()))
    data: Data = {"@type": kind, "@id": url, "url": url, "name": i18n.text(obj, "title").value}
    if description := i18n.text(obj, "summary").value or plain(i18n.text(obj, "description").value):
        data["description"] = description
    if obj.image:
        data["image"] = absolute(obj.image.url)
    if names := [str(theme) for theme in themes]:
        data["keywords"] = names
    return data


def _dates(event: Event) -> Data:
    start, end = event.local_start, event.local_end
    moments = {"startDate": start, "endDate": end}
    return {
        name: moment.date().isoformat() if event.all_day else moment.isoformat(timespec="minutes")
        for name, moment in moments.items()
        if moment
    }


def _places(event: Event) -> list[Data]:
    places: list[Data] = []
    if event.where or event.address:
        address: Data = {"@type": "PostalAddress"}
        if event.address:
            address["streetAddress"] = event.address
        if event.commune:
            address |= {"addressLocality": event.commune.name, "addressCountry": "FR"}
        place: Data = {"@type": "Place", "name": event.place or event.where or event.address}
        places.append(place | ({"address": address} if len(address) > 1 else {}))
    if event.is_online:
        places.append({"@type": "VirtualLocation", "url": event.online_url})
    return places


def _attendance_mode(event: Event) -> str:
    on_site = bool(event.where or event.address)
    mode = "Mixed" if on_site and event.is_online else "Online" if event.is_online else "Offline"
    return f"https://schema.org/{mode}EventAttendanceMode"
