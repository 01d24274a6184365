"""Statements that PostgreSQL plans once for each connection, and not each time.

What is said of one object is asked for in a single statement, which takes PostgreSQL four times as long
to plan as to answer. Its text is the same for every object, and so is the best plan, since all of it
begins with one key. Statements of lists are not prepared: which plan is best depends on their values.

`PREPARED_STATEMENTS=false` plans all of them each time, for poolers that know nothing of it.
"""

from functools import cache
from typing import Any


def cursor(connection: Any) -> Any:
    """A cursor of Django whose statements are prepared, where the settings let them be."""
    found = connection.cursor()
    if connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None:
        # Django's own writes the values into the text, which then is another one each time.
        found.cursor = _kind()(connection.connection)
    return found


@cache
def _kind() -> Any:
    # Only PostgreSQL is set up so, and needs its driver.
    from django.db.backends.postgresql.base import ServerBindingCursor

    class PreparedCursor(ServerBindingCursor):
        """Tells Django what was asked: a cursor that finds a statement prepared forgets that."""

        def _send_query_prepared(self, name: bytes, query: Any, **how: Any) -> None:
            self._query = query
            super()._send_query_prepared(name, query, **how)  # type: ignore[misc]  # psycopg's own

    return PreparedCursor
