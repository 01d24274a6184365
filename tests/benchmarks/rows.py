"""What the seeded database holds: organisations, events and projects in proportion 1 : 8 : 1.

Skewed as real data are: few themes, kinds and communes have most rows, few organisations most events;
nine events in ten are over; some texts lack a language; some agreements were not given. Everything
follows from a number, so the same numbers give the same rows, whatever process makes them. Keys of
what belongs to an object are the object's, times eight. No row has an image: there are no files.
"""

import datetime
from random import Random

from events.models import (
    Event,
    EventOrganiser,
    FundingLine,
    Project,
    ProjectFigure,
    ProjectLink,
    ProjectPartner,
)
from events.querysets import over_at
from members.models import (
    Affiliation,
    Contact,
    Distinction,
    Exchange,
    Membership,
    Organisation,
    OrganisationLink,
    Person,
    Source,
)
from tests.benchmarks import stock
from tests.benchmarks.parts import (
    DAY,
    YEARS_BACK,
    Found,
    World,
    cite,
    description,
    in_both,
    is_withdrawn,
    joined,
    kind_of,
    lives,
    name_of,
    named,
    one,
    organisation_key,
    slug_of,
    summary,
    themed,
    titled,
)
from tests.benchmarks.table import Batch

# Whoever changes what the rows hold raises this: databases seeded before are then made anew.
VERSION = 1


# --- Organisations --------------------------------------------------------------------------------


def organisation(batch: Batch, world: World, key: int, rng: Random) -> None:
    """An organisation with what its profile says."""
    topic, name = one(rng, stock.TOPICS), name_of(key)
    official = f"{name} Occitanie" if rng.random() < 0.3 else ""
    found = Found(english=rng.random() > 0.2)
    told = [summary(rng, topic), *description(rng)]
    found.by(*told)
    since = world.today - rng.randint(30, 2000) * DAY
    batch.add(
        Organisation,
        id=key,
        name=name,
        official_name=official,
        sort_name=stock.sort_name(name),
        slug=slug_of(key),
        kind=kind_of(key),
        **in_both("summary", told[0], english=found.english),
        description_fr=joined(told[1:], 0),
        description_en=joined(told[1:], 1) if found.english else "",
        address=f"{rng.randint(1, 200)} rue {stock.coined(rng.randrange(stock.COINED))}",
        postcode="34000",
        commune_id=(commune := one(rng, world.communes)[0] if rng.random() < 0.8 else None),
        website=f"https://{key}.example.org/",
        verified_on=since.date() if rng.random() < 0.5 else None,
        **lives(key, since),
    )
    found.mark(kind=kind_of(key), commune=commune)
    _part_of(batch, world, key, rng, found, since)
    _offers(batch, key, rng, found, topic)
    themed(batch, world, Organisation.themes, key, rng, found)
    cite(batch, world, Organisation.sources, key, rng)
    _reached(batch, key, rng)
    if rng.random() < 0.2:
        until = None if rng.random() < 0.8 else (since + 20 * DAY).date()
        batch.add(
            Membership,
            organisation_id=key,
            college_id=world.college,
            since=since.date(),
            until=until,
        )
    if rng.random() < 0.04:
        batch.add(
            Distinction,
            id=key,
            organisation_id=key,
            title_fr=f"Prix de {topic[0]}",
            title_en=f"Prize for {topic[1]}",
            date=str(since.year),
            awarded_by="Jury",
        )
    names = "\n".join([name, "", official, ""])
    if not is_withdrawn(key):
        found.index(batch, Organisation, key, (names, names))


def _part_of(
    batch: Batch, world: World, key: int, rng: Random, found: Found, since: datetime.datetime
) -> None:
    whole = organisation_key(rng, world)
    if rng.random() < 0.1 and whole != key:
        named(batch, Affiliation, key, [whole], since, rng, found)


def _offers(batch: Batch, key: int, rng: Random, found: Found, topic: stock.Pair) -> None:
    for position in range(rng.choice([0, 0, 0, 1, 2])):
        wanted = summary(rng, topic)
        found.by(wanted)
        batch.add(
            Exchange,
            id=key * 8 + position,
            position=position,
            organisation_id=key,
            direction=rng.choice(["offer", "need"]),
            topic=one(rng, Exchange.Topic.values),
            **in_both("text", wanted, english=found.english),
        )


