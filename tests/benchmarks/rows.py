"""What the seeded database holds: organisations, events and projects in proportion 1 : 8 : 1.

Skewed as real data are: few themes, kinds and communes have most rows, few organisations most events;
nine events in ten are over; some texts lack a language; some agreements were not given. Everything
follows from a number, so the same numbers give the same rows, whatever process makes them. Keys of
what belongs to an object are the object's, times eight. No row has an image: there are no files.
"""

import datetime
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from django.utils.text import slugify

from events.models import (
    Event,
    EventOrganiser,
    FundingLine,
    Project,
    ProjectFigure,
    ProjectLink,
    ProjectPartner,
)
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
from portal import search, words
from portal.i18n import LANGUAGES
from portal.models import SearchDocument, Status
from tests.benchmarks import stock
from tests.benchmarks.table import Batch, vector

# Whoever changes what the rows hold raises this: databases seeded before are then made anew.
VERSION = 1

DAY = datetime.timedelta(days=1)
# Nine tenths of the events lie behind, in these years, more of them lately.
YEARS_BACK = 10


@dataclass(frozen=True)
class World:
    """What all rows refer to: how many there are, the day they count from, what staff keep."""

    organisations: int
    events: int
    projects: int
    today: datetime.datetime
    themes: list[tuple[int, str, str]]  # key, French name, English name
    communes: list[tuple[int, str]]
    college: int

    @classmethod
    def of(cls, rows: int, **more: Any) -> "World":
        return cls(
            organisations=rows // 10, events=rows - 2 * (rows // 10), projects=rows // 10, **more
        )

    @property
    def people(self) -> int:
        return self.organisations // 2

    @property
    def sources(self) -> int:
        return max(40, self.organisations // 20)


# --- Chance ---------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def _falling(count: int) -> list[float]:
    """The sums of 1, 1/2, 1/3, …: how often the first, the second, … of something is met."""
    return list(accumulate(1 / n for n in range(1, count + 1)))


def one(rng: Random, of: Any) -> Any:
    """One of a sequence, the first most often."""
    sums = _falling(len(of))
    return of[bisect(sums, rng.random() * sums[-1])]


def some(rng: Random, of: Any, most: int) -> list[Any]:
    """One to `most` of a sequence, each once, in order of their choice."""
    return list(dict.fromkeys(one(rng, of) for _n in range(rng.randint(1, most))))


def organisation_key(rng: Random, world: World) -> int:
    """The key of an organisation; the first ones do the most."""
    return int(world.organisations * rng.random() ** 2) + 1


def is_withdrawn(key: int) -> bool:
    """Whether an object is public no more: one in fifty."""
    return key % 50 == 49


def lives(key: int, published: datetime.datetime) -> dict[str, Any]:
    """What every published row has."""
    gone = is_withdrawn(key)
    return {
        "status": str(Status.WITHDRAWN if gone else Status.PUBLISHED),
        "published_at": published,
        "updated_at": published + (key % 90) * DAY,
        "withdrawn_at": published + 90 * DAY if gone else None,
    }


def agreement(rng: Random, at: datetime.datetime) -> dict[str, Any]:
    """Nine in ten agreed, some were asked in vain, a few said no."""
    drawn = rng.random()
    return {
        "asked_at": at,
        "agreed_at": at if drawn < 0.9 else None,
        "declined_at": at if drawn > 0.98 else None,
    }


# --- Texts ----------------------------------------------------------------------------------------


def sentence(rng: Random, topic: stock.Pair, of: list[stock.Pair] = stock.SENTENCES) -> stock.Pair:
    french, english = rng.choice(of)
    return french.format(topic[0]), english.format(topic[1])


def summary(rng: Random, topic: stock.Pair) -> stock.Pair:
    while True:
        found = sentence(rng, topic)
        if len(found[0]) < 200:
            return found


def description(rng: Random) -> list[stock.Pair]:
    """Lines of Markdown: paragraphs, often a heading and a list."""
    topic = one(rng, stock.TOPICS)
    lines = [sentence(rng, topic) for _n in range(rng.randint(2, 5))]
    if rng.random() < 0.6:
        lines.append(rng.choice(stock.HEADINGS))
        lines += [sentence(rng, topic, stock.POINTS) for _n in range(rng.randint(2, 4))]
    return lines


def joined(lines: list[stock.Pair], language: int) -> str:
    """Lines as a text: items of a list follow one another, all else stands alone."""
    parts: list[str] = []
    for line in lines:
        piece = line[language]
        parts.append(
            "\n" if parts and parts[-1].startswith("- ") and piece.startswith("- ") else "\n\n"
        )
        parts.append(piece)
    return "".join(parts[1:])


def in_both(
    name: str, pair: stock.Pair, *, french: bool = True, english: bool = True
) -> dict[str, str]:
    """The two columns of a text, empty where a language lacks it."""
    return {f"{name}_fr": pair[0] if french else "", f"{name}_en": pair[1] if english else ""}


@lru_cache(maxsize=200_000)
def _slug(title: str) -> str:
    return slugify(title.replace("’", " "))[:90].strip("-")


# --- Search ---------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def _title_words(french: str, english: str) -> tuple[str, ...]:
    titles = {"fr": french, "en": english}
    return (*words.of_texts(titles, dropping=()), *words.whole_lines(titles.values()))


@lru_cache(maxsize=100_000)
def _words(language: str, piece: str) -> tuple[str, ...]:
    return tuple(words.of_texts({language: piece}))


class Found:
    """What an object is found by: its title and the pieces of its other texts, for each reader."""

    def __init__(self, *, french: bool = True, english: bool = True) -> None:
        self.french, self.english = french, english
        self.pieces: tuple[list[str], list[str]] = ([], [])

    def by(self, *pairs: stock.Pair) -> None:
        """Texts of which a language may lack its own: its reader is shown the other one."""
        self.by_both(*map(self.shown, pairs))

    def by_both(self, *pairs: stock.Pair) -> None:
        """Texts that exist in both languages."""
        for pair in pairs:
            for pieces, piece in zip(self.pieces, pair, strict=True):
                pieces.append(piece)

    def by_names(self, *names: str) -> None:
        """What is called the same in both languages."""
        self.by_both(*((name, name) for name in names))

    def shown(self, pair: stock.Pair) -> stock.Pair:
        """What readers of each language are shown of a text."""
        return pair[0 if self.french else 1], pair[1 if self.english else 0]

    def index(self, batch: Batch, model: Any, key: int, title: stock.Pair) -> None:
        """The row that search finds an object by, as `portal.search` writes it.

        No word reaches over the end of a line or a sentence, so the words of a text are those of its
        pieces: each is read once, which makes a million rows possible. `seed.verify` compares the two.
        """
        titled = dict.fromkeys(_title_words(*title))
        kind = search.kind_of(model)
        found = {kind, *titled}
        for language, pieces in zip(LANGUAGES, self.pieces, strict=True):
            for piece in pieces:
                found.update(_words(language, piece))
        batch.add(
            SearchDocument,
            kind=kind,
            object_id=key,
            title=vector(list(titled)),
            words=vector(sorted(found)),
            analyser=words.VERSION,
        )


# --- What several kinds have ----------------------------------------------------------------------


def cite(batch: Batch, world: World, relation: Any, key: int, rng: Random) -> None:
    """Sources, for three objects in ten."""
    if rng.random() < 0.3:
        batch.link(relation, key, [rng.randint(1, world.sources)])


def themed(batch: Batch, world: World, relation: Any, key: int, rng: Random, found: Found) -> None:
    """One to three themes."""
    themes = some(rng, world.themes, 3)
    batch.link(relation, key, [theme[0] for theme in themes])
    found.by_both(*((french, english) for _key, french, english in themes))


def titled(key: int, title: stock.Pair, told: list[stock.Pair], found: Found) -> dict[str, Any]:
    """The texts and addresses of an event or a project; the first line told is its summary."""
    french, english = found.french, found.english
    slugs = (f"{_slug(title[0])}-{key}", f"{_slug(title[1])}-{key}")
    return {
        **in_both("title", title, french=french, english=english),
        "slug_fr": slugs[0] if french else None,
        "slug_en": slugs[1] if english else None,
        **in_both("summary", told[0], french=french, english=english),
        "description_fr": joined(told[1:], 0) if french else "",
        "description_en": joined(told[1:], 1) if english else "",
    }


def named(
    batch: Batch,
    model: Any,
    key: int,
    organisations: list[int],
    at: Any,
    rng: Random,
    found: Found,
    **more: Any,
) -> None:
    """The rows by which an object names organisations; each column of `more` has a value for each."""
    for position, organisation in enumerate(organisations):
        agreed = agreement(rng, at)
        batch.add(
            model,
            id=key * 8 + position,
            position=position,
            organisation_id=organisation,
            **{column: values[position] for column, values in more.items()},
            **{f"{model.parent}_id": key},
            **agreed,
        )
        if agreed["agreed_at"] and not is_withdrawn(organisation):
            found.by_names(name_of(organisation))


# --- Organisations --------------------------------------------------------------------------------

KINDS = list(stock.BODIES)


@lru_cache(maxsize=200_000)
def kind_of(key: int) -> str:
    return one(Random(key), KINDS)


@lru_cache(maxsize=200_000)
def name_of(key: int) -> str:
    return stock.name_of(key, kind_of(key))


def slug_of(key: int) -> str:
    return f"{_slug(name_of(key))}-{key}"


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
        commune_id=one(rng, world.communes)[0] if rng.random() < 0.8 else None,
        website=f"https://{key}.example.org/",
        verified_on=since.date() if rng.random() < 0.5 else None,
        **lives(key, since),
    )
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
        starts_at=None if undated else start,
        ends_at=None if undated or rng.random() < 0.15 else start + lasts,
        all_day=all_day,
        place=place,
        commune_id=one(rng, world.communes)[0] if place else None,
        online_url=f"https://example.org/live/{key}" if not place or rng.random() < 0.1 else "",
        languages=one(rng, LANGUAGES_SPOKEN),
        audience=one(rng, AUDIENCES),
        price=one(rng, ["0", None, "15", "120"]),
        registration_url=f"https://example.org/register/{key}" if rng.random() < 0.5 else "",
        attendance=attendance,
        attendance_qualifier="about" if attendance else "",
        **in_both("period", ("printemps prochain", "next spring") if undated else ("", "")),
        **titled(key, title, told, found),
        **lives(key, published),
    )
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
        stage=one(rng, STAGES),
        starts_on=str(published.year),
        ends_on=str(published.year + rng.randint(1, 4)) if rng.random() < 0.6 else "",
        **titled(key, title, told, found),
        **lives(key, published),
    )
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
