"""Addresses of the worker's portal."""

from django.urls import path

from portals.worker import views

app_name = "worker"
urlpatterns = [
    path("", views.home, name="home"),
    path("own/", views.own, name="own"),
    path("days/", views.days, name="days"),
    path("days/<int:year>-<int:month>/", views.days, name="days_of_month"),
]
