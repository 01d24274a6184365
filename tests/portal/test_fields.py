"""Fields that Django does not bring: what they take, and what they refuse."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from members.models import Contact
from portal.fields import WebAddressField

HOSTILE = [
    "javascript:alert(1)",
    "JavaScript://example.org/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org/",
    "//evil.example/",
    "https:evil.example",
    "https://",
    "https://exa mple.org/",
    "https://example.org/\nX-Header: x",
    "https://[::1",
    'https://example.org/" onclick="x',
    "mailto:a@example.org",
    "\x00",
]


@pytest.mark.threat("T16", "addresses")
@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_of_the_web_is_http_or_https(address):
    field = WebAddressField(blank=True)

    with pytest.raises(ValidationError):
        field.clean(address, None)


@pytest.mark.threat("T16", "addresses")
def test_every_address_in_the_database_is_one_of_the_web():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in
            ("portal", "members", "events")]  # fmt: skip
    others = [
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.fields
        if isinstance(field, models.URLField) and not isinstance(field, WebAddressField)
    ]

    assert others == []


@pytest.mark.threat("T16", "addresses")
def test_a_telephone_number_makes_a_link_of_digits():
    assert Contact(phone="+33 (0)4 67 00 00 00").phone_url == "tel:+330467000000"
    assert Contact(phone='x" onclick="alert(1)').phone_url == "tel:1"
