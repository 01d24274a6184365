"""How many rows belong to each row of a list, counted within its query.

    class Project(Model):
        partner_count = Counted(lambda: ProjectPartner.objects.agreed(), "project")

and `Project.objects.showing("partner_count")` counts, with SQL that is written once, as that of what
belongs to a row (`portal/nested.py`).
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery


class Counted:
    """An attribute of a model: how many of some rows name an object as their `owner`."""

    def __init__(self, rows: Callable[[], QuerySet], owner: str) -> None:
        self.rows, self.owner = rows, owner

    def __get__(self, obj: Any, owner: Any = None) -> Any:
        if obj is None:
            return self
        raise AttributeError("It was not counted: that is done for all rows of a list at once.")

    def expression(self, model: type[Any]) -> Subquery:
        """The number as a value of a query of `model`."""
        rows = self.rows().filter(**{self.owner: OuterRef("pk")}).order_by().select_related(None)
        # No `Count`, which groups the rows by their owner: PostgreSQL takes longer, with nothing to tell
        # apart, and gives no number where there are none.
        number = Func(function="COUNT", template="COUNT(*)", output_field=IntegerField())
        return Subquery(rows.annotate(n=number).values("n"))
