"""Builds what the gates look at: the demo, a portal nobody has written in, and the address of each page.

    python -m tests.gates.stage FOLDER

It fills FOLDER with both databases and `stage.json`: for each look of the inventory its path in both
languages, and a session for each account.
"""

import datetime
import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import django

django.setup()

# Models can be read from here on.
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from events.demo import loader  # noqa: E402
from events.models import Project  # noqa: E402
from members import services  # noqa: E402
from members.imports import steps  # noqa: E402
from members.models import (  # noqa: E402
    Commune,
    Import,
    Invitation,
    Organisation,
    Theme,
    User,
)
from portal.lifecycle import agreements, kinds, review  # noqa: E402
from tests.factories import (  # noqa: E402
    BackgroundTaskFactory,
    EventFactory,
    OrganisationFactory,
    ProjectFactory,
)
from tests.gates.inventory import DJANGOS, LANGUAGES, LOOKS, Look  # noqa: E402
from tests.gates.site import AXE  # noqa: E402
from tests.images import noise, public_image, webp  # noqa: E402


def props() -> None:
    """What the demo lacks: a profile with all that one can say, pictures that weigh much, a profile in
    French only, an account without password, an address to confirm, an open invitation, a question
    that waits, imports, and mails that could not be sent."""
    full()
    eventful()
    imports()
    Organisation.objects.filter(slug="vogo").update(summary_en=None, description_en=None)
    User.objects.create_user("without-password@demo.example", None, full_name="Sans mot de passe")
    owner = User.objects.get(email="owner@demo.example")
    owner.emailaddress_set.create(email="second@demo.example", verified=False, primary=False)
    Invitation.objects.create(
        organisation=Organisation.objects.get(slug="universite-montpellier"),
        email="newcomer@demo.example",
        token_hash=services.token_hash("gates"),
        invited_by=owner,
        expires_at=timezone.now() + datetime.timedelta(days=9),
    )
    Project.objects.get(slug_fr="tirrex").partners.create(
        organisation=Organisation.objects.get(slug="chu-montpellier"), asked_at=timezone.now()
    )
    BackgroundTaskFactory()
    BackgroundTaskFactory(
        status="READY", run_after=timezone.now() + datetime.timedelta(minutes=25), finished_at=None
    )


def imports() -> None:
    """One that waits for a decision, one that is being checked, one that was written."""
    admin = User.objects.get(email="admin@demo.example")
    lines = [
        "Nom;Type;Résumé (français);Adhésion;Chiffre",
        "Exemple de startup;Startup;;;",
        "Exemple faux;?;;;",
        "Numalis;;Exemple de résumé.;;",
        "VOGO;;;;",
    ]
    for file in ("preview.csv", "report.csv"):
        imported = steps.begin(file, "\n".join(lines).encode("cp1252"), by=admin)
        while steps.work(imported.pk):
            pass
    steps.confirm(imported, by=admin)
    while steps.work(imported.pk):
        pass
    running = Import.objects.create(
        file_name="running.csv",
        made_by=admin,
        touched_at=timezone.now() + datetime.timedelta(days=1),
    )
    running.lines.create(number=2, name="Exemple", outcome="error")
    running.lines.create(number=3, name="Exemple de startup")


def full() -> None:
    """An organisation that nobody takes for one, with all that one can say and as much as one shares."""
    logo = public_image("gates/logo.webp", webp(noise((900, 900))))
    image = public_image("gates/image.webp", webp(noise((1600, 1000))))
    example = OrganisationFactory(
        name="Exemple : institut des arches",
        short_name="Exemple",
        official_name="Exemple d’institut",
        kind="laboratory",
        slug="exemple-institut",
        summary_fr="Exemple : un institut inventé, dont la fiche dit tout ce qu’une fiche peut dire.",
        summary_en="Example: an invented institute, whose profile says all that a profile can say.",
        description_fr="Cet institut n’existe pas.\n\n## Un titre\n\n- une liste\n- de deux lignes",
        description_en="This institute does not exist.\n\n## A title\n\n- a list\n- of two lines",
        website="https://example.org",
        address="1 rue de l’Exemple",
        postcode="34000",
        commune=Commune.objects.get(name="Montpellier"),
        logo=logo,
        logo_alt_fr="Exemple de logo",
        siren="732829320",
        rna="W123456789",
        ror="05a28rw58",
        verified_on=timezone.localdate(),
        themes=Theme.objects.filter(code__in=["sante", "formation"]),
    )
    example.links.create(label="Exemple de page", url="https://example.org/page")
    example.exchanges.create(
        direction="need", topic="data", text_fr="Exemple : cherche des données."
    )
    example.exchanges.create(
        direction="offer", topic="computing", text_fr="Exemple : offre des heures."
    )
    example.contacts.create(
        name="Camille Roux",
        role="Accueil",
        email="camille@example.org",
        phone="+33 4 00 00 00 00",
        visibility="public",
    )
    example.people.create(
        name="Camille Roux", role_fr="Exemple de rôle", role_en="Example of a role"
    )
    # Of two each: figures draw first what most organisations share, and keep room for events.
    for number, slug in enumerate(("chu-montpellier", "inria"), start=1):
        project = ProjectFactory(
            title_fr=f"Exemple : projet {number}",
            title_en=f"Example: project {number}",
            organisation=example,
        )
        partner = Organisation.objects.get(slug=slug)
        project.partners.create(organisation=partner, role="partner", agreed_at=timezone.now())
    for days in (100, -20):
        EventFactory(
            title_fr="Exemple : rencontre",
            title_en="Example: meeting",
            organisation=example,
            starts_at=timezone.now() + datetime.timedelta(days=days),
        )
    # In one language: the other says so.
    Project.objects.filter(slug_fr="alliance-sante-ia").update(
        image=image, image_alt_fr="Exemple d’image", image_alt_en=""
    )


