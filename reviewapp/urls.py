"""The product's table of contents."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import autodiscover_modules

from accounts.operator_site import site as operator_site
from reviewapp import health

handler400 = "reviewapp.failures.bad_request"
handler404 = "reviewapp.failures.not_found"
handler500 = "reviewapp.failures.broken"

autodiscover_modules("admin")

# Programs ask most, so theirs come first: each that does not fit costs a little.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reviewapp.mlflow_api.urls")),
    path("api/v1/", include("reviewapp.api.router")),
    path("health", health.process),
    path("ready", health.ready),
    path("metrics", health.metrics),
    path("admin/", operator_site.urls),
    path("", include("accounts.urls")),
    path("", include("labeling.urls")),
]
