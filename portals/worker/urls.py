"""Addresses of the worker's portal."""

from django.urls import path

from portals.worker import views, views_links

app_name = "worker"
urlpatterns = [
    path("", views.home, name="home"),
    path("own/", views.own, name="own"),
    path("photo/", views.photo, name="photo"),
    path("days/", views.days, name="days"),
    path("days/<int:year>-<int:month>/", views.days, name="days_of_month"),
    path("links/", views_links.links, name="links"),
    path("links/<int:request_id>/answer/", views_links.answer_link, name="answer_link"),
    path("links/<int:business_id>/end/", views_links.end_link, name="end_link"),
]
