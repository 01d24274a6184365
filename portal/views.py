"""Home, site texts, search and what answers when something goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token has expired: what was typed is shown again, to be copied."""
    typed = [
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in request.POST.getlist(name)
        if value.strip()
    ]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)
