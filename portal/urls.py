"""The site’s table of contents. Words of addresses are translated, keys and values of queries not."""

from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import URLPattern, include, path
from django.utils.translation import pgettext_lazy
from django.views.generic import RedirectView

from portal import health, views
from portal.api_docs import ApiDocs
from portal.demo_mail import demo_mail
from portal.style import views as style

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
# Asked by allauth when one of its limits is reached.
handler429 = "members.views.accounts.too_many"


def _text(route: Any, code: str, name: str) -> URLPattern:
    """The address of a text that staff keep."""
    return path(route, views.site_page, {"code": code}, name=name)


site_texts = [
    _text(pgettext_lazy("url", "association/"), "association", "page-association"),
    _text(pgettext_lazy("url", "association/join/"), "join", "page-join"),
    _text(pgettext_lazy("url", "association/contact/"), "contact", "page-contact"),
    _text(pgettext_lazy("url", "accessibility/"), "accessibility", "page-accessibility"),
    _text(pgettext_lazy("url", "legal-notice/"), "legal-notice", "page-legal"),
    _text(pgettext_lazy("url", "privacy/"), "privacy", "page-privacy"),
    _text(pgettext_lazy("url", "terms/"), "terms", "page-terms"),
]

# For staff, as every page of the admin is.
style_pages = [
    path("style/", admin.site.admin_view(style.style_guide), name="style-guide"),
    path("style/page/<slug:code>/", admin.site.admin_view(style.style_page), name="style-page"),
    path("style/<slug:part>/", admin.site.admin_view(style.style_part), name="style-part"),
]

urlpatterns = [
    path("", views.root, name="root"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("robots.txt", views.robots_txt, name="robots"),
    path("sitemap.xml", views.sitemap_xml, name="sitemap"),
    path("sitemap-<slug:name>-<int:number>.xml", views.sitemap_part, name="sitemap-part"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path(".well-known/change-password", views.change_password, name="change-password"),
    # The address that French law asks for, whatever the language.
    path("accessibilite", RedirectView.as_view(pattern_name="page-accessibility")),
    path("api/v1/", include("portal.api_urls")),
    # Answers 404 anywhere but in the demo.
    path("demo/mail/", demo_mail, name="demo-mail"),
    # Only where DEBUG is on; in production the web server has them.
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *i18n_patterns(
        path("", views.home, name="home"),
        path(pgettext_lazy("url", "search/"), views.search_page, name="search"),
        path(pgettext_lazy("url", "site-map/"), views.sitemap_page, name="sitemap-page"),
        *site_texts,
        path("api/", ApiDocs.as_view(), name="api-guide"),
        path("", include("members.account_urls")),
        path("", include("members.urls")),
        path("", include("events.urls")),
        *style_pages,
        path(pgettext_lazy("url", "admin/"), admin.site.urls),
    ),
]
