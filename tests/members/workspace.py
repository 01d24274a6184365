"""What the tests of the workspace share: addresses, and forms sent as a browser would."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from portal.lifecycle import kinds, review
from tests import browser

BUTTONS = {"action": "save"}


def address(name, *args, language="fr"):
    """An address of the workspace in a language."""
    with override(language):
        return reverse(f"members:{name}", args=args)


def get(client, name, *args, language="fr"):
    return client.get(address(name, *args, language=language))


def fetch(client, url):
    """A file, read to its end, which closes it."""
    answer = client.get(url)
    if answer.streaming:
        answer.body = b"".join(answer.streaming_content)
    return answer


def fill(client, url, action="save", **changes):
    """Open the form at `url`, change some of its fields, press a button; what the site answers."""
    page = client.get(url, follow=True)
    assert page.status_code == 200, page.status_code
    return press(client, page, action, **changes)


def press(client, page, action="save", **changes):
    """Press a button of an edit form that is on screen."""
    html = page.content.decode()
    data = browser.fields(html, "form") | {"action": action} | changes
    return client.post(target_of(page, html), data)


def target_of(page, html):
    """Where the edit form of a page is sent."""
    tag = html.split('id="form"', 1)[1].split(">", 1)[0]
    if 'action="' in tag:
        return tag.split('action="', 1)[1].split('"', 1)[0]
    return page.request["PATH_INFO"]


def photo(colour="red", size=(60, 40), name="photo.png"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def hold(code, values, *, by, organisation=None, target=None, sent=False):
    """A draft of a kind, as if written in the form; `sent` for review."""
    kind = kinds.named(code)
    live = kind.content.read(target) if target else kind.content.blank
    draft = review.save(kind, live | values, by=by, organisation=organisation, target=target)
    return review.submit(draft, by=by) if sent else draft


EVENT = {
    "title_fr": "Atelier secret",
    "title_en": "Secret workshop",
    "kind": "workshop",
    "starts_at": "2027-03-04T13:00:00+00:00",
}