def _reached(batch: Batch, key: int, rng: Random) -> None:
    for position in range(rng.choice([0, 0, 1, 2])):
        batch.add(
            OrganisationLink,
            id=key * 8 + position,
            position=position,
            organisation_id=key,
            label="LinkedIn" if position else "GitHub",
            url=f"https://example.org/{key}/{position}",
        )
    if rng.random() < 0.4:
        batch.add(
            Contact,
            id=key,
            organisation_id=key,
            name=f"{rng.choice(stock.FIRST_NAMES)} {stock.coined(rng.randrange(stock.COINED))}",
            email=f"contact@{key}.example.org",
            visibility=rng.choice(["public", "members", "staff"]),
        )


def person(batch: Batch, world: World, key: int, rng: Random) -> None:
    """Somebody in a public role; one in ten of no organisation."""
    of = organisation_key(rng, world) if rng.random() < 0.9 else None
    name = f"{rng.choice(stock.FIRST_NAMES)} {stock.coined(rng.randrange(stock.COINED))}"
    role = rng.choice(stock.ROLES)
    batch.add(Person, id=key, name=name, organisation_id=of, **in_both("role", role))
    cite(batch, world, Person.sources, key, rng)
    found = Found()
    found.by_both(role)
    if of is None or not is_withdrawn(of):
        found.index(batch, Person, key, (name, name))


def source(batch: Batch, world: World, key: int, rng: Random) -> None:
    """An article that states something."""
    topic = one(rng, stock.TOPICS)
    batch.add(
        Source,
        id=key,
        code=f"article-{key}",
        title_fr=f"Montpellier et {topic[0]}",
        title_en="",
        publisher=rng.choice(stock.PUBLISHERS),
        date=(world.today - rng.randint(1, 3000) * DAY).date().isoformat(),
        url=f"https://example.org/article/{key}",
    )


# --- Events ---------------------------------------------------------------------------------------

EVENT_KINDS = list(stock.FORMS)
LANGUAGES_SPOKEN = [",fr,", ",fr,en,", ",en,", "", ",fr,lsf,"]
AUDIENCES = ["", ",public,", ",researchers,students,", ",companies,startups,", ",public-bodies,"]


def starts(rng: Random, world: World) -> datetime.datetime:
    """When an event starts: nine in ten are over, and there were more of them lately."""
    if rng.random() < 0.1:
        day = world.today + int(365 * rng.random() ** 2) * DAY
    else:
        day = world.today - int(365 * YEARS_BACK * rng.random() ** 1.5 + 1) * DAY
    return day.replace(hour=rng.choice([7, 8, 12, 13, 16, 17]), minute=rng.choice([0, 0, 30]))


def event(batch: Batch, world: World, key: int, rng: Random) -> None:
    """An event with its organisers."""
    kind, topic = one(rng, EVENT_KINDS), one(rng, stock.TOPICS)
    organisers = list(
        dict.fromkeys(organisation_key(rng, world) for _n in range(one(rng, [1, 2, 3, 4])))
    )
    title = _event_title(rng, kind, topic)
    has_english = rng.random() > 0.15
    found = Found(french=not has_english or rng.random() > 0.03, english=has_english)
    told = [summary(rng, topic), *description(rng)]
    found.by(*told)
    start, all_day, undated = starts(rng, world), rng.random() < 0.1, rng.random() < 0.01
    if all_day:
        start = start.replace(hour=0, minute=0)
    lasts = (
        rng.randint(0, 2) * DAY if all_day else datetime.timedelta(hours=rng.choice([1, 2, 3, 7]))
    )
    place = rng.choice(stock.PLACES) if rng.random() < 0.8 else ""
    attendance = rng.choice([None, None, 20, 45, 120, 300])
    published = min(start, world.today) - rng.randint(10, 90) * DAY
    batch.add(
        Event,
        id=key,
        organisation_id=organisers[0],
        kind=kind,
        outcome=rng.choice(["planned"] * 18 + ["cancelled", "postponed"]),
        starts_at=(begins := None if undated else start),
        ends_at=(ends := None if undated or rng.random() < 0.15 else start + lasts),
        all_day=all_day,
        over_at=(over := over_at(begins, ends, all_day)),
        place=place,
        commune_id=(commune := one(rng, world.communes)[0] if place else None),
        online_url=(
            online := f"https://example.org/live/{key}" if not place or rng.random() < 0.1 else ""
        ),
        languages=(spoken := one(rng, LANGUAGES_SPOKEN)),
        audience=one(rng, AUDIENCES),
        price=(price := one(rng, ["0", None, "15", "120"])),
        registration_url=f"https://example.org/register/{key}" if rng.random() < 0.5 else "",
        attendance=attendance,
        attendance_qualifier="about" if attendance else "",
        **in_both("period", ("printemps prochain", "next spring") if undated else ("", "")),
        **titled(key, title, told, found),
        **lives(key, published),
    )
    found.mark(kind=kind, commune=commune, over_at=over)
    found.mark(is_online=bool(online) or None, is_free=price == "0" or None)
    for language in spoken.strip(",").split(",") if spoken else ():
        found.mark(languages=language)
    themed(batch, world, Event.themes, key, rng, found)
    cite(batch, world, Event.sources, key, rng)
    found.by_names(place)
    named(batch, EventOrganiser, key, organisers, published, rng, found)
    if rng.random() < 0.1:
        batch.link(Event.projects, key, [rng.randint(1, world.projects)])
    if not is_withdrawn(key):
        found.index(batch, Event, key, found.shown(title))


