"""The site's table of contents. Words in addresses are translated; keys and values of queries are not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import pgettext_lazy

urlpatterns = [
    path("api/v1/", include("portal.api_urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *i18n_patterns(
        path("", include("members.urls")),
        path("", include("events.urls")),
        path(pgettext_lazy("url", "admin/"), admin.site.urls),
    ),
]
