"""What makes search quick among a million rows, on PostgreSQL.

Each kind of which there may be many has an index of its own: its words, and its keys in blocks. The index
of all kinds stays, and finds kinds that have none.

Rows that answer are counted, which PostgreSQL does in the table itself, and a row holds a hundred words
that nobody reads there. PostgreSQL moves long columns out of a row only if it is longer than 2 kB, which
few are by themselves: a column of spaces makes them all so, and takes thirty bytes. Four times as many
rows then lie on a page.
"""

from django.db import migrations, transaction

from portal.indexes import on_postgresql, unhurried

# Those of `portal.search_models.KINDS_INDEXED`, and its BLOCK.
KINDS = ("events·event", "events·project", "members·organisation", "members·person")
BATCH = 1_000


def index(kind):
    return on_postgresql(
        f"portal_searchdocument_{kind.replace('·', '_')}",
        "portal_searchdocument USING gin (portal_search_indexed(words), portal_search_indexed(title),"
        f" (ARRAY[object_id / 8192])) WITH (fastupdate = off) WHERE kind = '{kind}'",
    )


def widen(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    # At once, whatever the number of rows: each takes it when it is written next.
    schema_editor.execute(
        "ALTER TABLE portal_searchdocument ADD COLUMN filler text NOT NULL DEFAULT repeat(' ', 2000)"
    )
    # As long as a row with a title is: titles need not be compressed.
    schema_editor.execute("ALTER TABLE portal_searchdocument SET (toast_tuple_target = 400)")


def rewrite(apps, schema_editor):
    """Write all rows again, some at a time; those that others write at the moment need not wait."""
    if schema_editor.connection.vendor != "postgresql":
        return
    documents = apps.get_model("portal", "SearchDocument").objects.order_by("pk")
    last = 0
    with unhurried(schema_editor):
        while keys := list(documents.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            last = keys[-1]
            using = schema_editor.connection.alias
            with transaction.atomic(using), schema_editor.connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE portal_searchdocument SET analyser = analyser WHERE id IN (SELECT id FROM"
                    " portal_searchdocument WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)",
                    [keys],
                )


def narrow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE portal_searchdocument DROP COLUMN filler")
        schema_editor.execute("ALTER TABLE portal_searchdocument SET (toast_tuple_target = 256)")


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("portal", "0013_accessibility_text")]

    operations = [
        migrations.RunPython(widen, narrow),
        migrations.RunPython(rewrite, migrations.RunPython.noop),
        *map(index, KINDS),
    ]
