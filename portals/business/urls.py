"""Addresses of the firm's portal."""

from django.urls import path

from portals.business import views_firm, views_sites

app_name = "business"
urlpatterns = [
    path("", views_firm.home, name="home"),
    path("own/", views_firm.own, name="own"),
    path("users/", views_firm.users, name="users"),
    path("workers/", views_firm.workers, name="workers"),
    path("workers/<int:worker_id>/", views_firm.worker, name="worker"),
    path("sites/", views_sites.sites, name="sites"),
    path("sites/new/", views_sites.new_site, name="new_site"),
    path("sites/<int:site_id>/", views_sites.site, name="site"),
    path("sites/<int:site_id>/terminals/<int:terminal_id>/code/", views_sites.pairing_code, name="pairing_code"),
    path("sites/<int:site_id>/devices/<int:device_id>/revoke/", views_sites.revoke, name="revoke"),
]
