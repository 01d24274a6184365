"""One of everything, and the address of each page that shows it: what the access table walks through."""

import datetime
from typing import Any

from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from members import services
from members.imports import steps
from members.models import (
    College,
    Distinction,
    Invitation,
    Membership,
    Person,
    Seat,
    Trust,
)
from portal import storage
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Page
from tests import factories

# Addresses of the admin in which no row stands.
NOT_ABOUT_ONE = ("changelist", "add", "import", "import_example")
ROLES = ("visitor", "newcomer", "elsewhere", "editor", "owner", "moderator", "administrator")


def names(resolver: Any = None, spaces: tuple[str, ...] = ()) -> set[str]:
    """The name of every address of the site; those without a name by their pattern."""
    found = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            found |= names(entry, inner)
        else:
            found.add(":".join((*spaces, entry.name or f"({entry.pattern})")))
    return found


def session(somebody: Any) -> dict[str, str]:
    """The cookie of somebody who is signed in, for any number of clients; none for a visitor."""
    client = Client()
    if somebody:
        client.force_login(somebody)
    return {name: cookie.value for name, cookie in client.cookies.items()}


class World:
    """Alice edits and Bob owns an organisation which has one of everything."""

    def __init__(self, alice: Any, bob: Any, charlie: Any, dana: Any, elsewhere: Any) -> None:
        self.organisation = alice.seats.get().organisation
        event_kind = kinds.named("event")
        self.event = factories.EventFactory(organisation=self.organisation)
        self.project = factories.ProjectFactory(organisation=self.organisation)
        self.project.funding.create(funder="Région", amount=10, source_fr="Article")
        self.withdrawn = factories.EventFactory(organisation=self.organisation)
        review.withdraw(self.withdrawn, by=dana, message="Fermé.")
        soon = (timezone.now() + datetime.timedelta(days=3)).isoformat()
        complete = event_kind.content.blank | {
            "title_fr": "Atelier",
            "kind": "workshop",
            "starts_at": soon,
        }

        self.image = storage.hold(f"{self.organisation.pk}/held.webp", b"RIFF")
        complete |= {"image": self.image, "image_alt_fr": "Une arche"}

        def begun() -> Any:
            return review.save(event_kind, complete, by=alice, organisation=self.organisation)

        self.draft = begun()
        self.waiting = review.submit(begun(), by=alice)
        self.refused = review.refuse(review.submit(begun(), by=alice), by=dana, message="Non.")
        self.asked = factories.ProjectFactory(organisation=elsewhere).partners.create(
            organisation=self.organisation, asked_at=timezone.now()
        )
        profile = kinds.named("organisation").content
        with_history = profile.read(self.organisation) | {"postcode": "34000"}
        held = review.save(
            kinds.named("organisation"), with_history, by=alice, target=self.organisation
        )
        review.publish(review.submit(held, by=alice), by=dana)
        self.organisation.refresh_from_db()
        self.entry = HistoryEntry.objects.filter(
            target_id=self.organisation.pk, action="published"
        ).last()
        self.seat = Seat.objects.get(user=alice)
        services.invite(
            self.organisation, email="guest@example.org", role="editor", language="fr", by=bob
        )
        self.invitation = Invitation.objects.get()
        texts = {"title_fr": "T", "title_en": "T", "body_fr": "T", "body_en": "T"}
        pages = [Page.objects.get_or_create(code=code, defaults=texts)[0] for code in Page.Code]
        self.rows = {
            "theme": factories.ThemeFactory(),
            "commune": factories.CommuneFactory(),
            "source": factories.SourceFactory(),
            "college": College.objects.create(code="c", name_fr="C", name_en="C"),
            "person": Person.objects.create(name="Ada"),
            "user": charlie,
            "seat": self.seat,
            "invitation": self.invitation,
            "page": pages[0],
            "organisation": self.organisation,
            "event": self.event,
            "project": self.project,
            "submission": self.waiting,
            "historyentry": self.entry,
            "backgroundtask": factories.BackgroundTaskFactory(),
            "trust": Trust.objects.create(organisation=elsewhere, kind="event"),
        }
        self.imported = steps.begin("t.csv", "Nom;Type\nPonts;École\n".encode(), by=dana)
        steps.work(self.imported.pk)
        self.rows["membership"] = Membership.objects.create(
            organisation=elsewhere, college=self.rows["college"]
        )
        self.rows["distinction"] = Distinction.objects.create(
            title_fr="Prix", organisation=elsewhere
        )

    def arguments(self, name: str) -> dict[str, Any]:
        """What stands in the address of that name."""
        last = name.rsplit(":", 1)[-1]
        if name.startswith("admin:"):
            return self._admin_arguments(last)
        known: dict[str, dict[str, Any]] = {
            "api:organisation-detail": {"slug": self.organisation.slug},
            "api:person-detail": {"pk": self.rows["person"].pk},
            "api:theme-detail": {"code": self.rows["theme"].code},
            "api:project-detail": {"pk": self.project.pk},
            "api:event-detail": {"pk": self.event.pk},
            "account_confirm_email": {"key": "nothing"},
            "account_reset_password_from_key": {"uidb36": "1", "key": "nothing"},
            "members:organisation-detail": {"slug": self.organisation.slug},
            "members:invitation-accept": {"token": "nothing"},
            "members:agreement-answer": {"kind": "projectpartner", "pk": self.asked.pk},
            "style-page": {"code": "first-visit"},
            "style-part": {"part": "forms"},
            "sitemap-part": {"name": "pages", "number": 1},
            "events:event-month": {"year": 2026, "month": 3},
            "events:event-month-table": {"year": 2026, "month": 3},
            "events:event-detail": {"slug": self.event.slug_fr},
            "events:event-file": {"slug": self.event.slug_fr},
            "events:organisation-calendar": {"slug": self.organisation.slug},
            "events:organisation-feed": {"slug": self.organisation.slug},
        }
        if name in known:
            return known[name]
        if last.startswith("project-") and name.startswith("events:"):
            lists = ("project-list", "project-table")
            return {} if last in lists else {"slug": self.project.slug_fr}
        if last.startswith("submission-"):
            held = {"submission-take-back": self.waiting, "submission-reuse": self.refused}
            image = {"name": self.image} if last == "submission-image" else {}
            return {"pk": held.get(last, self.draft).pk, **image}
        slug = {"slug": self.organisation.slug}
        if last.startswith(("seat-", "invitation-")):
            pk = {
                "seat-list": {},
                "invitation-create": {},
                "seat-role": {"pk": self.seat.pk},
                "seat-remove": {"pk": self.seat.pk},
            }
            return slug | pk.get(last, {"pk": self.invitation.pk})
        if last.startswith("content-"):
            kind = "event"
            one = {} if last in ("content-list", "content-create") else {"pk": self.event.pk}
            if last == "content-restore":
                kind, one = "organisation", {"pk": self.organisation.pk, "entry": self.entry.pk}
            return slug | {"kind": kind} | one
        if last in ("organisation-workspace", "organisation-edit", "organisation-verify"):
            return slug
        return {}

    def _admin_arguments(self, last: str) -> dict[str, Any]:
        if last == "app_list":
            return {"app_label": "members"}
        for model, row in self.rows.items():
            _, found, action = last.partition(f"_{model}_")
            if not found or action in NOT_ABOUT_ONE:
                continue
            if action.startswith("import_"):
                return {"pk": self.imported.pk}
            more = {
                "restore": {"entry": self.entry.pk},
                "agreement": {"name": "partners", "row": self.project.partners.first().pk},
                "image": {"side": "live", "name": "logo"},
            }.get(action, {})
            if action == "image" and model != "submission":
                more = {"entry": self.entry.pk, "side": "after", "name": "logo"}
            return {"pk": row.pk, **more}
        return {}

    def address(self, name: str) -> str:
        """The French address of that name."""
        with translation.override("fr"):
            arguments = self.arguments(name)
            if name.startswith("admin:") and "pk" in arguments:
                pk = arguments["pk"]
                try:
                    return reverse(name, kwargs=arguments)
                except Exception:
                    return reverse(name, args=[pk])
            return reverse(name, kwargs=arguments)
