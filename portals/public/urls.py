"""Addresses of the public pages."""

from django.urls import path

from portals.public import views, views_screen

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("login/password/", views.first_password, name="first_password"),
    path("login/code/", views.security_code, name="security_code"),
    path("login/done/", views.first_login_done, name="first_login_done"),
    path("screen/<str:secret>/", views_screen.screen, name="screen"),
    path("logout/", views.log_out, name="logout"),
]
