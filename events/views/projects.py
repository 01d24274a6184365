"""The projects, the page of one, and its funding."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, override, pgettext
from django.views.decorators.http import require_safe

from events import figures, structured_data, tables
from events.filters import ProjectFilter
from events.funding import Funding
from events.models import Project, ProjectPartner
from events.views.pages import page_context
from portal import counting, display, downloads, i18n, spreadsheets
from portal.addresses import Nearest, answer
from portal.kept_pages import kept
from portal.listing import PAGE_KEYS, Listing

NEAREST = Nearest("events:project-list", gettext_lazy("Projects"))


def _for_rows(projects: Any) -> QuerySet:
    return projects.for_rows()


@kept
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects, filtered and in the order asked for."""
    listing = Listing(
        request,
        ProjectFilter,
        Project.objects.published(),
        prepared=_for_rows,
        keys=PAGE_KEYS - {"view"},
        scope="published",
    )
    if listing.redirect:
        return listing.redirect
    found = ngettext("%(n)s project", "%(n)s projects", listing.total)
    figures.coloured(listing.page)
    context = listing.context(
        name=NEAREST.label, found=found % {"n": counting.in_words(listing.total)}
    )
    more = {
        "facets": [facet for facet in context["facets"] if facet.options],
        "name": NEAREST.label,
        "propose_url": reverse("members:workspace"),
        "table_url": listing.table_address(reverse("events:project-table")),
        "trail": [(NEAREST.label, "")],
    }
    return render(request, "events/project_list.html", context | more)


@require_safe
def project_table(request: HttpRequest) -> HttpResponseBase:
    """The same projects as a file for spreadsheets; 400 for what the filters do not understand."""
    filters = ProjectFilter(request.GET, Project.objects.published())
    name = downloads.file_name(pgettext("file name", "projects"), extension="csv")
    return spreadsheets.of_list(filters, tables.project_columns(), name)


# --- One project ----------------------------------------------------------------------------------


@kept
@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a published project."""
    return answer(request, Project.objects.whole(), slug, project_page, nearest=NEAREST)


def project_page(request: HttpRequest, project: Project) -> HttpResponse:
    """One project, published or as it would be."""
    partners = by_role(project)
    funding = Funding(project)
    return render(
        request,
        "events/project_detail.html",
        page_context(request, project, NEAREST)
        | {
            "project": figures.coloured([project])[0],
            "partners": partners,
            "lead": next((row for row in partners if row.role == ProjectPartner.Role.LEAD), None),
            "themes": project.all_themes,
            "dates": display.partial_range(project.starts_on, project.ends_on),
            "funding": funding,
            "funding_url": funding_address(project),
            "table_url": table_address(project),
            "figures": project.all_figures,
            "links": project.all_links,
            "events": project.published_events,
            "sources": project.all_sources,
            "structured_data": structured_data.project(
                project, partners=partners, funding=funding.lines, themes=project.all_themes
            ),
        },
    )


def by_role(project: Project) -> list[ProjectPartner]:
    """The partners that a visitor may see: the lead first, the others in their own order."""
    return sorted(project.agreed_partners, key=lambda row: row.role != ProjectPartner.Role.LEAD)


# --- Its funding ----------------------------------------------------------------------------------


def funding_address(project: Project) -> str:
    """The page of a project's funding, in the active language."""
    return reverse("events:project-funding", args=[project.slug_for(i18n.current())])


def table_address(project: Project) -> str:
    """The file of a project's funding, in the active language."""
    return reverse("events:project-funding-table", args=[project.slug_for(i18n.current())])


@kept
@require_safe
def project_funding(request: HttpRequest, slug: str) -> HttpResponse:
    """Who pays for a published project; a 404 as long as no amount is stated."""
    rows = Project.objects.all()
    return answer(request, rows, slug, _funding_page, nearest=NEAREST, address=funding_address)


def _funding_page(request: HttpRequest, project: Project) -> HttpResponse:
    funding = _stated_funding(project)
    partners = by_role(project)
    context = page_context(request, project, NEAREST)
    here = pgettext("project", "Funding")
    list_step, (title, _here) = context["trail"]
    addresses = {}
    for language in i18n.LANGUAGES:
        with override(language):
            addresses[language] = funding_address(project)
    return render(
        request,
        "events/project_funding.html",
        context
        | {
            "project": project,
            "partners": partners,
            "funding": funding,
            "table_url": table_address(project),
            "alternates": addresses,
            "trail": [list_step, (title, project.get_absolute_url()), (here, "")],
            "structured_data": structured_data.project(
                project, partners=partners, funding=funding.lines, themes=[]
            ),
        },
    )


@require_safe
def project_funding_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a file for spreadsheets."""
    rows = Project.objects.all()
    return answer(request, rows, slug, _funding_file, nearest=NEAREST, address=table_address)


def _funding_file(request: HttpRequest, project: Project) -> Any:
    slug, what = project.slug_for(i18n.current()), pgettext("file name", "funding")
    name = downloads.file_name(slug, what, extension="csv")
    return spreadsheets.table(name, tables.funding_columns(), _stated_funding(project).shares)


def _stated_funding(project: Project) -> Funding:
    funding = Funding(project)
    if not funding.lines:
        raise Http404
    return funding