def _event_title(rng: Random, kind: str, topic: stock.Pair) -> stock.Pair:
    form, drawn = stock.FORMS[kind], rng.random()
    if drawn < 0.2:
        name = stock.coined(rng.randrange(stock.COINED))
        return f"{form[0]} {name}", f"{form[1]} {name}"
    title = (f"{form[0]} : {topic[0]}", f"{form[1]}: {topic[1]}")
    if drawn < 0.4:
        return title
    angle = rng.choice(stock.ANGLES)
    return f"{title[0]}, {angle[0]}", f"{title[1]}, {angle[1]}"


# --- Projects -------------------------------------------------------------------------------------

STAGES = ["running", "completed", "idea", "bid"]
ROLES = [role for role in ProjectPartner.Role.values if role != "lead"]


def project(batch: Batch, world: World, key: int, rng: Random) -> None:
    """A project with its partners, its funding and its figures."""
    topic, venture = one(rng, stock.TOPICS), rng.choice(stock.VENTURES)
    partners = list(dict.fromkeys(organisation_key(rng, world) for _n in range(rng.randint(1, 6))))
    name = stock.coined(rng.randrange(stock.COINED))
    title = (f"{name} : {venture[0]} {topic[0]}", f"{name}: {venture[1]} {topic[1]}")
    found = Found(english=rng.random() > 0.15)
    told = [summary(rng, topic), *description(rng)]
    found.by(*told)
    published = world.today - rng.randint(1, 3000) * DAY
    batch.add(
        Project,
        id=key,
        organisation_id=partners[0],
        stage=(stage := one(rng, STAGES)),
        starts_on=str(published.year),
        ends_on=str(published.year + rng.randint(1, 4)) if rng.random() < 0.6 else "",
        **titled(key, title, told, found),
        **lives(key, published),
    )
    found.mark(stage=stage)
    themed(batch, world, Project.themes, key, rng, found)
    cite(batch, world, Project.sources, key, rng)
    roles = ["lead", *(one(rng, ROLES) for _partner in partners)]
    named(batch, ProjectPartner, key, partners, published, rng, found, role=roles)
    for position in range(rng.randint(0, 3)):
        batch.add(
            FundingLine,
            id=key * 8 + position,
            position=position,
            project_id=key,
            funder=rng.choice(stock.FUNDERS),
            amount=rng.randint(10, 900) * 1000,
            year=published.year,
            **in_both("programme", ("Appel à projets", "Call for projects")),
            **in_both("source", ("Communiqué", "Press release")),
        )
    for position in range(rng.randint(0, 2)):
        percent = f"{rng.randint(2, 90)} %"
        batch.add(
            ProjectFigure,
            id=key * 8 + position,
            position=position,
            project_id=key,
            date=str(published.year),
            **in_both("value", (percent, percent)),
            **in_both("label", ("des usagers satisfaits", "of users are satisfied")),
            **in_both("source", ("Rapport annuel", "Annual report")),
        )
    if rng.random() < 0.5:
        batch.add(
            ProjectLink,
            id=key * 8,
            project_id=key,
            label="GitHub",
            url=f"https://example.org/project/{key}",
        )
    if not is_withdrawn(key):
        found.index(batch, Project, key, found.shown(title))


KIND = {
    "source": source,
    "organisation": organisation,
    "person": person,
    "project": project,
    "event": event,
}


def write(kind: str, world: World, first: int, last: int) -> None:
    """Write the objects of a kind with these keys, both included, with all that belongs to them."""
    batch = Batch()
    for key in range(first, last + 1):
        KIND[kind](batch, world, key, Random(f"{kind} {key}"))
    batch.save()
