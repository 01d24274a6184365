"""Fills an empty portal with the demo: what the articles state, and examples marked as such.

The content lies in the YAML files beside this module. It is written through the life cycle's own
verbs, so the demo has the history, search index and agreements that real use would have given it.
"""

import datetime
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.db import transaction
from django.utils import timezone

from events.demo.pictures import PICTURES
from events.models import Event, Project
from members.models import (
    College,
    Commune,
    Distinction,
    Membership,
    Organisation,
    Person,
    Seat,
    Source,
    Theme,
    User,
)
from portal import i18n, search, storage
from portal.lifecycle import agreements, kinds, review
from portal.models import HistoryEntry, Page, Published, Submission
from portal.writing import quota

FOLDER = Path(__file__).resolve().parent
PARIS = ZoneInfo("Europe/Paris")
PASSWORD = "demo-portal"  # noqa: S105 - public on purpose, and refused where DEBUG is off
FOUNDING = {"code": "founding", "name_fr": "Membres fondateurs", "name_en": "Founding members"}
CONSTITUTED = datetime.date(2025, 9, 25)

ACCOUNTS: tuple[tuple[str, str, str, dict[str, bool]], ...] = (
    ("admin@demo.example", "Administratrice (démo)", "", {"is_staff": True, "is_superuser": True}),
    ("moderator@demo.example", "Modérateur (démo)", "", {"is_staff": True}),
    ("owner@demo.example", "Responsable UM (démo)", "owner universite-montpellier", {}),
    ("editor@demo.example", "Rédactrice UM (démo)", "editor universite-montpellier", {}),
    ("chu@demo.example", "Responsable CHU (démo)", "owner chu-montpellier", {}),
    ("startup@demo.example", "Responsable Numalis (démo)", "owner numalis", {}),
    ("newcomer@demo.example", "Nouvelle venue (démo)", "", {}),
)

Row = dict[str, Any]


