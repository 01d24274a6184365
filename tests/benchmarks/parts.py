"""What rows of several kinds are made of: chance, texts, what search finds them by, agreements."""

import datetime
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from django.utils.text import slugify

from portal import search, words
from portal.i18n import LANGUAGES
from portal.models import SearchDocument, Status
from portal.narrowing import mark
from tests.benchmarks import stock
from tests.benchmarks.table import Batch, vector

DAY = datetime.timedelta(days=1)
# Nine tenths of the events lie behind, in these years, more of them lately.
YEARS_BACK = 10


@dataclass(frozen=True)
class World:
    """What all rows refer to: how many there are, the day they count from, what staff keep."""

    organisations: int
    events: int
    projects: int
    today: datetime.datetime
    themes: list[tuple[int, str, str]]  # key, French name, English name
    communes: list[tuple[int, str]]
    college: int

    @classmethod
    def of(cls, rows: int, **more: Any) -> "World":
        return cls(
            organisations=rows // 10, events=rows - 2 * (rows // 10), projects=rows // 10, **more
        )

    @property
    def people(self) -> int:
        return self.organisations // 2

    @property
    def sources(self) -> int:
        return max(40, self.organisations // 20)


# --- Chance ---------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def _falling(count: int) -> list[float]:
    """The sums of 1, 1/2, 1/3, …: how often the first, the second, … of something is met."""
    return list(accumulate(1 / n for n in range(1, count + 1)))


def one(rng: Random, of: Any) -> Any:
    """One of a sequence, the first most often."""
    sums = _falling(len(of))
    return of[bisect(sums, rng.random() * sums[-1])]


def some(rng: Random, of: Any, most: int) -> list[Any]:
    """One to `most` of a sequence, each once, in order of their choice."""
    return list(dict.fromkeys(one(rng, of) for _n in range(rng.randint(1, most))))


def organisation_key(rng: Random, world: World) -> int:
    """The key of an organisation; the first ones do the most."""
    return int(world.organisations * rng.random() ** 2) + 1


def is_withdrawn(key: int) -> bool:
    """Whether an object is public no more: one in fifty."""
    return key % 50 == 49


def lives(key: int, published: datetime.datetime) -> dict[str, Any]:
    """What every published row has."""
    gone = is_withdrawn(key)
    return {
        "status": str(Status.WITHDRAWN if gone else Status.PUBLISHED),
        "published_at": published,
        "updated_at": published + (key % 90) * DAY,
        "withdrawn_at": published + 90 * DAY if gone else None,
    }


def agreement(rng: Random, at: datetime.datetime) -> dict[str, Any]:
    """Nine in ten agreed, some were asked in vain, a few said no."""
    drawn = rng.random()
    return {
        "asked_at": at,
        "agreed_at": at if drawn < 0.9 else None,
        "declined_at": at if drawn > 0.98 else None,
    }


# --- Texts ----------------------------------------------------------------------------------------


def sentence(rng: Random, topic: stock.Pair, of: list[stock.Pair] = stock.SENTENCES) -> stock.Pair:
    french, english = rng.choice(of)
    return french.format(topic[0]), english.format(topic[1])


def summary(rng: Random, topic: stock.Pair) -> stock.Pair:
    while True:
        found = sentence(rng, topic)
        if len(found[0]) < 200:
            return found


def description(rng: Random) -> list[stock.Pair]:
    """Lines of Markdown: paragraphs, often a heading and a list."""
    topic = one(rng, stock.TOPICS)
    lines = [sentence(rng, topic) for _n in range(rng.randint(2, 5))]
    if rng.random() < 0.6:
        lines.append(rng.choice(stock.HEADINGS))
        lines += [sentence(rng, topic, stock.POINTS) for _n in range(rng.randint(2, 4))]
    return lines


def joined(lines: list[stock.Pair], language: int) -> str:
    """Lines as a text: items of a list follow one another, all else stands alone."""
    parts: list[str] = []
    for line in lines:
        piece = line[language]
        parts.append(
            "\n" if parts and parts[-1].startswith("- ") and piece.startswith("- ") else "\n\n"
        )
        parts.append(piece)
    return "".join(parts[1:])


def in_both(
    name: str, pair: stock.Pair, *, french: bool = True, english: bool = True
) -> dict[str, str]:
    """The two columns of a text, empty where a language lacks it."""
    return {f"{name}_fr": pair[0] if french else "", f"{name}_en": pair[1] if english else ""}


@lru_cache(maxsize=200_000)
def _slug(title: str) -> str:
    return slugify(title.replace("’", " "))[:90].strip("-")


# --- Search ---------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def _title_words(french: str, english: str) -> tuple[str, ...]:
    titles = {"fr": french, "en": english}
    return (*words.of_texts(titles, dropping=()), *words.whole_lines(titles.values()))


@lru_cache(maxsize=100_000)
def _words(language: str, piece: str) -> tuple[str, ...]:
    return tuple(words.of_texts({language: piece}))


class Found:
    """What an object is found by: its title and the pieces of its other texts, for each reader."""

    def __init__(self, *, french: bool = True, english: bool = True) -> None:
        self.french, self.english = french, english
        self.pieces: tuple[list[str], list[str]] = ([], [])
        self.marks: set[str] = set()

    def by(self, *pairs: stock.Pair) -> None:
        """Texts of which a language may lack its own: its reader is shown the other one."""
        self.by_both(*map(self.shown, pairs))

    def by_both(self, *pairs: stock.Pair) -> None:
        """Texts that exist in both languages."""
        for pair in pairs:
            for pieces, piece in zip(self.pieces, pair, strict=True):
                pieces.append(piece)

    def by_names(self, *names: str) -> None:
        """What is called the same in both languages."""
        self.by_both(*((name, name) for name in names))

    def mark(self, **values: Any) -> None:
        """What lists are narrowed by: a value of each of these columns."""
        self.marks |= {mark(name, value) for name, value in values.items() if value is not None}

    def shown(self, pair: stock.Pair) -> stock.Pair:
        """What readers of each language are shown of a text."""
        return pair[0 if self.french else 1], pair[1 if self.english else 0]

    def index(self, batch: Batch, model: Any, key: int, title: stock.Pair) -> None:
        """The row that search finds an object by, as `portal.search` writes it.

        No word reaches over the end of a line or a sentence, so the words of a text are those of its
        pieces: each is read once, which makes a million rows possible. `seed.verify` compares the two.
        """
        titled = dict.fromkeys(_title_words(*title))
        kind = search.kind_of(model)
        found = {kind, *titled, *self.marks}
        for language, pieces in zip(LANGUAGES, self.pieces, strict=True):
            for piece in pieces:
                found.update(_words(language, piece))
        batch.add(
            SearchDocument,
            kind=kind,
            object_id=key,
            title=vector(list(titled)),
            words=vector(sorted(found)),
            analyser=words.VERSION,
        )


# --- Names of organisations -----------------------------------------------------------------------

KINDS = list(stock.BODIES)


@lru_cache(maxsize=200_000)
def kind_of(key: int) -> str:
    return one(Random(key), KINDS)


@lru_cache(maxsize=200_000)
def name_of(key: int) -> str:
    return stock.name_of(key, kind_of(key))


def slug_of(key: int) -> str:
    return f"{_slug(name_of(key))}-{key}"


# --- What several kinds have ----------------------------------------------------------------------


def cite(batch: Batch, world: World, relation: Any, key: int, rng: Random) -> None:
    """Sources, for three objects in ten."""
    if rng.random() < 0.3:
        batch.link(relation, key, [rng.randint(1, world.sources)])


def themed(batch: Batch, world: World, relation: Any, key: int, rng: Random, found: Found) -> None:
    """One to three themes."""
    themes = some(rng, world.themes, 3)
    batch.link(relation, key, [theme[0] for theme in themes])
    found.by_both(*((french, english) for _key, french, english in themes))
    for theme in themes:
        found.mark(themes=theme[0])


def titled(key: int, title: stock.Pair, told: list[stock.Pair], found: Found) -> dict[str, Any]:
    """The texts and addresses of an event or a project; the first line told is its summary."""
    french, english = found.french, found.english
    slugs = (f"{_slug(title[0])}-{key}", f"{_slug(title[1])}-{key}")
    return {
        **in_both("title", title, french=french, english=english),
        "slug_fr": slugs[0] if french else None,
        "slug_en": slugs[1] if english else None,
        **in_both("summary", told[0], french=french, english=english),
        "description_fr": joined(told[1:], 0) if french else "",
        "description_en": joined(told[1:], 1) if english else "",
    }


def named(
    batch: Batch,
    model: Any,
    key: int,
    organisations: list[int],
    at: Any,
    rng: Random,
    found: Found,
    **more: Any,
) -> None:
    """The rows by which an object names organisations; each column of `more` has a value for each."""
    for position, organisation in enumerate(organisations):
        agreed = agreement(rng, at)
        batch.add(
            model,
            id=key * 8 + position,
            position=position,
            organisation_id=organisation,
            **{column: values[position] for column, values in more.items()},
            **{f"{model.parent}_id": key},
            **agreed,
        )
        if agreed["agreed_at"] and not is_withdrawn(organisation):
            found.by_names(name_of(organisation))
