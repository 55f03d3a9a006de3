"""URLs of managers' and developers' pages; `labeling.urls` includes them."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