def read(name: str) -> Any:
    """The content of one file of the demo."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def unwrapped(text: str) -> str:
    """A text without the line ends that only keep its file readable; paragraphs and lists stay."""
    return re.sub(r"(?<=\S)\n *(?=[^\s*#>-])(?!\d+\.)", " ", text.strip())


@transaction.atomic
def load_territory() -> int:
    """Give a portal the themes, communes and the college it lacks; returns how many were new."""
    new = 0
    for model, rows in (
        (Theme, read("themes")),
        (Commune, read("communes")),
        (College, [FOUNDING]),
    ):
        for row in rows:
            obj, created = model.objects.get_or_create(code=row["code"], defaults=row)
            new += created
            if created and isinstance(obj, Theme):
                search.index(obj)
    return new


@transaction.atomic
def load(say: Callable[[str], None]) -> None:
    """Load everything into an empty database; `say` is told of each step."""
    _Loader(say).run()


class _Loader:
    """Keeps what was made, by its id in the files, while the rest is made."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.organisations: dict[str, Organisation] = {}
        self.projects: dict[str, Project] = {}
        self.example_events: dict[str, Event] = {}
        self.today = timezone.localdate(timezone=PARIS)

    def run(self) -> None:
        """Each step builds on those before it."""
        for step, title in (
            (self.taxonomies, "themes, communes, sources"),
            (self.accounts, "accounts"),
            (self.load_organisations, "organisations"),
            (self.people, "people and distinctions"),
            (self.load_projects, "projects"),
            (self.load_events, "events"),
            (self.pages, "texts of the site"),
            (self.examples, "examples: coming events, needs, submissions"),
        ):
            self.say(title)
            step()

    # --- What everything else points to -----------------------------------------------------------

    def taxonomies(self) -> None:
        """Themes, communes, sources and the one college that the articles name."""
        load_territory()
        self.themes = {theme.code: theme for theme in Theme.objects.all()}
        self.communes = {commune.code: commune for commune in Commune.objects.all()}
        self.sources = {
            row["code"]: Source.objects.create(**{k: v for k, v in row.items() if k != "language"})
            for row in read("sources")
        }
        self.founding = College.objects.get(code="founding")

    def accounts(self) -> None:
        """The accounts that the README names, their addresses confirmed."""
        self.users = {}
        for email, name, _seat, rights in ACCOUNTS:
            user = User.objects.create_user(email, PASSWORD, full_name=name, **rights)
            user.emailaddress_set.create(email=email, verified=True, primary=True)
            self.users[email] = user
        self.admin = self.users["admin@demo.example"]
        self.moderator = self.users["moderator@demo.example"]

    # --- What the articles state ------------------------------------------------------------------

    def load_organisations(self) -> None:
        """The actors of the territory; those the articles call founding members are members."""
        rows = read("organisations")
        for row in sorted(rows, key=lambda row: bool(row["parents"])):
            values = self.common(row) | {
                "name": row["name"],
                "official_name": row["long_name"],
                "short_name": row["short_name"],
                "former_name": row["former_name"],
                "kind": row["kind"],
                "parents": [{"organisation": self.organisations[p].pk} for p in row["parents"]],
                "commune": self.commune(row["commune"]),
                "latitude": row["latitude"],
                "longitude": row["longitude"],
            }
            organisation = Organisation(slug=row["id"])
            self.publish(organisation, values, row)
            self.organisations[row["id"]] = organisation
            if row["founding"]:
                Membership.objects.create(
                    organisation=organisation, college=self.founding, since=CONSTITUTED
                )
        for email, _name, seat, _rights in ACCOUNTS:
            if seat:
                role, code = seat.split()
                Seat.objects.create(
                    user=self.users[email], organisation=self.organisations[code], role=role
                )

    def people(self) -> None:
        """Public figures, and the distinctions that people and organisations received."""
        people = {}
        for row in read("people"):
            person = Person.objects.create(
                name=row["name"],
                role_fr=row["role_fr"],
                role_en=row["role_en"],
                organisation=self.organisations.get(row.get("organisation") or ""),
            )
            person.sources.set(self.cited(row))
            search.index(person)
            people[row["name"]] = person
        plain = ("title_fr", "title_en", "date", "level", "awarded_by", "reason_fr", "reason_en")
        for row in read("distinctions"):
            distinction = Distinction.objects.create(
                **{name: row[name] for name in plain},
                organisation=self.organisations.get(row["organisation"]),
                person=people.get(row["person"]),
            )
            distinction.sources.set(self.cited(row))

    def load_projects(self) -> None:
        """Projects; that a partner takes part is what the cited articles say."""
        for row in read("projects"):
            project = Project(organisation=self.organisations.get(row["organisation"]))
            self.publish(project, self.project_values(row), row)
            self.projects[row["id"]] = project

    def load_events(self) -> None:
        """Events that the articles tell of."""
        for row in read("events"):
            event = Event(organisation=self.organisations.get(row["organisation"]))
            self.publish(event, self.event_values(row), row)

    def pages(self) -> None:
        """The texts of the site, in place of those that a new portal begins with."""
        for row in read("pages"):
            texts = {name: unwrapped(text) for name, text in row.items() if name != "code"}
            Page.objects.update_or_create(code=row["code"], defaults=texts)

    # --- What is invented, and says so ------------------------------------------------------------

    def examples(self) -> None:
        """Coming events, offers and needs, and a submission in every state."""
        examples = read("examples")
        for row in examples["events"]:
            event = Event(organisation=self.organisations.get(row["organisation"]))
            picture = self.picture(row, event.organisation)
            self.publish(event, self.event_values(row) | picture, row)
            self.example_events[row["id"]] = event
        needs: dict[str, list[Row]] = {}
        for row in examples["needs"]:
            needs.setdefault(row.pop("organisation"), []).append(row)
        for code, rows in needs.items():
            self.edit(self.organisations[code], {"exchanges": rows})
        for row in examples["withdrawn"]:
            event = Event(organisation=self.organisations[row["organisation"]])
            self.publish(event, self.event_values(row["values"]), row)
            review.withdraw(event, by=self.users[row["withdrawn_by"]], message=row["reason"])
        for row in examples["submissions"]:
            self.submission(row)

    def submission(self, row: Row) -> None:
        """One submission, led by the verbs to the state that its row asks for."""
        kind = kinds.named(row["kind"])
        author = self.users[row["author"]]
        target = (
            (self.organisations | self.example_events)[row["target"]] if row["target"] else None
        )
        organisation = self.organisations[row["organisation"]]
        before = kind.content.read(target) if target else kind.content.blank
        values = row["values"] if target else self.values_for(row["kind"], row["values"])
        values = {n: unwrapped(v) if isinstance(v, str) else v for n, v in values.items()}
        values |= self.picture(values, organisation)
        held = review.save(
            kind,
            before | values,
            by=author,
            organisation=organisation,
            target=target,
        )
        if row["status"] == "draft":
            return
        held = review.submit(held, by=author, message=row["message"])
        if row["status"] == "to_correct":
            review.ask_correction(held, by=self.users[row["moderator"]], message=row["answer"])
        elif row["status"] == "refused":
            review.refuse(held, by=self.users[row["moderator"]], message=row["answer"])
        if target and (change := row.get("staff_change")):
            self.edit(target, change["values"], change["message"])

    # --- How a row becomes an object --------------------------------------------------------------

    def publish(self, obj: Published, values: Row, row: Row) -> None:
        """Write a new object as staff do, with its sources, and record the agreements they state."""
        content = kinds.of(obj).content
        with review.direct_edit(obj, by=self.admin):
            content.write(obj, content.blank | values)
            for named in agreements.rows_of(obj):
                # They were asked where they agreed: nobody is sent a question.
                named.asked_at = timezone.now()
                named.save(update_fields=["asked_at"])
        cited = self.cited(row)
        obj.sources.set(cited)  # type: ignore[attr-defined]  # each kind has sources
        said_by = "; ".join(str(source) for source in cited) or "Exemple de la démonstration"
        for agreed in agreements.rows_of(obj):
            agreements.record(agreed, source=said_by[:300], by=self.admin)

    def edit(self, obj: Published, values: Row, message: str = "") -> None:
        """Change a live object as staff do."""
        obj.refresh_from_db()
        content = kinds.of(obj).content
        with review.direct_edit(obj, by=self.admin, message=message):
            content.write(obj, values)

    def values_for(self, code: str, row: Row) -> Row:
        """The values of a new event or project."""
        return self.event_values(row) if code == "event" else self.project_values(row)

    def common(self, row: Row) -> Row:
        """What every kind has: texts in both languages, and themes."""
        names = (
            "title_fr",
            "title_en",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
        )
        values = {name: unwrapped(row[name]) for name in names if name in row}
        return values | {"themes": sorted(self.themes[code].pk for code in row["themes"])}

    def project_values(self, row: Row) -> Row:
        """A project's row as values."""
        values = self.common(row) | {name: row[name] for name in ("stage", "starts_on", "ends_on")}
        values["partners"] = [
            {"organisation": self.organisations[p["organisation"]].pk, "role": p["role"]}
            for p in row["partners"]
        ]
        values["funding"] = [
            {
                "organisation": self.organisations[line["funder"]].pk,
                "funder": "",
                "amount": line["amount"],
                "programme_fr": line["programme_fr"],
                "programme_en": line["programme_en"],
                "year": line["year"],
            }
            | self.stating(line["source"])
            for line in row["funding"]
        ]
        values["figures"] = [
            {
                name: figure[name]
                for name in ("value_fr", "value_en", "label_fr", "label_en", "date")
            }
            | self.stating(figure["source"])
            for figure in row["figures"]
        ]
        return values

    def event_values(self, row: Row) -> Row:
        """An event's row as values."""
        plain = (
            *("kind", "all_day", "period_fr", "period_en", "place", "address", "online_url"),
            *("languages", "audience", "attendance", "attendance_qualifier", "registration_url"),
        )
        values = self.common(row) | {name: row[name] for name in plain if name in row}
        start, end = self.moments(row)
        return values | {
            "outcome": row["status"],
            "commune": self.commune(row["commune"]),
            "price": None if row["price"] is None else str(row["price"]),
            "starts_at": start,
            "ends_at": end,
            "projects": sorted(self.projects[code].pk for code in row.get("projects", [])),
            "organisers": [{"organisation": self.organisations[c].pk} for c in row["organisers"]],
        }

    def picture(self, row: Row, organisation: Organisation | None) -> Row:
        """The picture that a row asks for, kept where those of its organisation lie."""
        if "image" not in row:
            return {}
        name = f"{quota.folder(organisation, self.admin)}/{uuid.uuid4().hex}.webp"
        held = storage.hold(name, PICTURES[row["image"]]())
        alt = {name: unwrapped(row[name]) for name in ("image_alt_fr", "image_alt_en")}
        return {"image": held} | alt

    def moments(self, row: Row) -> tuple[str | None, str | None]:
        """Start and end: dates as written, or days counted from the day the demo is loaded.

        The latter are moved on to working days: nobody holds a business breakfast on a Sunday.
        """
        if "in_days" in row:
            first, last = row["in_days"], row["end_in_days"]
            while any(self.is_weekend(offset) for offset in (first, last)):
                first, last = first + 1, last + 1
            return (
                self.moment(self.day(first), row["time"]),
                self.moment(self.day(last), row["end_time"]),
            )
        return self.stated(row.get("starts_at", "")), self.stated(row.get("ends_at", ""))

    def is_weekend(self, offset: int) -> bool:
        """Whether the day so many days from now is a Saturday or a Sunday."""
        return (self.today + datetime.timedelta(days=offset)).weekday() >= 5

    def day(self, offset: int) -> str:
        """The day so many days from now."""
        return (self.today + datetime.timedelta(days=offset)).isoformat()

    def stated(self, text: str) -> str | None:
        """A moment that an article states, "" when it does not."""
        day, _, time = str(text).partition("T")
        return self.moment(day, time) if day else None

    def moment(self, day: str, time: str) -> str:
        """A local day and time as values have them, in UTC."""
        local = datetime.datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=PARIS)
        return local.astimezone(datetime.UTC).isoformat()

    def commune(self, code: str) -> int | None:
        """The key of a commune, None for ""."""
        return self.communes[code].pk if code else None

    def stating(self, code: str) -> Row:
        """The source of a funding line or of a figure, as it is called in each language."""
        titles = i18n.both(self.sources[code], "title")
        return {f"source_{language}": title for language, title in titles.items()}

    def cited(self, row: Row) -> list[Source]:
        """The sources that a row cites."""
        return [self.sources[code] for code in row.get("sources", [])]


def is_loaded() -> bool:
    """Whether this database already holds something that a second load would spoil."""
    return (
        Organisation.objects.exists()
        or Submission.objects.exists()
        or HistoryEntry.objects.exists()
    )
