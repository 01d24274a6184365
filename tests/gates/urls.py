"""The addresses of the portal, its images, and pages that answer with what cannot be asked for."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.utils import translation
from django.views.static import serve

from members.views.accounts import too_many
from portal import urls, views

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500


def answers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page in the language of its address."""

    def inner(request: HttpRequest, language: str) -> HttpResponse:
        translation.activate(language)
        request.LANGUAGE_CODE = language
        return view(request)

    return inner


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("A fault made on purpose.")


def closed(request: HttpRequest) -> HttpResponse:
    """What the web server in front shows while the portal is away."""
    return render(request, "503.html", status=503)


MADE = {
    "forbidden": forbidden,
    "expired": lambda request: views.csrf_failure(request, ""),
    "too-many": too_many,
    "broken": broken,
    "closed": closed,
}
urlpatterns = [
    *(path(f"<str:language>/made/{name}/", answers(view)) for name, view in MADE.items()),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    *urls.urlpatterns,
]
