"""The addresses of the portal, and those of the limits."""

from django.urls import path
from django.views.decorators.cache import cache_page

from portal import urls
from tests.benchmarks import limits

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

urlpatterns = [
    path("limits/constant", limits.constant),
    path("limits/list", limits.plain_list),
    path("limits/api", limits.PlainApi.as_view()),
    path("limits/values", limits.values),
    path("limits/cached", cache_page(3600)(limits.plain_list)),
    *urls.urlpatterns,
]
