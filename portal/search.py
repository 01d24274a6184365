"""Text search: one row for each published object, with all it is found by in both languages.

Whoever writes public content calls `index` in the same transaction. Readers narrow a queryset with
`matching` or `ranked`, or ask `search` about several kinds at once; they begin with `published()`
as always, so that a row which should not be here any more shows nothing.

A row is written for an object and not for each of its languages: a text that exists in one language
would be kept twice, and "AI santé" would not find what says "santé" in French and "AI" in English.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.apps import apps
from django.db import connections, models, transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from portal import counting, i18n, matches, spelling, words
from portal.keeping import recall_together
from portal.keyset import in_either
from portal.narrowing import MARKED_SINCE, NOTHING_KNOWN, Known, marks_of
from portal.search_models import KINDS_INDEXED, NO_LIMIT, SearchDocument

BATCH = 100
# So many matches have as many public objects among them as are counted: rows of search may be left of
# some that are no longer public.
ENOUGH = counting.MOST + 100


class Searchable(Protocol):
    """What an object needs to be found: the title and the other texts that it has for a reader."""

    pk: Any

    @property
    def is_published(self) -> bool: ...

    def search_texts(self, language: str) -> tuple[str, str]: ...


class QueryRefused(ValueError):
    """A query that cannot be answered; its text is for the person who typed it."""

    message: Any = _("This search cannot be understood.")

    def __str__(self) -> str:
        return str(self.message)


class QueryTooLong(QueryRefused):
    """More characters than anybody types."""

    message = _("A search may have 200 characters at most.")


class QueryMalformed(QueryRefused):
    """A character that is no text: NUL, another control character, half of a surrogate pair."""

    message = _("This search contains a character that cannot be searched for.")


# --- Writing --------------------------------------------------------------------------------------


def index(obj: Searchable) -> None:
    """Make `obj` findable by what it says now, or no longer if it is not published: one write."""
    if obj.is_published:
        index_all([obj])
    else:
        remove(obj)


def index_all(objects: Iterable[Searchable]) -> None:
    """Write the rows of published objects, all at once; naming one twice does no harm.

    The words of their titles are offered for misspelled ones from now on; those of the titles that
    they had before are not, unless another title has them.
    """
    said = {obj: _texts_of(obj) for obj in objects}
    # In order: two who write several at the same time then wait for each other in line.
    documents = sorted(
        (_document(obj, *texts) for obj, texts in said.items()),
        key=lambda row: (row.kind, row.object_id),
    )
    before = _title_words(documents)
    SearchDocument.objects.bulk_create(
        documents,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["title", "words", "analyser"],
    )
    titles = [title for by_language, _texts in said.values() for title in by_language.values()]
    spelling.learn(spelling.vocabulary(titles))
    spelling.forget(before.difference(*(row.title for row in documents)))


def remove(obj: Any) -> None:
    """Make `obj` unfindable."""
    row = SearchDocument(kind=kind_of(type(obj)), object_id=obj.pk)
    before = _title_words([row])
    SearchDocument.objects.filter(kind=row.kind, object_id=row.object_id).delete()
    spelling.forget(before)


def _title_words(documents: Iterable[SearchDocument]) -> set[str]:
    """The words of the titles that these objects have in the index, which may be others by now."""
    wanted = {(row.kind, row.object_id) for row in documents}
    kinds, keys = {kind for kind, _key in wanted}, {key for _kind, key in wanted}
    rows = SearchDocument.objects.filter(kind__in=kinds, object_id__in=keys)
    found = rows.values_list("kind", "object_id", "title")
    return {word for *which, title in found if tuple(which) in wanted for word in title.split()}


def kind_of(model: type[Any]) -> str:
    """How rows name a model: a word of theirs too, so that one look in the index answers both."""
    meta = model._meta.concrete_model._meta
    return f"{meta.app_label}{words.MARK}{meta.model_name}".replace("_", words.MARK)


def _texts_of(obj: Searchable) -> tuple[dict[str, str], dict[str, str]]:
    """The titles and the other texts of an object, by their language."""
    titles, texts = {}, {}
    for language in i18n.LANGUAGES:
        titles[language], texts[language] = obj.search_texts(language)
    return titles, texts


def _document(obj: Searchable, titles: dict[str, str], texts: dict[str, str]) -> SearchDocument:
    # All words of a title: it may have no others than those which tell nothing.
    title = words.of_texts(titles, dropping=()) + words.whole_lines(titles.values())
    kind = kind_of(type(obj))
    return SearchDocument(
        kind=kind,
        object_id=obj.pk,
        title=title,
        words=sorted({kind, *marks_of(obj), *title, *words.of_texts(texts)}),
        analyser=words.VERSION,
    )


def every_model() -> list[type[models.Model]]:
    """Whatever search finds: every model that says what it is found by."""
    return [model for model in apps.get_models() if hasattr(model, "search_texts")]


def rewrite(model: type[models.Model]) -> Iterator[int]:
    """Write the rows of a model again and remove those of what is not published; counts up.

    Each batch is locked while it is written, so that no edit of the same moment is lost.
    """
    leftover(model).delete()
    written, last = 0, 0
    while True:
        with transaction.atomic():
            rows = published(model).filter(pk__gt=last).order_by("pk")
            batch: list[Any] = list(rows.select_for_update(of=("self",))[:BATCH])
            index_all(batch)
        if not batch:
            return
        written, last = written + len(batch), batch[-1].pk
        yield written


def renew(model: type[models.Model]) -> Iterator[int]:
    """Write those rows of a model again that an older analysis wrote; counts up, as `rewrite` does.

    Those of what is no longer public are removed.
    """
    older = SearchDocument.objects.filter(kind=kind_of(model), analyser__lt=words.VERSION)
    written = 0
    while keys := set(older.values_list("object_id", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = published(model).filter(pk__in=keys).order_by("pk")
            batch: list[Any] = list(rows.select_for_update(of=("self",)))
            index_all(batch)
            older.filter(object_id__in=keys.difference(obj.pk for obj in batch)).delete()
        written += len(keys)
        yield written


def leftover(model: type[models.Model]) -> models.QuerySet[SearchDocument]:
    """The rows of what is not published, or no longer there."""
    public = published(model).filter(pk=OuterRef("object_id"))
    return SearchDocument.objects.filter(~Exists(public), kind=kind_of(model))


def missing(model: type[models.Model]) -> models.QuerySet:
    """What is published and has no row, or one that an older analysis wrote."""
    row = SearchDocument.objects.filter(
        kind=kind_of(model), object_id=OuterRef("pk"), analyser=words.VERSION
    )
    return published(model).filter(~Exists(row))


def published(model: type[Any]) -> models.QuerySet:
    """The rows of a model that a visitor may find."""
    return model._default_manager.published()


# --- Reading --------------------------------------------------------------------------------------


def clean_query(text: str) -> str:
    """A typed query with single spaces; raises QueryRefused for what nobody types."""
    query = " ".join(re.split(r"[ \t\r\n]+", text)).strip()
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in query):
        raise QueryMalformed
    if len(query) > words.LONGEST_QUERY:
        raise QueryTooLong
    return query


def matching(
    queryset: models.QuerySet,
    query: str,
    most: int | None = NO_LIMIT,
    known: Known = NOTHING_KNOWN,
) -> models.QuerySet:
    """The rows in which every word of `query` is found, in some form, in either language.

    The last word may be unfinished. An empty query keeps all rows, one without a letter or digit
    none. Adds no query of its own and refuses no text.

    All matches are found first, or the first `most` of them. With None the rows may be walked through
    in their order instead, which is for words that very many have. `known` is what search knows of the
    queryset: nothing else is found, which is faster.
    """
    if not query.strip():
        return queryset
    wanted = words.read_query(query)
    if wanted is None:
        return queryset.none()
    found = _keys(_found(queryset.model, wanted), known, most)
    return queryset.filter(pk__in=found)


def ranked(
    queryset: models.QuerySet,
    query: str,
    known: Known = NOTHING_KNOWN,
    *,
    are_many: bool = False,
) -> models.QuerySet:
    """Those that match, with their `rank`, the best first, then in the order they had.

    Of very many, if it is known that they are, those that their titles put first and some others.
    `known` is what search knows of the queryset.

    4: the title says just this; 3: it has all the words; 2: it has them if the last is unfinished;
    1: it has some; 0: they are found in the other texts.
    """
    wanted = words.read_query(query)
    if wanted is None:
        return matching(queryset, query).annotate(rank=Value(0))
    if are_many:
        every = _found(queryset.model, wanted)
        titled = every.filter(title__match=_titled(wanted))
        rows = queryset.order_by()
        some, best = (
            rows.filter(pk__in=_keys(found, known, enough)).values("pk")[:most]
            for found, enough, most in (
                (every, ENOUGH if known.is_all else None, counting.MOST),
                (titled, None, matches.MOST_RANKED),
            )
        )
        found = queryset.filter(in_either(queryset.db, best, some))
    else:
        found = matching(queryset, query, known=known)
    order = queryset.query.order_by or queryset.model._meta.ordering or ()
    rank: Any = _rank_of_each if are_many else _rank
    return found.annotate(rank=rank(queryset.model, wanted)).order_by("-rank", *order, "pk")


@dataclass(frozen=True)
class Results:
    """What was found: the best `objects` of all kinds in order, and how many of each model.

    A count above `portal.counting.MOST` stands for any larger number.
    """

    objects: list[Any]
    counts: dict[type[models.Model], int]
    # How many of these can be looked through: of very many not all are ranked.
    ranked: dict[type[models.Model], int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def search(
    query: str,
    querysets: Iterable[models.QuerySet],
    limit: int,
    *,
    skipped: int = 0,
    only: type[models.Model] | None = None,
    most: int = matches.MOST_RANKED,
    scope: str = "",
) -> Results:
    """The best rows of several querysets, each of another model, `limit` of them after some skipped.

    Nobody may look beyond `most`: of a kind in which very many answer no more are ranked.

    Rows of equal rank come in the order of the querysets; with `only` those of one model come, and all
    are counted. One query, another where there are very many, and one for each kind that comes. An
    empty query finds nothing.

    `scope` says which querysets these are, in a word: what many rows answer is then found once
    (`portal/keeping.py`).
    """
    querysets = list(querysets)
    last = skipped + limit
    limits = [last if only in (None, queryset.model) else 0 for queryset in querysets]
    which = only._meta.label if only else ""
    name = ("search", scope, i18n.current(), query, skipped, limit, which, most)

    def find(_names: Any) -> dict[Any, matches.Found]:
        answer = _find(query, querysets, limits, most)
        return {name: replace(answer, hits=answer.hits[skipped:last])}

    def typed(_name: Any, found: matches.Found) -> int:
        # A page that does not exist is not worth it.
        return sum(found.counts) if found.hits or not skipped else 0

    answer = (recall_together([name], find, typed) if scope else find([name]))[name]
    models_ = [queryset.model for queryset in querysets]
    counts, ranked = (
        dict(zip(models_, numbers, strict=True)) for numbers in (answer.counts, answer.ranked)
    )
    return Results(_objects(answer.hits, querysets), counts, ranked)


def _objects(hits: list[matches.Hit], querysets: list[models.QuerySet]) -> list[Any]:
    """What was hit, in that order, each with its rank: a query for each kind among them."""
    found: dict[tuple[int, int], Any] = {}
    for number, queryset in enumerate(querysets):
        keys = [hit.key for hit in hits if hit.kind == number]
        rows = queryset.order_by().filter(pk__in=keys) if keys else ()
        found |= {(number, row.pk): row for row in rows}
    objects = []
    for hit in hits:
        # What was withdrawn since then is not among them.
        if row := found.get((hit.kind, hit.key)):
            row.rank = hit.rank
            objects.append(row)
    return objects


def suggestion(query: str, querysets: Iterable[models.QuerySet]) -> str:
    """What somebody may have meant whose query finds nothing in these querysets, or "".

    Words of public titles only, and only if it finds something there: one query, and one for each
    of the few things that may have been meant.
    """
    querysets = list(querysets)
    for meant in spelling.corrections(query):
        if any(_find(meant, querysets, [0] * len(querysets), 1).counts):
            return meant
    return ""


def _find(
    query: str, querysets: list[models.QuerySet], limits: list[int], most: int
) -> matches.Found:
    """The best hits of each queryset, as many as its limit says, and how many each has."""
    wanted = words.read_query(query)
    if wanted is None:
        return matches.Found([], [0] * len(querysets), [0] * len(querysets))
    looked_for = matches.Wanted(
        kinds=[kind_of(queryset.model) for queryset in querysets],
        words=words.AllOf(wanted.terms),
        finished=words.AllOf((*wanted.terms[:-1], wanted.finished)),
        titles=_titles(wanted),
        titled=_titled(wanted),
    )
    return matches.find(querysets, looked_for, limits, most)


def _found(model: type[models.Model], wanted: words.Query) -> models.QuerySet[SearchDocument]:
    """The search rows of a model that match."""
    kind = kind_of(model)
    rows = SearchDocument.objects.all()
    if connections[rows.db].vendor == "postgresql" and kind in KINDS_INDEXED:
        return rows.filter(kind=kind, words__match=words.AllOf(wanted.terms))
    return rows.filter(words__match=words.AllOf((words.Word(kind), *wanted.terms)))


def _keys(rows: models.QuerySet, known: Known, most: int | None) -> models.QuerySet:
    """The keys of the objects of rows of search, of which this is known: all, or the first `most`."""
    if most is None or not known.marks:
        return rows.values("object_id")[:most]
    if connections[rows.db].vendor != "postgresql":
        return rows.values("object_id")
    # What has no marks yet is no answer to what must not be there.
    marked = rows.filter(words__match=words.AllOf(known.marks), analyser__gte=MARKED_SINCE)
    others = [rows.filter(analyser__lt=MARKED_SINCE)]
    if known.doubtful is not None:
        doubtful = words.AllOf((known.doubtful, *known.marks[1:]))
        others.append(rows.filter(words__match=doubtful))
    first = marked.values("object_id")[: most if known.is_all else NO_LIMIT]
    return first.union(*(each.values("object_id") for each in others), all=True)


def _rank(model: type[models.Model], wanted: words.Query) -> Case:
    """How well the title of an object answers, among those that match."""
    cases = []
    for rank, node in _titles(wanted):
        titled = _found(model, wanted).filter(title__match=node).values("object_id")
        cases.append(When(pk__in=titled[: matches.MOST_RANKED], then=Value(rank)))
    return Case(*cases, default=Value(0))


def _rank_of_each(model: type[models.Model], wanted: words.Query) -> Subquery:
    """The same, looked up for each of some rows."""
    row = SearchDocument.objects.filter(kind=kind_of(model), object_id=OuterRef("pk"))
    cases = [When(title__says=node, then=Value(rank)) for rank, node in _titles(wanted)]
    rank = Case(*cases, default=Value(0), output_field=IntegerField())
    return Subquery(row.values(_rank=rank)[:1])


def _titled(wanted: words.Query) -> words.Node:
    """What a title has that gives any rank: one of the words, or what others ask for less."""
    return words.AnyOf((wanted.whole, *wanted.terms))


def _titles(wanted: words.Query) -> list[tuple[int, words.Node]]:
    """What a title has for each rank, the best first; see `ranked`."""
    before = wanted.terms[:-1]
    nodes: list[words.Node] = [
        wanted.whole,
        words.AllOf((*before, wanted.finished)),
        words.AllOf(wanted.terms),
    ]
    if before:
        nodes.append(words.AnyOf(wanted.terms))
    return list(zip(range(4, 0, -1), nodes, strict=False))
