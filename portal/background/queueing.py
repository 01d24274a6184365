"""Hands work over: to a worker where tasks are rows, else to this process after the commit."""

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend


def is_kept(task: Task) -> bool:
    """Whether what is handed over is a row, which a worker takes; else it runs in this process."""
    return isinstance(task.get_backend(), DatabaseBackend)


def enqueue_on_commit(task: Task, **given: Any) -> None:
    """Have a task done if the current transaction is committed; in no transaction, now.

    In this process it runs right after the commit; a fault is logged and stops nobody.
    """
    if is_kept(task):
        task.enqueue(**given)
    else:
        transaction.on_commit(partial(task.enqueue, **given), robust=True)
