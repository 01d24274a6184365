"""Images in a store that speaks S3: the same as in folders, and the portal goes on without it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import Client
from moto.server import ThreadedMotoServer

from portal import backup, renditions, storage
from portal.lifecycle import publication, review
from portal.models import Submission
from tests import browser
from tests.images import noise, webp
from tests.members.workspace import address, fill, photo

PUBLIC, HELD = "portal-public", "portal-held"


@pytest.fixture(scope="module")
def server():
    """The address of a store with nothing in it."""
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def buckets(server, settings):
    """Two empty buckets, known to the portal."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    s3 = boto3.client("s3", endpoint_url=server, region_name="us-east-1", **keys)
    for name in (PUBLIC, HELD):
        s3.create_bucket(Bucket=name)
        for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=found["Key"])
    _configure(settings, server)
    return s3


def _configure(settings, endpoint):
    options = {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
        "querystring_auth": False,
    }
    found_at = {"custom_domain": "media.example.org", "url_protocol": "https:"}
    bucket = "portal.buckets.Bucket"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": bucket, "OPTIONS": {**options, **found_at, "bucket_name": PUBLIC}},
        "held": {"BACKEND": bucket, "OPTIONS": {**options, "bucket_name": HELD}},
    }


def names(s3, bucket):
    return {found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def test_an_image_is_held_shown_and_hidden(buckets):
    data = webp(noise((300, 200)))

    name = storage.hold("7/arches.webp", data)
    assert (names(buckets, PUBLIC), names(buckets, HELD)) == (set(), {name})

    with storage.held_storage().open(name) as file:
        storage.show(name, renditions.draw(file))
    assert names(buckets, PUBLIC) == {name, *renditions.names_of(name)}
    assert storage.shown() == {name}

    storage.hide(name)
    assert names(buckets, PUBLIC) == set()


def test_what_is_public_says_what_it_is_and_asks_to_be_asked_for(buckets):
    storage.hold("7/arches.webp", webp(noise((20, 20))))

    head = buckets.head_object(Bucket=HELD, Key="7/arches.webp")

    assert (head["ContentType"], head["CacheControl"]) == ("image/webp", "no-cache")


@pytest.mark.django_db(transaction=True)
def test_an_image_is_public_with_what_shows_it(buckets, client, alice, dana, organisation):
    client.force_login(alice)
    profile = address("organisation-edit", organisation.slug)
    fill(client, profile, "submit", logo=photo(size=(400, 300)), logo_alt_fr="Des arches")
    submission = Submission.objects.get()
    name = submission.values["logo"]
    assert names(buckets, HELD) == {name}
    assert names(buckets, PUBLIC) == set()

    review.publish(submission, by=dana)
    page = Client().get(organisation.get_absolute_url()).content.decode()
    assert name in names(buckets, PUBLIC)
    assert f"https://media.example.org/{renditions.name_of(name, renditions.TILE)}" in page

    organisation.refresh_from_db()
    review.withdraw(organisation, by=dana, message="Fermé.")
    assert name not in names(buckets, PUBLIC)


@pytest.mark.django_db(transaction=True)
def test_what_a_fault_left_undone_is_settled(buckets, client, alice, dana, organisation):
    client.force_login(alice)
    profile = address("organisation-edit", organisation.slug)
    fill(client, profile, "submit", logo=photo(size=(400, 300)), logo_alt_fr="Des arches")
    name = Submission.objects.get().values["logo"]
    review.publish(Submission.objects.get(), by=dana)
    storage.hide(name)
    default_storage.save("7/stray.webp", ContentFile(webp(noise((20, 20)))))

    for image in list(publication.stray()):
        publication.settle(image)

    assert name in names(buckets, PUBLIC)
    assert "7/stray.webp" not in names(buckets, PUBLIC)


@pytest.mark.django_db
def test_pages_go_on_without_the_store(buckets, settings, client, organisation):
    organisation.logo = "7/arches.webp"
    organisation.save()
    _configure(settings, "http://127.0.0.1:1")

    page = client.get(organisation.get_absolute_url())

    assert page.status_code == 200
    assert organisation.name in page.content.decode()


class Torn(BaseHTTPRequestHandler):
    """A store that goes away in the middle of each file."""

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        self.wfile.write(b"RIFF")

    def log_message(self, *args):
        """Say nothing."""


def test_a_file_of_which_half_comes_is_told_as_a_fault_of_the_store(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Torn) as torn:
        Thread(target=torn.serve_forever, daemon=True).start()
        _configure(settings, f"http://127.0.0.1:{torn.server_port}")

        assert renditions.shown("7/torn.webp", renditions.TILE) == []
        with pytest.raises(OSError, match="The store of images"):
            storage.held_storage().open("7/torn.webp")
        torn.shutdown()


@pytest.mark.django_db
def test_an_image_that_cannot_be_stored_is_told(buckets, settings, client, alice, organisation):
    client.force_login(alice)
    _configure(settings, "http://127.0.0.1:1")

    answer = fill(
        client, address("organisation-edit", organisation.slug), logo=photo(), summary_fr="Gardé"
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Cette image ne peut pas être conservée pour le moment." in html
    assert browser.fields(html, "form")["summary_fr"] == ["Gardé"]


def test_backup_finds_all_that_is_there(buckets):
    storage.hold("7/one.webp", b"one")
    storage.hold("7/800/two.webp", b"two")

    found = {
        name: storages["held"].open(name).read() for name in backup._names(storages["held"], "")
    }

    assert found == {"7/one.webp": b"one", "7/800/two.webp": b"two"}
