"""The mail of the demo: kept as files and shown on a page, in the demo and nowhere else."""

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.demo_mail import FolderBackend

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(settings, tmp_path):
    """A message that the demo has kept."""
    settings.DEBUG = settings.DEMO = True
    settings.MAIL_DIR = tmp_path
    message = EmailMultiAlternatives("Objet à lire", "Bonjour l’IA", None, ["alice@example.org"])
    message.attach_alternative("<p>Bonjour</p>", "text/html")
    return FolderBackend().send_messages([message])


def test_whoever_tries_the_demo_reads_its_mail(client, sent):
    answer = client.get("/demo/mail/")

    page = answer.content.decode()
    assert (sent, answer.status_code) == (1, 200)
    assert all(text in page for text in ("Objet à lire", "Bonjour l’IA", "alice@example.org"))


@pytest.mark.parametrize("name", ["DEBUG", "DEMO"])
def test_nobody_reads_it_elsewhere(client, sent, settings, name):
    setattr(settings, name, False)

    assert client.get("/demo/mail/").status_code == 404