def eventful() -> None:
    """A project to which all happened that can happen to one, and an event that shows no organisation.

    The services do it, so that history and mails are as anybody's."""
    editor, owner, startup, moderator, admin = (
        User.objects.get(email=f"{name}@demo.example")
        for name in ("editor", "owner", "startup", "moderator", "admin")
    )
    university = Organisation.objects.get(slug="universite-montpellier")
    named = Organisation.objects.get(slug="numalis")
    kind = kinds.named("project")
    values = kind.content.blank | {
        "title_fr": "Exemple : un projet et son histoire",
        "title_en": "Example: a project and its history",
        "summary_fr": "Exemple : un résumé.",
        "stage": "running",
        "partners": [
            {"organisation": university.pk, "role": "lead"},
            {"organisation": named.pk, "role": "partner"},
        ],
    }
    held = review.save(kind, values, by=editor, organisation=university)
    review.submit(held, by=editor, message="Exemple : voici notre projet.")
    review.take_back(held, by=editor)
    review.submit(held, by=editor)
    review.assign(held, to=moderator, by=moderator)
    review.ask_correction(held, by=moderator, message="Exemple : précisez pour qui.")
    review.save(kind, values | {"summary_en": "Example: a summary."}, by=editor, submission=held)
    review.submit(held, by=editor)
    project = review.publish(held, by=moderator, message="Exemple : merci.").target
    row = project.partners.get(organisation=named)
    agreements.decline(row, by=startup)
    agreements.agree(row, by=startup)
    agreements.decline(row, by=startup)
    with review.direct_edit(Project.objects.get(pk=project.pk), by=admin):
        Project.objects.filter(pk=project.pk).update(summary_fr="Exemple : un autre résumé.")
    review.withdraw(project, by=owner, message="Exemple : nous faisons une pause.")
    review.republish(project, by=admin, message="Exemple : la pause est finie.")
    first = review.history(project).filter(action="published").earliest("pk")
    review.restore(project, first, by=admin)
    event = EventFactory(
        title_fr="Exemple : rencontre sans organisation",
        title_en="Example: meeting without an organisation",
        organisation=university,
        starts_at=timezone.now() + datetime.timedelta(days=100),
    )
    agreements.decline(event.organisers.get(), by=editor)


def session(user: User) -> str:
    """A session of somebody who has just signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "members.backends.AddressBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def paths(look: Look) -> dict[str, str]:
    """Where a look starts, by language."""
    found = {}
    for language in LANGUAGES:
        if look.path.startswith("/"):
            found[language] = look.path.format(language=language)
            continue
        with translation.override(language):
            arguments = look.arguments()
            if look.name.startswith("admin:") and "object_id" in arguments:
                found[language] = reverse(look.name, args=[arguments["object_id"]])
            else:
                found[language] = reverse(look.path or look.name, kwargs=arguments)
        if look.query:
            found[language] += f"?{look.query}"
    return found


def build(folder: Path) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    loader.load_territory()
    connection.close()
    with (
        closing(sqlite3.connect(folder / "portal.sqlite3")) as filled,
        closing(sqlite3.connect(folder / "new.sqlite3")) as new,
    ):
        filled.backup(new)
    loader.load(lambda step: None)
    props()
    call_command("collectstatic", interactive=False, verbosity=0)
    # As a file of the site's own a browser compiles it once, and the policy of the pages lets it in.
    shutil.copy(AXE, folder / "static")
    return {
        "paths": {str(look): paths(look) for look in (*LOOKS, *DJANGOS)},
        "sessions": {user.email.partition("@")[0]: session(user) for user in User.objects.all()},
    }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    built = build(place)
    (place / "stage.json").write_text(json.dumps(built, indent=1), encoding="utf-8")
    shutil.rmtree(place / "mail", ignore_errors=True)
