"""The product's table of contents."""

from django.urls import URLPattern, URLResolver, include, path

from reviewapp import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.process),
    path("ready", health.ready),
    path("metrics", health.metrics),
    path("api/v1/", include("reviewapp.api.router")),
    path("", include("reviewapp.mlflow_api.urls")),
    path("", include("accounts.urls")),
    path("", include("labeling.urls")),
]
