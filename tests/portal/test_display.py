"""How dates, numbers and names are written in French and in English."""

import datetime

import pytest
from django.utils.translation import override

from portal import display

FEBRUARY = datetime.date(2025, 2, 17)
AFTERNOON = datetime.datetime(2025, 2, 17, 14, 30)


@pytest.mark.parametrize(
    ("write", "value", "french", "english"),
    [
        (display.long_date, FEBRUARY, "17 février 2025", "17 February 2025"),
        (display.long_date, datetime.date(2026, 5, 1), "1er mai 2026", "1 May 2026"),
        (display.long_date, None, "", ""),
        (display.full_date, FEBRUARY, "lundi 17 février 2025", "Monday 17 February 2025"),
        (display.clock, AFTERNOON, "14\u00a0h\u00a030", "2:30pm"),
        (display.clock, datetime.time(0, 0), "0\u00a0h", "12am"),
        (display.clock, datetime.time(12, 5), "12\u00a0h\u00a005", "12:05pm"),
        (
            display.date_time,
            AFTERNOON,
            "17 février 2025 à 14\u00a0h\u00a030",
            "17 February 2025 at 2:30pm",
        ),
        (display.partial_date, "2011", "2011", "2011"),
        (display.partial_date, "2024-04", "avril 2024", "April 2024"),
        (display.partial_date, "2025-02-17", "17 février 2025", "17 February 2025"),
        (display.number, 1100, "1\u00a0100", "1,100"),
        (display.number, 12.5, "12,50", "12.50"),
        (display.number, None, "", ""),
        (display.exact, 43.6112, "43,6112", "43.6112"),
        (display.euros, 900_000, "900\u00a0000\u00a0€", "€900,000"),
        (display.price, 0, "Gratuit", "Free"),
        (display.price, 12.5, "12,50\u00a0€", "€12.50"),
        (display.price, None, "", ""),
        (display.nested, "« Lire » et “voir”", "“Lire” et “voir”", "« Lire » et ‘voir’"),
    ],
)
def test_value_is_written_as_each_language_does(write, value, french, english):
    with override("fr"):
        in_french = write(value)
    with override("en"):
        in_english = write(value)

    assert (in_french, in_english) == (french, english)


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ((2026, 3, 4), None, "4 mars 2026", "4 March 2026"),
        ((2026, 3, 4), (2026, 3, 4), "4 mars 2026", "4 March 2026"),
        ((2026, 3, 4), (2026, 3, 6), "4 au 6 mars 2026", "4 to 6 March 2026"),
        ((2026, 3, 30), (2026, 4, 2), "30 mars au 2 avril 2026", "30 March to 2 April 2026"),
        (
            (2026, 12, 30),
            (2027, 1, 2),
            "30 décembre 2026 au 2 janvier 2027",
            "30 December 2026 to 2 January 2027",
        ),
    ],
)
def test_date_range_says_nothing_twice(start, end, french, english):
    days = [datetime.date(*day) if day else None for day in (start, end)]

    with override("fr"):
        in_french = display.date_range(*days)
    with override("en"):
        in_english = display.date_range(*days)

    assert (in_french, in_english) == (french, english)


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        ("2021", "2027", "2021 – 2027", "2021 – 2027"),
        ("2021", "2021", "2021", "2021"),
        ("2024-04", "", "depuis avril 2024", "since April 2024"),
        ("2025-02-17", "", "depuis le 17 février 2025", "since 17 February 2025"),
        ("", "2027", "jusqu’en 2027", "until 2027"),
        ("", "2027-01-05", "jusqu’au 5 janvier 2027", "until 5 January 2027"),
        ("", "", "", ""),
    ],
)
def test_partial_range_says_what_is_known(start, end, french, english):
    with override("fr"):
        in_french = display.partial_range(start, end)
    with override("en"):
        in_english = display.partial_range(start, end)

    assert (in_french, in_english) == (french, english)


def test_time_range_has_one_time_or_two():
    end = AFTERNOON.replace(hour=17, minute=0)

    with override("fr"):
        said = [display.time_range(AFTERNOON), display.time_range(AFTERNOON, end)]

    assert said == ["à 14\u00a0h\u00a030", "de 14\u00a0h\u00a030 à 17\u00a0h"]


@pytest.mark.parametrize(
    ("name", "short_name", "expected"),
    [
        ("CHU de Montpellier", "", "CHU"),
        ("Montpellier Méditerranée Métropole", "", "MM"),
        ("Digital 113", "", "D113"),
        ("La French Tech Méditerranée", "", "FT"),
        ("Université de Montpellier", "UM", "UM"),
        ("Inria", "", "IN"),
        ("Les Halles de l'IA", "", "HI"),
        ("Centre informatique", "CINES", "CI"),
        ("…", "", "…"),
    ],
)
def test_initials_fit_a_niche(name, short_name, expected):
    assert display.initials(name, short_name) == expected


@pytest.mark.parametrize(
    ("part", "whole", "french", "english"),
    [
        (900_000, 2_560_000, "35,2\u00a0%", "35.2%"),
        (1, 4, "25\u00a0%", "25%"),
        (5, 5, "100\u00a0%", "100%"),
        (1, 0, "", ""),
    ],
)
def test_share_is_written_with_one_decimal_at_most(part, whole, french, english):
    with override("fr"):
        assert display.percent(part, whole) == french
    with override("en"):
        assert display.percent(part, whole) == english


@pytest.mark.parametrize(
    ("zone", "english"),
    [
        ("Europe/Paris", "Paris time"),
        ("Europe/London", "London time"),
        ("America/New_York", "New York time"),
        ("UTC", "UTC time"),
    ],
)
def test_time_zone_is_said_by_its_city(zone, english):
    with override("en"):
        assert display.zone_name(zone) == english
