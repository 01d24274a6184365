"""The table of what everything published is found by, and what makes it quick in each database."""

import portal.search_models
from django.db import migrations, models

SQLITE = [
    # The words are read from the table itself, so they are stored once; where in a text they stand
    # is not kept. The tokenizer only cuts at spaces: our words hold nothing else that it would cut at.
    """
    CREATE VIRTUAL TABLE portal_searchdocument_fts USING fts5(
        title, words, content='portal_searchdocument', content_rowid='id',
        tokenize='ascii', detail='column', columnsize=0
    )
    """,
    """
    CREATE TRIGGER portal_searchdocument_added AFTER INSERT ON portal_searchdocument BEGIN
        INSERT INTO portal_searchdocument_fts (rowid, title, words)
        VALUES (new.id, new.title, new.words);
    END
    """,
    """
    CREATE TRIGGER portal_searchdocument_changed AFTER UPDATE ON portal_searchdocument BEGIN
        INSERT INTO portal_searchdocument_fts (portal_searchdocument_fts, rowid, title, words)
        VALUES ('delete', old.id, old.title, old.words);
        INSERT INTO portal_searchdocument_fts (rowid, title, words)
        VALUES (new.id, new.title, new.words);
    END
    """,
    """
    CREATE TRIGGER portal_searchdocument_removed AFTER DELETE ON portal_searchdocument BEGIN
        INSERT INTO portal_searchdocument_fts (portal_searchdocument_fts, rowid, title, words)
        VALUES ('delete', old.id, old.title, old.words);
    END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER portal_searchdocument_removed",
    "DROP TRIGGER portal_searchdocument_changed",
    "DROP TRIGGER portal_searchdocument_added",
    "DROP TABLE portal_searchdocument_fts",
]
POSTGRESQL = [
    # Gives back what it is given, and its cost says what PostgreSQL does not reckon with: that the
    # words of a row lie apart and take long to fetch. Without it a word that stands in nearly every
    # row is looked for in all of them instead of in the index, which takes ten times as long.
    """
    CREATE FUNCTION portal_search_indexed(words tsvector) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 400 AS 'BEGIN RETURN words; END'
    """,
    # Read a thousand times for each write: what is written goes into the index at once.
    """
    CREATE INDEX portal_searchdocument_words ON portal_searchdocument
    USING gin (portal_search_indexed(words), portal_search_indexed(title)) WITH (fastupdate = off)
    """,
    # Rows that match are read for their key and their title, so only these lie in the row itself.
    "ALTER TABLE portal_searchdocument SET (toast_tuple_target = 256)",
    "ALTER TABLE portal_searchdocument ALTER COLUMN title SET STORAGE MAIN",
]
POSTGRESQL_UNDO = [
    "ALTER TABLE portal_searchdocument ALTER COLUMN title SET STORAGE EXTENDED",
    "ALTER TABLE portal_searchdocument RESET (toast_tuple_target)",
    "DROP INDEX portal_searchdocument_words",
    "DROP FUNCTION portal_search_indexed(tsvector)",
]


def install(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement, params=None)


def uninstall(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UNDO if postgresql else SQLITE_UNDO:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=100)),
                ("object_id", models.PositiveBigIntegerField()),
                ("title", portal.search_models.WordsField()),
                ("words", portal.search_models.WordsField()),
                ("analyser", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("object_id", "kind"), name="portal_search_document_once"),
                ],
            },
        ),
        migrations.RunPython(install, uninstall),
    ]
