"""Addresses of version 1."""

from django.urls import path

from api.v1 import devices, people, touches

urlpatterns = [
    path("touches", touches.post_touches, name="touches"),
    path("people", people.post_people, name="people"),
    path("devices/secret", devices.post_secret, name="secret"),
    path("devices", devices.post_devices, name="devices"),
]
