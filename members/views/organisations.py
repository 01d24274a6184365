"""The public pages of organisations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.models import Organisation


def organisation_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The profile of an organisation, published or as it would be."""
    return render(request, "members/organisation_detail.html", {"organisation": organisation})
