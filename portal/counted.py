"""How many rows belong to each row of a list, counted within its query.

    class Project(Model):
        partner_count = Counted(lambda: ProjectPartner.objects.agreed(), "project")

and `Project.objects.showing("partner_count")` counts, with SQL that is written once, as that of what
belongs to a row (`portal/nested.py`).
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Expression, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


class Counted:
    """An attribute of a model: how many of some rows name an object as their `owner`."""

    def __init__(self, rows: Callable[[], QuerySet], owner: str) -> None:
        self.rows, self.owner = rows, owner

    def __get__(self, obj: Any, owner: Any = None) -> Any:
        if obj is None:
            return self
        raise AttributeError("It was not counted: that is done for all rows of a list at once.")

    def expression(self, model: type[Any]) -> Expression:
        """The number as a value of a query of `model`."""
        rows = self.rows().filter(**{self.owner: OuterRef("pk")}).order_by().values(self.owner)
        number = rows.annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(number, output_field=IntegerField()), 0)
