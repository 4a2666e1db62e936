"""Addresses of version 1."""

from django.urls import path

from api.v1 import devices, touches

urlpatterns = [
    path("touches", touches.post_touches, name="touches"),
    path("devices", devices.post_devices, name="devices"),
]
