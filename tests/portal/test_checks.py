"""Production does not start without its secrets, nor with the demo's public passwords."""

import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from events.demo import loader
from members.models import College, Commune, Theme, User
from portal import checks, storage
from tests import factories

pytestmark = pytest.mark.django_db

COMPLETE = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": ["portal.example"],
    "BASE_URL": "https://portal.example",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.DEMO = False
    for name, value in COMPLETE.items():
        setattr(settings, name, value)
    return settings


def test_production_starts_with_all_it_needs(production):
    checks.refuse_unsafe_start()


@pytest.mark.threat("T30", "production")
@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DEFAULT_FROM_EMAIL"])
def test_production_names_what_is_missing(production, name):
    setattr(production, name, "")

    with pytest.raises(ImproperlyConfigured, match=rf"{name} is not set"):
        checks.refuse_unsafe_start()


def test_mail_address_of_an_unknown_kind_is_refused_in_words(production):
    production.EMAIL_BACKEND = ""

    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL cannot be understood\. Such as"):
        checks.refuse_unsafe_start()


def test_copy_of_a_database_that_keeps_none_is_refused(production, monkeypatch):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": "copy"}
    monkeypatch.setitem(settings.DATABASES, "replica", sqlite)

    with pytest.raises(ImproperlyConfigured, match="REPLICA_URL is for PostgreSQL"):
        checks.refuse_unsafe_start()


@pytest.mark.parametrize(
    ("buckets", "address", "said"),
    [
        ({"default": "public", "held": ""}, "https://media.example/", "Images need two buckets"),
        ({"default": "one", "held": "one"}, "https://media.example/", "Images need two buckets"),
        ({"default": "public", "held": "held"}, "/media/", "MEDIA_URL is no address"),
    ],
)
def test_store_of_images_of_which_a_half_is_known_is_refused(production, buckets, address, said):
    production.S3_BUCKETS = buckets
    production.MEDIA_URL = address

    with pytest.raises(ImproperlyConfigured, match=said):
        checks.refuse_unsafe_start()


