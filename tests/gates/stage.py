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
from members.models import Invitation, Organisation, User  # noqa: E402
from tests.factories import BackgroundTaskFactory  # noqa: E402
from tests.gates.inventory import DJANGOS, LANGUAGES, LOOKS, Look  # noqa: E402
from tests.gates.site import AXE  # noqa: E402
from tests.images import noise, public_image, webp  # noqa: E402


def props() -> None:
    """What the demo lacks: a profile with all that one can say, pictures that weigh much, a profile in
    French only, an account without password, an address to confirm, an open invitation, a question
    that waits, and mails that could not be sent."""
    full()
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


def full() -> None:
    """Nothing of this is true of whom it is said: visitors of the gates are programs."""
    logo = public_image("gates/logo.webp", webp(noise((900, 900))))
    image = public_image("gates/image.webp", webp(noise((1600, 1000))))
    Organisation.objects.filter(slug="chu-montpellier").update(
        logo=logo,
        logo_alt_fr="Exemple de logo",
        siren="732829320",
        rna="W123456789",
        ror="05a28rw58",
        verified_on=timezone.localdate(),
    )
    hospital = Organisation.objects.get(slug="chu-montpellier")
    hospital.links.create(label="Exemple de page", url="https://example.org/page")
    hospital.contacts.create(
        name="Camille Roux",
        role="Accueil",
        email="camille@example.org",
        phone="+33 4 00 00 00 00",
        visibility="public",
    )
    # In one language: the other says so.
    Project.objects.filter(slug_fr="alliance-sante-ia").update(
        image=image, image_alt_fr="Exemple d’image", image_alt_en=""
    )


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
