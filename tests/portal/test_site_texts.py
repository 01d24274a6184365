"""The texts of the site's own pages: better ones never take the place of what staff wrote."""

from importlib import import_module

import pytest
from django.apps import apps

from portal.models import Page

FIRST = import_module("portal.migrations.0003_site_texts").TEXTS
BETTER = import_module("portal.migrations.0008_site_texts")


@pytest.mark.django_db
def test_better_texts_leave_alone_what_staff_wrote():
    _title_fr, _title_en, french, english = FIRST["contact"]
    Page.objects.filter(code="contact").update(body_fr="Nos coordonnées.", body_en=english)
    Page.objects.filter(code="join").update(
        body=FIRST["join"][2], body_fr=FIRST["join"][2], body_en="Ours."
    )

    BETTER.write(apps, None)

    contact, join = (Page.objects.get(code=code) for code in ("contact", "join"))
    assert (contact.body_fr, contact.body_en) == ("Nos coordonnées.", english)
    assert (join.body_fr, join.body_en) == (BETTER.TEXTS["join"]["fr"], "Ours.")
    assert french != BETTER.TEXTS["contact"]["fr"]
