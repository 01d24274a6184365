"""Reads the public pages of events and projects as a visitor does."""

import datetime
import json
import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import override

PARIS = ZoneInfo("Europe/Paris")


def moment(year, month, day, hour=12, minute=0, zone=PARIS):
    """A time, where events take place unless another place is said."""
    return datetime.datetime(year, month, day, hour, minute, tzinfo=zone)


def address(name: str, *args: object, language: str = "en") -> str:
    """The address of a page in a language."""
    with override(language):
        return reverse(f"events:{name}", args=args)


def body(response) -> str:
    """The text of an answer, read to its end."""
    whole = b"".join(response) if response.streaming else response.content
    return whole.decode()


def rows(response) -> list[str]:
    """The titles of the rows of a list, in order."""
    titles = re.findall(r'class="row-title"><a [^>]*>(.*?)</a>', body(response))
    return [re.sub(r"<[^>]*>", "", title) for title in titles]


def facts(response) -> dict[str, str]:
    """The facts beside a text, as words."""
    found = {}
    for name, values in re.findall(r"<dt>(.*?)</dt>\s*((?:<dd.*?</dd>\s*)+)", body(response), re.S):
        words = [
            " ".join(re.sub(r"<[^>]*>", "", value).split())
            for value in re.findall(r"<dd.*?>(.*?)</dd>", values, re.S)
        ]
        found[name] = " | ".join(words)
    return found


def data(response, kind: str) -> dict:
    """The one thing of this kind that the page tells machines about."""
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', body(response)).group(
        1
    )
    (found,) = [thing for thing in json.loads(script)["@graph"] if thing["@type"] == kind]
    return found


def links(response, rel: str) -> list[str]:
    """The addresses that the head gives for a relation, with their language if they say it."""
    found = re.findall(rf'<link rel="{rel}"(?: hreflang="([^"]+)")? href="([^"]+)"', body(response))
    return [f"{language} {url}".strip() for language, url in found]


def notices(response) -> list[str]:
    """What the notices of a page say; one that waits in a template says nothing."""
    shown = re.sub(r"<template.*?</template>", "", body(response), flags=re.S)
    found = re.findall(r'<(div|p) class="notice[^>]*>(.*?)</\1>', shown, re.S)
    return [" ".join(re.sub(r"<[^>]*>", " ", notice).split()) for _tag, notice in found]


def chips(response) -> list[str]:
    """The filters in force, as they are said."""
    found = re.findall(r'<a class="chip".*?</span>(.*?)<svg', body(response), re.S)
    return [" ".join(chip.split()) for chip in found]


class _Elements(HTMLParser):
    """Counts the elements of a page, those inside a drawing apart."""

    def __init__(self) -> None:
        super().__init__()
        self.number = self.depth = 0

    def handle_starttag(self, tag, attrs):
        self.number += not self.depth
        self.depth += tag == "svg"

    def handle_endtag(self, tag):
        self.depth -= tag == "svg"


def elements(response) -> int:
    """How many elements a page has; a drawing is one."""
    counter = _Elements()
    counter.feed(body(response))
    return counter.number
