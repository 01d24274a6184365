"""Counters of what the portal does: requests by view and status, how long they took, what waits.

Views are counted by their names, and never by addresses, which hold names of people and secrets. With
several processes PROMETHEUS_MULTIPROC_DIR names a folder in which each counts, as the library asks.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from portal.background.models import State
from portal.models import OPEN, BackgroundTask, Submission

CONTENT_TYPE = CONTENT_TYPE_LATEST
UNDONE = (State.READY, State.RUNNING, State.FAILED)
# In seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

REQUESTS = Counter("portal_requests", "Requests answered", ["method", "view", "status"])
SECONDS = Histogram("portal_request_seconds", "How long answers took", ["view"], buckets=BUCKETS)


class Measure:
    """Counts each request and times it. Left out where nobody may read the figures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        # What is answered before any view is chosen: a page that was kept, a refusal, a static file.
        view = match.view_name if match else "kept" if response.has_header("ETag") else "none"
        REQUESTS.labels(_method(request), view, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


def _method(request: HttpRequest) -> str:
    """The method, as one of few: anybody can make up others, and each would be counted apart."""
    known = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
    return request.method if request.method in known else "other"


class Waiting(Collector):
    """What the database tells when it is asked: how much waits for a decision, or for a worker."""

    def collect(self) -> Iterator[Any]:
        """Two queries."""
        yield _by_status(
            "portal_submissions", "Submissions, open ones", Submission.objects.open(), OPEN
        )
        tasks = BackgroundTask.objects.all()
        yield _by_status("portal_tasks", "Tasks that are not done", tasks, UNDONE)


def _by_status(name: str, words: str, rows: Any, states: Sequence[Any]) -> GaugeMetricFamily:
    """How many rows there are in each state; those without any are told too."""
    gauge = GaugeMetricFamily(name, words, labels=["status"])
    found = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    for state in states:
        gauge.add_metric([state.value.lower()], found.get(state.value, 0))
    return gauge


def text() -> bytes:
    """Everything there is to know, of all processes of this machine, as Prometheus reads it."""
    waiting = CollectorRegistry()
    waiting.register(Waiting())
    return generate_latest(_counted()) + generate_latest(waiting)


def _counted() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry
