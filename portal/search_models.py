"""The table that search reads, and how each database is asked whether its words match.

`migrations/0002_search.py` gives it what Django does not know of: on SQLite a full-text table that
triggers keep in step with it, on PostgreSQL an index on the words, which are a `tsvector` there.
"""

from typing import Any, NamedTuple

from django.db import models

from portal.words import AllOf, AnyOf, Node, NoneOf, Word

# PostgreSQL finds what has a limit on its own. Without one it may walk through all objects instead
# and look at each one's words, in the hope of meeting a page of matches soon: there may be none.
NO_LIMIT = 2**62
# On PostgreSQL each of these kinds has an index of its own (`migrations/0014_search_of_a_kind.py`), in
# which rows are also found by the block of keys that theirs is in. Others are in the index of all.
KINDS_INDEXED = ("events·event", "events·project", "members·organisation", "members·person")
BLOCK = 8192
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


@WordsField.register_lookup
class Says(Match):
    """The same of rows in hand: PostgreSQL reads their words and does not ask its index for each."""

    lookup_name = "says"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*params, _tsquery(self.rhs)]


class Rows(NamedTuple):
    """Which rows of search are meant: those of a kind whose words, or titles, answer a node."""

    kind: str
    words: Node | None = None
    title: Node | None = None
    # What their titles do not answer.
    untitled: Node | None = None
    # SQL for blocks of keys, where these are indexed (`KINDS_INDEXED`).
    blocks: str = ""


def rows_meant(vendor: str, rows: Rows, columns: str) -> tuple[str, list[Any]]:
    """A statement for these columns of rows; it ends in conditions, and others may be added."""
    where, asked = (_where_postgresql if vendor == "postgresql" else _where_sqlite)(rows)
    table = SearchDocument._meta.db_table
    return f"SELECT {columns} FROM {table} WHERE {where}", asked  # noqa: S608 - nothing here was typed by anybody


def rank_of(vendor: str, titles: list[tuple[int, Node]], titled: Node) -> tuple[str, list[Any]]:
    """An expression for how well the title of a row answers.

    `titles` are ranks, the best first, with what a title has for each; what has a rank is `titled`.
    """
    if vendor == "postgresql":
        # Rows are in hand when they are ranked: without the index, which costs a look for each rank.
        cases = ["WHEN NOT title @@ %s::tsquery THEN 0"]
        cases += [f"WHEN title @@ %s::tsquery THEN {rank}" for rank, _node in titles]
        given = [_tsquery(node) for node in (titled, *(node for _rank, node in titles))]
    else:
        cases = [f"WHEN id {IN_FULL_TEXT} THEN {rank}" for rank, _node in titles]
        given = [f"title: ({_fts5(node)})" for _rank, node in titles]
    return f"CASE {' '.join(cases)} ELSE 0 END", given


def _where_postgresql(rows: Rows) -> tuple[str, list[Any]]:
    words, where, asked = rows.words, [], []
    if rows.kind in KINDS_INDEXED:
        where.append(f"kind = '{rows.kind}'")
    else:
        words = _of_kind(rows.kind, words)
    for column, node in (("words", words), ("title", rows.title)):
        if node is not None:
            where.append(f"portal_search_indexed({column}) @@ %s::tsquery")
            asked.append(_tsquery(node))
    if rows.untitled is not None:
        where.append("NOT title @@ %s::tsquery")
        asked.append(_tsquery(rows.untitled))
    if rows.blocks:
        where.append(f"ARRAY[object_id / {BLOCK}] && {rows.blocks}")
    return " AND ".join(where), asked


def _where_sqlite(rows: Rows) -> tuple[str, list[Any]]:
    asked = f"(words: ({_fts5(_of_kind(rows.kind, rows.words))}))"
    if rows.title is not None:
        asked += f" AND (title: ({_fts5(rows.title)}))"
    if rows.untitled is not None:
        asked = f"({asked}) NOT (title: ({_fts5(rows.untitled)}))"
    return f"id {IN_FULL_TEXT}", [asked]


def _of_kind(kind: str, words: Node | None) -> Node:
    return AllOf((Word(kind), words)) if words else Word(kind)


def _tsquery(node: Node) -> str:
    if isinstance(node, Word):
        return f"'{node.text}':*" if node.prefix else f"'{node.text}'"
    if isinstance(node, NoneOf):
        return f"!{_tsquery(AnyOf(node.parts))}"
    return f"({(' & ' if isinstance(node, AllOf) else ' | ').join(map(_tsquery, node.parts))})"


def _fts5(node: Node) -> str:
    if isinstance(node, NoneOf):
        raise TypeError("SQLite is asked for words only, and for no marks.")
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
    # Those of the title, those of the texts, one that names the kind, and marks (`portal/narrowing.py`).
    words = WordsField()
    # The `portal.words.VERSION` that made them.
    analyser = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "kind"], name="portal_search_document_once"
            )
        ]
        # Whether there are rows of an older analysis.
        indexes = [models.Index(fields=["analyser"], name="portal_search_analyser")]

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
