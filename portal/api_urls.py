"""The one router of the API, listing every viewset."""

from typing import Any

from django.urls import path, reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView, DefaultRouter

from events.api import EventViewSet, ProjectViewSet
from members.api import OrganisationViewSet, PersonViewSet, ThemeViewSet
from portal.api import absolute, refuse_parameters
from portal.api_docs import ApiDocs, Schema

app_name = "api"


class Root(APIRootView):
    """Open data of IA Montpellier Méditerranée: where each list is."""

    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_parameters(request)
        lists: dict[str, str] = self.api_root_dict or {}
        return Response({name: absolute(reverse(f"api:{view}")) for name, view in lists.items()})


router = DefaultRouter()
router.APIRootView = Root
router.include_format_suffixes = False
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("people", PersonViewSet, basename="person")
router.register("themes", ThemeViewSet, basename="theme")
router.register("projects", ProjectViewSet, basename="project")
router.register("events", EventViewSet, basename="event")

urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", ApiDocs.as_view(), name="docs"),
    *router.urls,
]
