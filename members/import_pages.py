"""The pages on which administrators import organisations: a file, what it would change, the report.

The pages only show. Each step is a POST to an address of its own, which leads back to the page of the
import. Where no worker is, that page asks for the next turn: by a button, which a script presses.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from members.imports import columns, reading, steps
from members.models import Commune, Import, ImportLine, Organisation, Theme
from portal import display, downloads, spreadsheets
from portal.head import absolute
from portal.lifecycle import kinds
from portal.lifecycle.errors import ReviewError
from portal.spreadsheets import Column

LINES_A_PAGE = 25
# So many earlier imports are listed.
MOST_LISTED = 20

State, Outcome = Import.State, ImportLine.Outcome


class FileForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={
            "required": gettext_lazy("Choose the file to import."),
            "empty": gettext_lazy("This file is empty: choose another one."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("At most %(lines)s lines and %(size)s MB.") % {
            "lines": display.number(reading.MOST_LINES),
            "size": reading.MOST_BYTES // (1024 * 1024),
        }

    def begin(self, by: Any) -> Import | None:
        """The import of this file; None, with the reason beside the field, if it cannot be read."""
        file = self.cleaned_data["file"]
        try:
            # Of a file that is too large only the beginning was kept.
            reading.require_size(file.size)
            return steps.begin(file.name, file.read(), by=by)
        except ReviewError as refused:
            self.add_error("file", str(refused))
            return None


class ImportPages(ModelAdmin):
    """The pages of imports, under the address of the organisations of the desk."""

    def import_urls(self) -> list[URLPattern]:
        """Their addresses, for administrators."""

        def address(route: str, view: Callable[..., Any], name: str) -> URLPattern:
            def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                if not self.may_import(request):
                    raise PermissionDenied
                return view(request, *args, **kwargs)

            named = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            return path(f"import/{route}", self.admin_site.admin_view(guarded), name=named)

        return [
            address("", self.begin_import, "import"),
            address("example.csv", require_safe(self.import_example), "import_example"),
            address("<int:pk>/", require_safe(self.import_view), "import_view"),
            address("<int:pk>/go-on/", require_POST(self.go_on_import), "import_go_on"),
            address("<int:pk>/confirm/", require_POST(self.confirm_import), "import_confirm"),
            address("<int:pk>/abandon/", require_POST(self.abandon_import), "import_abandon"),
            address("<int:pk>/report.csv", require_safe(self.import_report), "import_report"),
        ]

    def may_import(self, request: HttpRequest) -> bool:
        """Whether this person may add and change any organisation."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def begin_import(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, and say what became of the last ones."""
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            if form.is_valid() and (imported := form.begin(request.user)):
                return redirect("admin:members_organisation_import_view", imported.pk)
        context = self._context(request) | {
            "title": _("Import organisations"),
            "form": form,
            "imports": Import.objects.select_related("made_by")[:MOST_LISTED],
        }
        return TemplateResponse(request, "admin/members/organisation/import.html", context)

    def import_example(self, request: HttpRequest) -> HttpResponseBase:
        """The columns that are read, with a line that shows how to fill them in."""
        titles, cells = columns.example()
        name = downloads.file_name(pgettext("file name", "organisations-example"), extension="csv")
        return spreadsheets.table(
            name,
            [Column(title, itemgetter(number)) for number, title in enumerate(titles)],
            [cells],
        )

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far an import is, what it would change, or what it did: line by line."""
        imported = get_object_or_404(Import, pk=pk)
        counts = imported.counts()
        context = self._context(request) | {
            "title": _("Import of “%(file)s”") % {"file": imported.file_name},
            "imported": imported,
            "line_count": sum(counts.values()),
            "counts": {code: (Outcome(code).label, count) for code, count in counts.items()},
            "new_count": counts.get(Outcome.NEW, 0),
            "changed_count": counts.get(Outcome.CHANGED, 0),
            "wrong_count": counts.get(Outcome.ERROR, 0),
            "needs_a_push": steps.needs_a_push(imported),
        }
        if imported.is_running:
            left = sum(counts.get(code, 0) for code in ImportLine.TO_DO[State(imported.state)])
            context |= {"done_count": context["line_count"] - left}
            return TemplateResponse(
                request, "admin/members/organisation/import_progress.html", context
            )
        return TemplateResponse(
            request,
            "admin/members/organisation/import_lines.html",
            context | self._lines(request, imported),
        )

    def _lines(self, request: HttpRequest, imported: Import) -> dict[str, Any]:
        """A page of the lines, of one outcome if one is asked for, with what each changes."""
        lines: Any = imported.lines.select_related("organisation")
        outcome = request.GET.get("outcome", "")
        if outcome in Outcome.values:
            lines = lines.filter(outcome=outcome)
        else:
            outcome = ""
        page = Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("page"))
        said = words_of(page)
        rows = [{"line": line, "rows": said(line)} for line in page]
        return {"page_obj": page, "rows": rows, "outcome": outcome}

    def go_on_import(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the next turn where nobody else does."""
        imported = get_object_or_404(Import, pk=pk)
        if steps.needs_a_push(imported):
            steps.go_on(imported)
        return redirect("admin:members_organisation_import_view", pk)

    def confirm_import(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it written."""
        imported = get_object_or_404(Import, pk=pk)
        try:
            steps.confirm(imported, by=request.user)
        except ReviewError as refused:
            messages.error(request, str(refused))
        return redirect("admin:members_organisation_import_view", pk)

    def abandon_import(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave it as if it had never been sent."""
        imported = get_object_or_404(Import, pk=pk)
        try:
            steps.abandon(imported)
        except ReviewError as refused:
            messages.error(request, str(refused))
            return redirect("admin:members_organisation_import_view", pk)
        text = _("The import of “%(file)s” is abandoned: nothing was written.")
        messages.success(request, text % {"file": imported.file_name})
        return redirect("admin:members_organisation_import")

    def import_report(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What became of each line, as a file for spreadsheets."""
        imported = get_object_or_404(Import, pk=pk)
        name = downloads.file_name(pgettext("file name", "import"), pk, extension="csv")
        return spreadsheets.table(name, report_columns(), report_lines(imported))

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def report_columns() -> list[Column]:
    """Those of the report of an import, in the active language."""
    return [
        Column(_("Line"), lambda line: line.number),
        Column(_("Organisation"), lambda line: line.organisation or line.name),
        Column(_("Outcome"), lambda line: line.get_outcome_display()),
        Column(_("Remarks"), lambda line: "\n".join(line.said)),
        Column(_("Fields"), _changed),
        Column(_("Page"), _page),
    ]


def report_lines(imported: Import) -> Iterator[ImportLine]:
    """The lines of an import with their organisations, read a few at a time."""
    lines = imported.lines.select_related("organisation").defer("cells")
    return lines.iterator(chunk_size=spreadsheets.CHUNK)


def words_of(lines: Iterable[ImportLine]) -> Callable[[ImportLine], list[dict[str, Any]]]:
    """What says of one of these lines, column by column, what it changes: two queries for all."""
    content = kinds.of(Organisation).content
    changes = [line.changes for line in lines]
    communes = Commune.objects.in_bulk(
        {key for each in changes for key in each.get("commune", ()) if key}
    )
    themes = Theme.objects.in_bulk(
        {key for each in changes for keys in each.get(columns.THEMES, ()) for key in keys}
    )

    def word(name: str, raw: Any) -> str:
        if name == "commune":
            return str(communes.get(raw, ""))
        if name == columns.THEMES:
            return "\n".join(str(themes[key]) for key in raw if key in themes)
        return content.display(name, raw)

    def rows(line: ImportLine) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "label": content.label(name),
                "live": word(name, before),
                "proposed": word(name, after),
                "state": "changed",
            }
            for name in content.names
            if name in line.changes
            for before, after in [line.changes[name]]
        ]

    return rows


def _changed(line: ImportLine) -> str:
    content = kinds.of(Organisation).content
    return ", ".join(content.label(name) for name in content.names if name in line.changes)


def _page(line: ImportLine) -> str:
    return absolute(line.organisation.get_absolute_url()) if line.organisation else ""
