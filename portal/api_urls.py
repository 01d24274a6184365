"""The one router of the API, listing every viewset."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
urlpatterns = router.urls
