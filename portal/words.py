"""What a text is found by: its words without accents and capitals, and their stems.

Both databases store and compare what is made here and know nothing of languages themselves, so
they find the same things. Whoever changes what a text gives must raise `VERSION`: rows written
before are then known to be old, and the command `reindex` writes them again.
"""

import re
import threading
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

VERSION = 4

# Longer than any word of French or English. PostgreSQL takes 2 kB a word and 1 MB a row.
LONGEST_WORD = 60
MOST_WORDS = 4_000
LONGEST_QUERY = 200
# More words than a person types; each costs a look in the index.
MOST_QUERY_WORDS = 16
# What shorter beginnings stand for is nearly everything.
SHORTEST_PREFIX = 3
# Stands in words that nobody can type, so that they are never those of a text: it is not a letter.
MARK = "·"

# Words so common that they tell nothing, in either language. Not "ai", "est", "it", "son" or "us",
# which are also an acronym, a point of the compass, a noun.
STOP_WORDS = frozenset(
    """a au aux avec ce ces cet cette dans de des du elle en et il la le les leur leurs ou par pour
    que qui se ses sur un une
    an and are as at by for from in is of on or that the their this to with""".split()  # noqa: SIM905 - a list would fill fifty lines
)
ELIDED = ("c", "d", "j", "jusqu", "l", "lorsqu", "m", "n", "puisqu", "qu", "quoiqu", "s", "t")
# What people write in more than one way, or in the other language.
SYNONYMS = {"ai": ("ia",), "ia": ("ai",), "st": ("saint",), "ste": ("sainte",)}

APOSTROPHES = "'’ʼ‘`´"
# Drawn for the letter it looks like, as in Pl@ntNet; not so in an e-mail address.
_AT_FOR_A = re.compile(r"(?<=[^\W_])@(?=[^\W_])(?![\w-]+\.\w)")
# A word may have these inside: one of them, with a letter or digit on each side.
_CHUNK = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}‐‑@#&._·+-][^\W_]+)*(?:\+\+|#(?!\w))?")
_PART = re.compile(r"[^\W_]+")
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z]{2})(?=[A-Z][^\W\d_A-Z]{2})")
_ELISION = re.compile(rf"\b({'|'.join(ELIDED)})[{APOSTROPHES}](?=\w)", re.IGNORECASE)
_WITHOUT_ACCENT = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)

# The stemmer tells French endings by their accents, which are gone: these bring such words, and
# feminine names of trades, to a form that it knows.
_FRENCH_ENDINGS = (
    (re.compile(r"(?<=\w{5})ees?$"), "e"),  # not "année", which would find Anne
    (re.compile("ieres?$"), "ier"),
    (re.compile("euses?$"), "eur"),
    (re.compile("trices?$"), "teur"),
)
_AMERICAN = re.compile(r"(?<=\w{4})iz(e|es|ed|er|ers|ing|ation|ations|ational)$")

_stemmers = {
    language: snowballstemmer.stemmer(name)
    for language, name in (("fr", "french"), ("en", "english"))
}
# A stemmer keeps the word it works on in itself, and requests run in several threads.
_stemming = threading.Lock()


# --- Words ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chunk:
    """What stands between two spaces: its parts, and all of it as one word."""

    parts: tuple[str, ...]
    whole: str

    @property
    def words(self) -> tuple[str, ...]:
        return self.parts if self.parts == (self.whole,) else (*self.parts, self.whole)


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """A text without accents, ligatures, capitals and typographic variants of letters."""
    return _without_marks(text).casefold().translate(_WITHOUT_ACCENT)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))


def _chunks(text: str) -> Iterator[_Chunk]:
    """The chunks of a text, without the articles that lost their vowel.

    "l'Odyss'IA" is odyss + ia and odyssia, "DocSimulator" doc + simulator and docsimulator,
    "Pl@ntNet" plant + net and plantnet, "ERIOS#1" erios + 1 and erios1, "C++" cplusplus.
    """
    text = _ELISION.sub(" ", _AT_FOR_A.sub("a", _without_marks(text)))
    for match in _CHUNK.finditer(text):
        written = re.sub("#$", "sharp", match.group().replace("++", "plusplus"))
        parts = [fold(part) for part in _PART.findall(_INNER_CAPITAL.sub(" ", written))]
        yield _Chunk(tuple(part[:LONGEST_WORD] for part in parts), "".join(parts)[:LONGEST_WORD])


class Span(NamedTuple):
    """Where a chunk stands in a text, without an article before it, and the words it gives."""

    start: int
    end: int
    whole: str
    words: tuple[str, ...]


def spans(text: str) -> Iterator[Span]:
    """The chunks of a text with their places in it. Accents must be one with their letters (NFC)."""
    for start, written in chunks_in(text):
        article = length_of_article(written)
        if found := _words_of(written[article:]):
            yield Span(start + article, start + len(written), *found)