def test_settings_of_a_store_that_speaks_s3_are_read(tmp_path):
    """The environment is all it takes; pages may show images from there, and from nowhere else."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(tmp_path),
        "S3_ENDPOINT": "https://s3.example",
        "S3_REGION": "gra",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
        "S3_PUBLIC_BUCKET": "portal-public",
        "S3_HELD_BUCKET": "portal-held",
        "MEDIA_URL": "https://media.example/images/",
    }
    asked = (
        "import django; django.setup(); from django.conf import settings\n"
        "from django.core.files.storage import storages\n"
        "print(storages['default'].url('7/a.webp'), storages['held'].bucket_name,"
        " *settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    )

    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == [
        "https://media.example/images/7/a.webp",
        "portal-held",
        "'self'",
        "data:",
        "https://media.example",
    ]


def test_settings_of_the_readme_start(tmp_path):
    """What the README says to export is exported here, word for word but for the secrets."""
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    export (.*)$", text, re.M)
    exported = re.findall(r"([A-Z_]+)=('[^']*'|\S+)", "\n".join(lines))
    environment = os.environ | {name: value.strip("'") for name, value in exported}
    environment |= {"SECRET_KEY": "k" * 60, "DATABASE_URL": "sqlite://:memory:"}
    environment |= {"DATA_DIR": str(tmp_path), "STATIC_ROOT": str(tmp_path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings"}

    started = subprocess.run(
        [sys.executable, "-c", "import portal.wsgi"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "EMAIL_URL" in dict(exported)
    assert (started.returncode, started.stderr) == (0, "")


def test_first_administrator_signs_in_at_once(client):
    call_command("createsuperuser", email="fay@example.org", interactive=False)
    fay = User.objects.get()

    client.force_login(fay)

    assert fay.has_confirmed("fay@example.org")
    assert client.get("/en/admin/").status_code == 200


def test_new_portal_gets_what_forms_choose_from_and_keeps_what_staff_wrote(capsys):
    Theme.objects.create(code="sante", name_fr="Santé publique", name_en="Public health")

    call_command("load_territory")
    call_command("load_territory")

    assert capsys.readouterr().out.split() == ["47", "added", "0", "added"]
    assert (Theme.objects.count(), Commune.objects.count(), College.objects.count()) == (16, 31, 1)
    assert Theme.objects.get(code="sante").name_fr == "Santé publique"


@pytest.mark.threat("T15", "hosts")
def test_production_answers_to_named_hosts_only(production):
    production.ALLOWED_HOSTS = ["portal.example", "*"]

    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        checks.refuse_unsafe_start()


@pytest.mark.threat("T30", "production")
def test_production_refuses_a_demo_account_and_says_what_to_do(production):
    factories.UserFactory(email="admin@demo.example")

    with pytest.raises(ImproperlyConfigured, match="delete_demo_accounts"):
        checks.refuse_unsafe_start()

    call_command("delete_demo_accounts", no_input=True)
    checks.refuse_unsafe_start()
    assert not User.objects.exists()


def test_the_demo_does_not_load_into_production(production):
    with pytest.raises(CommandError, match="public passwords"):
        call_command("load_demo")

    assert not User.objects.exists()


@pytest.mark.threat("T30", "production")
def test_the_web_process_itself_refuses():
    environment = os.environ | {"DEBUG": "false", "DATABASE_URL": "sqlite://:memory:"}
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "", "EMAIL_URL": ""}

    started = subprocess.run(
        [sys.executable, "-c", "import portal.wsgi"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    named = ("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DEFAULT_FROM_EMAIL", "EMAIL_URL")
    assert [name for name in named if f"{name} is not set." in started.stderr] == list(named)


def start(folder, **more):
    """A process that says its secret key, started as on one's own machine."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings"}
    environment |= {"DEBUG": "true", "DATA_DIR": str(folder), "SECRET_KEY": ""} | more
    return subprocess.Popen(
        [sys.executable, "-c", "from django.conf import settings; print(settings.SECRET_KEY)"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process):
    out, _err = process.communicate(timeout=60)
    assert process.returncode == 0
    return out.strip()


def test_ones_own_machine_makes_a_key_and_keeps_it(tmp_path):
    at_once = [start(tmp_path / "data") for _ in range(3)]
    keys = {said(process) for process in at_once}
    keys.add(said(start(tmp_path / "data")))
    other = said(start(tmp_path / "other"))

    (key,) = keys
    (file,) = (tmp_path / "data").iterdir()
    assert file.read_text() == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(key) >= 50
    assert other != key


@pytest.mark.parametrize(
    ("given", "expected"), [({"SECRET_KEY": "mine"}, "mine"), ({"DEBUG": "false"}, "")]
)
def test_no_key_is_made_where_one_is_given_or_has_to_be(tmp_path, given, expected):
    read = "from portal import settings; print(settings.SECRET_KEY)"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}

    out = subprocess.run(
        [sys.executable, "-c", read],
        cwd=settings.BASE_DIR,
        env=environment | given,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert out.strip() == expected
    assert list(tmp_path.iterdir()) == []


@pytest.mark.threat("T22", "time limit")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such limit")
def test_a_query_that_takes_too_long_is_stopped():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such limit")
def test_a_command_takes_the_time_it_takes():
    """A migration of a large table is not stopped half way."""
    asked = (
        "from django.db import connection as c; u = c.cursor(); u.execute('SHOW statement_timeout')"
    )
    address = connection.settings_dict
    host = str(address["HOST"]).replace("/", "%2F")
    url = f"postgres://{address['USER']}@{host}/{address['NAME']}"

    told = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "--no-imports",
            "-c",
            f"{asked}; print(u.fetchone())",
        ],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "('0',)"


def test_the_demo_is_whole(settings):
    settings.DEBUG = settings.DEMO = True

    call_command("load_demo")
    call_command("load_demo")

    from events.models import Event, Project
    from members.models import Organisation
    from portal.models import Submission

    assert Organisation.objects.published().count() == 57
    assert Organisation.objects.members().count() == 7
    assert Project.objects.published().count() == 8
    assert Project.objects.get(slug_fr="ia-locale-en-open-source").funding_total == 2_560_000
    assert Event.objects.withdrawn().count() == 1
    assert sorted(Submission.objects.values_list("status", flat=True)) == [
        "draft",
        "in_review",
        "in_review",
        "in_review",
        "in_review",
        "refused",
        "to_correct",
    ]
    assert User.objects.count() == len(loader.ACCOUNTS)
    pictured = Event.objects.published().exclude(image="")
    assert {event.title_fr.split("\u00a0")[0] for event in pictured} == {"Exemple"}
    assert [storage.held_storage().exists(event.image.name) for event in pictured] == [True] * 4
    assert all(event.image_alt_fr and event.image_alt_en for event in pictured)
    assert Event.objects.published().upcoming().exclude(registration_url="").count() == 2
    assert Event.objects.published().upcoming().filter(description_fr="").count() == 1
    [replaced] = Submission.objects.filter(values__has_key="image", target_id__isnull=False)
    assert storage.held_storage().exists(replaced.values["image"])
    assert pictured.get(pk=replaced.target_id).image.name != replaced.values["image"]
