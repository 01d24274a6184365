"""How migrations add an index to a table that is in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.operations import AddIndex, RunPython


class AddIndexInUse(AddIndex):
    """Adds an index while others write to its table, where the database can do that: PostgreSQL.

    It takes as long as it takes. A migration of these is not atomic: if one is interrupted, PostgreSQL
    leaves an index that is marked as invalid; drop it, and migrate again.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        with unhurried(schema_editor):
            schema_editor.add_index(model, self.index, concurrently=True)
        return None

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_backwards(app_label, schema_editor, from_state, to_state)
        model = from_state.apps.get_model(app_label, self.model_name)
        with unhurried(schema_editor):
            schema_editor.remove_index(model, self.index, concurrently=True)
        return None


@contextmanager
def unhurried(schema_editor: Any) -> Iterator[None]:
    """Let a statement take longer than a page may wait for."""
    if schema_editor.connection.vendor != "postgresql":
        yield
        return
    schema_editor.execute("SET statement_timeout = 0")
    yield
    schema_editor.execute("RESET statement_timeout")


def other_way(table: str, *columns: str) -> RunPython:
    """An index on a table of pairs that Django made, which has none of both columns in this order."""
    name = f"{table}_other_way"

    def add(apps: Any, schema_editor: Any) -> None:
        how = "CONCURRENTLY" if schema_editor.connection.vendor == "postgresql" else ""
        with unhurried(schema_editor):
            schema_editor.execute(f"CREATE INDEX {how} {name} ON {table} ({', '.join(columns)})")

    def remove(apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"DROP INDEX {name}")

    return RunPython(add, remove)


def on_postgresql(name: str, definition: str) -> RunPython:
    """An index that other databases cannot have, and do without: its table, and its columns."""

    def add(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            with unhurried(schema_editor):
                schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")

    def remove(apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return RunPython(add, remove)
