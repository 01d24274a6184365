"""What is taken away: names of files, addresses to subscribe to, answers that are asked for again."""

import datetime

import pytest
from django.test import RequestFactory

from portal import downloads
from portal.downloads import Feed

CHANGED = datetime.datetime(2027, 3, 4, 12, 30, 15, 999_999, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("agenda",), "agenda.ics"),
        (("Été à l’IA", "2027-03"), "ete-a-lia-2027-03.ics"),
        (('x"\r\nSet-Cookie: a=b',), "x-set-cookie-ab.ics"),
        (("../../etc/passwd",), "etcpasswd.ics"),
        (("🜁", ""), "portal.ics"),
        (("a" * 300,), f"{'a' * 60}.ics"),
    ],
)
def test_file_name_is_one_that_every_system_takes(parts, name):
    assert downloads.file_name(*parts, extension="ics") == name


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://portal.example", "webcal://portal.example/fr/agenda/calendrier.ics?theme=a&q=b"),
        ("http://localhost:8000", "webcal://localhost:8000/fr/agenda/calendrier.ics?theme=a&q=b"),
    ],
)
def test_calendar_is_opened_by_its_own_scheme(settings, base, url):
    settings.BASE_URL = base
    feed = Feed("text/calendar", "Agenda", "/fr/agenda/calendrier.ics?theme=a&q=b")

    assert feed.webcal_url == url
    assert feed.url == url.replace("webcal", base.partition(":")[0])


def answer(body=b"content", changed=CHANGED, method="get", **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return downloads.kept(request, body, "text/calendar", changed)


def test_answer_carries_its_mark_and_its_date():
    first = answer()

    assert first.status_code == 200
    assert first["Last-Modified"] == "Thu, 04 Mar 2027 12:30:15 GMT"
    assert answer(b"other")["ETag"] != first["ETag"] == answer()["ETag"]
    assert "Last-Modified" not in answer(changed=None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": '"nothing"'}, 200),
        ({"if-none-match": "*"}, 304),
        ({"if-modified-since": "Thu, 04 Mar 2027 12:30:15 GMT"}, 304),
        ({"if-modified-since": "Thu, 04 Mar 2027 12:30:14 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        # The mark says more than the date.
        (
            {
                "if-none-match": '"nothing"',
                "if-modified-since": "Thu, 04 Mar 2027 12:30:15 GMT",
            },
            200,
        ),
    ],
)
def test_answer_is_left_out_where_it_is_known(headers, status):
    found = answer(**headers)

    assert found.status_code == status
    assert found["Access-Control-Allow-Origin"] == "*"
    assert found["X-Robots-Tag"] == "noindex"
    assert found["Cache-Control"] == "no-cache"
