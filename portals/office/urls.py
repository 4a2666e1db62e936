"""Addresses of the office."""

from django.urls import path

from portals.office import views

app_name = "office"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("workers/<int:worker_id>/", views.worker, name="worker"),
    path("workers/<int:worker_id>/photo/", views.photo, name="photo"),
    path("businesses/<int:business_id>/", views.business, name="business"),
    path("businesses/new/", views.register_business_page, name="register_business"),
    path("workers/new/", views.register_worker_page, name="register_worker"),
    path("letters/", views.letters, name="letters"),
    path("letters/ship/", views.ship, name="ship_letters"),
]