def chunks_in(text: str) -> Iterator[tuple[int, str]]:
    """The chunks of a text as they are written, with their articles, each after its place."""
    return ((match.start(), match.group()) for match in _CHUNK.finditer(text))


def written_in(text: str) -> set[str]:
    """The same chunks, each once."""
    return set(_CHUNK.findall(text))


@lru_cache(maxsize=50_000)
def forms_of(written: str, language: str) -> frozenset[str]:
    """The words that a chunk gives, and what their forms have in common in a language; of "" both."""
    found = _words_of(written[length_of_article(written) :])
    words = found[1] if found else ()
    languages = (language,) if language else tuple(_stemmers)
    return frozenset(words).union(*(stems(word, each) for word in words for each in languages))


def length_of_article(written: str) -> int:
    """How many of the signs of a chunk are an article before it that lost its vowel."""
    article = _ELISION.match(written)
    return article.end() if article else 0


@lru_cache(maxsize=20_000)
def _words_of(written: str) -> tuple[str, tuple[str, ...]] | None:
    """What stands between two spaces, as one word, and the words it gives: texts repeat themselves."""
    # One sign may stand for several, such as ¼.
    chunks = list(_chunks(written))
    if not chunks:
        return None
    words = tuple(word for chunk in chunks for word in chunk.words)
    return "".join(chunk.whole for chunk in chunks), words


@lru_cache(maxsize=50_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """What the forms of a folded word have in common, in a language; codes have nothing."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return ()
    forms = [word]
    if language == "fr":
        forms += [ending.sub(instead, word) for ending, instead in _FRENCH_ENDINGS]
    else:
        forms = [_AMERICAN.sub(r"is\1", word)]
    with _stemming:
        found = {_stemmers[language].stemWord(form) for form in forms}
    return tuple(sorted(found - {word, ""}))


def of_texts(texts: dict[str, str], dropping: Collection[str] = STOP_WORDS) -> list[str]:
    """The words and stems of a text in several languages, sorted, each once."""
    found: dict[str, None] = {}
    for language, text in texts.items():
        for chunk in _chunks(text):
            for word in chunk.words:
                if word not in dropping:
                    found[word] = None
                    found.update(dict.fromkeys(stems(word, language)))
            if len(found) > MOST_WORDS:
                break
    return sorted(found)


def whole_lines(texts: Iterable[str]) -> list[str]:
    """A word for each line, that only a query which says all of that line and no more has too."""
    lines = {_whole(_chunks(line)) for text in texts for line in text.splitlines()}
    return sorted(lines - {MARK})


def _whole(chunks: Iterable[_Chunk]) -> str:
    kept = "".join(chunk.whole for chunk in chunks if chunk.whole not in STOP_WORDS)
    return f"{MARK}{kept}"[:LONGEST_WORD]


# --- Queries --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """One word that must be there; with `prefix` it may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True)
class AllOf:
    """Everything here must be found."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """One thing of these is enough."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class NoneOf:
    """Nothing of these may be there, beside something that must be."""

    parts: tuple["Node", ...]


Node = Word | AllOf | AnyOf | NoneOf


@dataclass(frozen=True)
class Query:
    """What somebody looks for: a node for each word, and the last one as if it were not finished.

    `finished` is the last one taken as it stands, `whole` what a title has that says just this.
    """

    terms: tuple[Node, ...]
    finished: Node
    whole: Word


def read_query(text: str) -> Query | None:
    """What a typed text looks for; None if it has no letter and no digit."""
    chunks = list(_chunks(text[:LONGEST_QUERY]))
    telling = [chunk for chunk in chunks if chunk.whole not in STOP_WORDS] or chunks
    telling = list(dict.fromkeys(telling))[:MOST_QUERY_WORDS]
    if not telling:
        return None
    *before, last = telling
    terms = [_term(chunk) for chunk in before]
    return Query((*terms, _term(last, prefix=True)), _term(last), Word(_whole(chunks)))


def _term(chunk: _Chunk, prefix: bool = False) -> Node:
    """A chunk typed in a query, as it may stand in a text of either language."""
    together = _variants(chunk.whole, prefix)
    if chunk.words == chunk.parts:
        return AnyOf(together)
    # What is typed with a hyphen may be written in two words.
    *before, last = [part for part in chunk.parts if part not in STOP_WORDS] or chunk.parts
    apart = AllOf((*(AnyOf(_variants(part)) for part in before), AnyOf(_variants(last, prefix))))
    return AnyOf((*together, apart))


def _variants(word: str, prefix: bool = False) -> tuple[Word, ...]:
    other = {*stems(word, "fr"), *stems(word, "en"), *SYNONYMS.get(word, ())} - {word}
    unfinished = prefix and len(word) >= SHORTEST_PREFIX
    return (Word(word, unfinished), *map(Word, sorted(other)))
