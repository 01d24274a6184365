"""The same form of the admin sent twice at once, on PostgreSQL with real threads: one object."""

import pytest
from django.test import Client

from events.models import Event
from portal.models import HistoryEntry
from tests.browser import fields
from tests.members.workspace import photo
from tests.together import TOGETHER, together

pytestmark = TOGETHER

ADD = "/fr/admin/events/event/add/"


@pytest.mark.parametrize("_round", range(5))
def test_two_clicks_add_one_event(_round, fay):
    browser = Client()
    browser.force_login(fay)
    form = fields(browser.get(ADD).content.decode(), "form")
    form |= {"title_fr": "Forum", "kind": "forum", "period_fr": "en mai", "image_alt_fr": "Vu"}

    def click():
        client = Client()
        client.cookies = browser.cookies
        return client.post(ADD, form | {"image": photo()})

    answers = together(click, click)

    event = Event.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302], answers
    assert {answer.url for answer in answers} == {f"/fr/admin/events/event/{event.pk}/change/"}
    assert (event.slug_fr, HistoryEntry.objects.count()) == ("forum", 1)
