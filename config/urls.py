"""All addresses."""

from django.urls import include, path

from config import health
from portals.base.views import components

urlpatterns = [
    path("", include("portals.public.urls")),
    path("worker/", include("portals.worker.urls")),
    path("business/", include("portals.business.urls")),
    path("office/", include("portals.office.urls")),
    path("api/v1/", include("api.v1.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("components/", components, name="components"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
handler400 = "portals.base.views.bad_request"
handler403 = "portals.base.views.not_found"  # forbidden and unknown look alike to strangers
handler404 = "portals.base.views.not_found"
handler500 = "portals.base.views.server_error"
