"""Counters of what the portal does: requests by view and status, how long they took, what waits.

Views are counted by their names, and never by addresses, which hold names of people and secrets. With
several processes PROMETHEUS_MULTIPROC_DIR names a folder in which each counts, as the library asks.
"""

import os
import time
from collections.abc import Callable, Iterator
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

from portal.models import OPEN, Submission

CONTENT_TYPE = CONTENT_TYPE_LATEST
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
    """What the database tells when it is asked: how much waits for a decision."""

    def collect(self) -> Iterator[Any]:
        """One query."""
        gauge = GaugeMetricFamily("portal_submissions", "Submissions, open ones", labels=["status"])
        rows = Submission.objects.open().order_by().values_list("status").annotate(n=Count("pk"))
        found = dict(rows)
        for status in OPEN:
            gauge.add_metric([status.value], found.get(status.value, 0))
        yield gauge


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
