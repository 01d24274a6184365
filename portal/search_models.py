"""The table that search reads, and how each database is asked whether its words match.

`migrations/0002_search.py` gives it what Django does not know of: on SQLite a full-text table that
triggers keep in step with it, on PostgreSQL an index on the words, which are a `tsvector` there.
"""

from typing import Any

from django.db import models

from portal.words import AllOf, Node, Word

# PostgreSQL finds what has a limit on its own. Without one it may walk through all objects instead
# and look at each one's words, in the hope of meeting a page of matches soon: there may be none.
NO_LIMIT = 2**62
# The full-text table of SQLite, which has the keys of `SearchDocument`.
IN_FULL_TEXT = (
    "IN (SELECT rowid FROM portal_searchdocument_fts WHERE portal_searchdocument_fts MATCH %s)"
)


class WordsField(models.Field):
    """A set of words made by `portal.words`, as text with a space between two.

    `__match` asks whether they answer a `Node`: SQLite its full-text table, PostgreSQL its index.
    """

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_prep_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        if connection.vendor == "postgresql":
            # Not to_tsvector: PostgreSQL must not cut up what has been cut up already.
            return "array_to_tsvector(string_to_array(%s, ' '))"
        return "%s"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value.replace("'", "") if value else value


@WordsField.register_lookup
class Match(models.Lookup):
    """Whether a set of words answers a node of a query."""

    lookup_name = "match"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"portal_search_indexed({column}) @@ %s::tsquery", [*params, _tsquery(self.rhs)]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        quote = compiler.quote_name_unless_alias
        field = self.lhs.target
        row = f"{quote(self.lhs.alias)}.{quote(field.model._meta.pk.column)}"
        return f"{row} {IN_FULL_TEXT}", [f"{field.column}: ({_fts5(self.rhs)})"]


def ranked_rows(
    vendor: str, node: Node, titles: list[tuple[int, Node]], titled: Node | None = None
) -> tuple[str, list[Any]]:
    """A statement for the keys of the objects that answer a node, and how well their titles do.

    `titles` are ranks, the best first, with what a title has for each. Of many rows the first are
    found without the others; with `titled` only those whose title answers that as well.
    """
    if vendor == "postgresql":
        # Rows are in hand when they are ranked: without the index, which costs a look for each rank.
        rank, found = "title @@ %s::tsquery", "portal_search_indexed({}) @@ %s::tsquery"
        texts = [_tsquery(each) for _rank, each in titles]
        wanted = {"words": _tsquery(node)} | ({"title": _tsquery(titled)} if titled else {})
    else:
        rank, found = f"id {IN_FULL_TEXT}", f"id {IN_FULL_TEXT}"
        texts = [f"title: ({_fts5(each)})" for _rank, each in titles]
        wanted = {"words": f"words: ({_fts5(node)})"}
        wanted |= {"title": f"title: ({_fts5(titled)})"} if titled else {}
    cases = " ".join(f"WHEN {rank} THEN {number}" for number, _node in titles)
    where = " AND ".join(found.format(column) for column in wanted)
    # PostgreSQL finds what has a limit on its own: see `NO_LIMIT`.
    statement = (
        f"SELECT object_id, CASE {cases} ELSE 0 END AS rank FROM {SearchDocument._meta.db_table}"  # noqa: S608 - nothing here was typed by anybody
        f" WHERE {where} LIMIT {NO_LIMIT}"
    )
    return statement, [*texts, *wanted.values()]


def _tsquery(node: Node) -> str:
    if isinstance(node, Word):
        return f"'{node.text}':*" if node.prefix else f"'{node.text}'"
    return f"({(' & ' if isinstance(node, AllOf) else ' | ').join(map(_tsquery, node.parts))})"


def _fts5(node: Node) -> str:
    if isinstance(node, Word):
        return f'"{node.text}" *' if node.prefix else f'"{node.text}"'
    return f"({(' AND ' if isinstance(node, AllOf) else ' OR ').join(map(_fts5, node.parts))})"


class SearchDocument(models.Model):
    """What one published object is found by, in both languages. Only `portal.search` writes it.

    A migration that alters this table on SQLite must create its triggers again: Django copies the
    table and leaves them behind.
    """

    kind = models.CharField(max_length=100)
    object_id = models.PositiveBigIntegerField()
    title = WordsField()
    # Those of the title, those of the texts, and one that names the kind.
    words = WordsField()
    # The `portal.words.VERSION` that made them.
    analyser = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "kind"], name="portal_search_document_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class SpellingKey(models.Model):
    """A word of a published title, by one of the keys it is kept under. See `portal.spelling`."""

    key = models.CharField(max_length=24)
    word = models.CharField(max_length=24, db_index=True)
    written = models.CharField(max_length=48)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "word"], name="portal_spelling_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.word}"
