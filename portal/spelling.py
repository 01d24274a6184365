"""What somebody may have meant: words of published titles and names that are spelled nearly the same.

`portal.search` teaches it the words of what becomes public, and takes back those that no public title
has any more. A word is kept under itself and under each of its beginnings and ends with one letter
left out (mot: mot, ot, mt, mo), so that two words with one difference share a key: whatever there is
to choose from, a look under the keys of what was typed is one query with an index, the same on both
databases.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from portal.search_models import SearchDocument, SpellingKey
from portal.words import LONGEST_QUERY, STOP_WORDS, Span, Word, fold, spans

# Shorter words are too like each other, longer ones are not typed.
SHORTEST, LONGEST = 4, 24
# How many words may be compared with what was typed, and how many queries offered for it.
MOST_LIKE, MOST_OFFERED = 300, 3


def keys(word: str) -> set[str]:
    """What a word is kept under: itself, and itself without any one letter."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def vocabulary(texts: Iterable[str]) -> dict[str, str]:
    """The words of some texts, without accents and capitals, and as they are written there."""
    found: dict[str, str] = {}
    for text in texts:
        text = unicodedata.normalize("NFC", text)
        for span in spans(text):
            written = text[span.start : span.end]
            # Those of Saint-Jean-de-Védas, and all of it.
            for part in {written, *written.replace("-", " ").split()}:
                word = span.whole if part == written else fold(part)
                if _is_word(word) and len(part) <= LONGEST * 2:
                    found.setdefault(word, part)
    return found


def _is_word(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and word not in STOP_WORDS


# --- What is known --------------------------------------------------------------------------------


def learn(words: Mapping[str, str]) -> None:
    """Know these words, by the way they are written: one query, and one if any is new."""
    known = set(SpellingKey.objects.filter(word__in=words).values_list("word", flat=True))
    new = [
        (key, word, written)
        for word, written in words.items()
        if word not in known
        for key in keys(word)
    ]
    SpellingKey.objects.bulk_create(
        # In order: two who learn the same words at the same time then wait for each other in line.
        [SpellingKey(key=key, word=word, written=written) for key, word, written in sorted(new)],
        ignore_conflicts=True,
    )


def forget(words: Collection[str]) -> None:
    """Know these words no more, except those that a title still has: a query for each known one."""
    if not words:
        return
    known = SpellingKey.objects.filter(word__in=words).values_list("word", flat=True)
    gone = [
        word
        for word in known.distinct()
        if not SearchDocument.objects.filter(title__match=Word(word)).exists()
    ]
    if gone:
        SpellingKey.objects.filter(word__in=gone).delete()


def forget_all() -> None:
    """Know nothing: for whoever teaches it everything anew."""
    SpellingKey.objects.all().delete()


# --- What was meant -------------------------------------------------------------------------------


def corrections(query: str) -> list[str]:
    """A few other queries, the likeliest first, for one that found nothing: one query."""
    query = unicodedata.normalize("NFC", query)
    typed = [span for span in spans(query) if _is_word(span.whole)]
    like = _like({span.whole for span in typed})
    wrong = [(span, nearest(span.whole, like)) for span in typed if span.whole not in like]
    wrong = [(span, near) for span, near in wrong if near]
    if not wrong:
        return []
    offered = []
    # First every word by its nearest one, then by the next; then one word at a time.
    for rank in range(MOST_OFFERED):
        offered.append([(span, near[min(rank, len(near) - 1)]) for span, near in wrong])
    offered += [[(span, near[0])] for span, near in wrong]
    written = dict.fromkeys(_replaced(query, each) for each in offered)
    return [text for text in written if len(text) <= LONGEST_QUERY][:MOST_OFFERED]


def _like(typed: set[str]) -> dict[str, str]:
    """The known words that share a key with any of those typed, as they are written."""
    shared = {key for word in typed for key in keys(word)}
    rows = SpellingKey.objects.filter(key__in=shared).order_by("word").distinct()
    return dict(rows.values_list("word", "written")[:MOST_LIKE])


def nearest(word: str, like: Mapping[str, str]) -> list[str]:
    """Those that were meant by a word, the likeliest first, as they are written."""
    most = 1 if len(word) < 6 else 2
    measured = ((differences(word, other), other[0] != word[0], other) for other in like)
    return [like[other] for count, _first, other in sorted(measured) if count <= most]


def _replaced(query: str, instead: Iterable[tuple[Span, str]]) -> str:
    for span, word in sorted(instead, key=lambda pair: -pair[0].start):
        query = query[: span.start] + word + query[span.end :]
    return query


def differences(one: str, other: str) -> int:
    """How many letters are added, left out, changed, or exchanged with the next, between two words."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, beside in enumerate(other, 1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != beside))
            exchanged = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == beside
            row.append(min(least, rows[-2][j - 2] + 1) if exchanged else least)
        rows.append(row)
    return rows[-1][-1]
