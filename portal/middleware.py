"""What every request goes through besides Django's own."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class RefuseMalformedInput:
    """Answers 400 to addresses that no browser sends: NUL or lone surrogates in path or query.

    A NUL in a search box is otherwise an error 500 on PostgreSQL and nothing at all on SQLite.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Raise BadRequest where Django will show our page for it."""
        values = [request.path, *request.GET.keys(), *(v for k in request.GET for v in request.GET.getlist(k))]
        if any("\x00" in value or not _is_text(value) for value in values):
            raise BadRequest("NUL or invalid character in the address")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
