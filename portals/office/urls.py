"""Addresses of the office."""

from django.urls import path

from portals.office import views, views_card, views_phone, views_resend, views_unknown, views_worker

app_name = "office"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("workers/<int:worker_id>/", views.worker, name="worker"),
    path("workers/<int:worker_id>/photo/", views.photo, name="photo"),
    path("workers/<int:worker_id>/trades/", views_worker.trades, name="trades"),
    path("workers/<int:worker_id>/links/", views_worker.links, name="worker_links"),
    path("workers/<int:worker_id>/links/<int:affiliation_id>/end/", views_worker.end_link, name="end_link"),
    path("workers/<int:worker_id>/phone/", views_phone.phone, name="phone"),
    path("workers/<int:worker_id>/cards/", views_card.cards, name="cards"),
    path("workers/<int:worker_id>/cards/new/", views_card.issue, name="issue_card"),
    path("workers/<int:worker_id>/cards/ship/", views_card.ship, name="ship_card"),
    path("workers/<int:worker_id>/cards/stop/", views_card.stop, name="stop_card"),
    path("workers/<int:worker_id>/cards/lift/", views_card.lift, name="lift_card"),
    path("workers/<int:worker_id>/cards/<int:branch>/end/", views_card.end, name="end_card"),
    path("workers/<int:worker_id>/first-password/", views_resend.resend_to_worker, name="resend_to_worker"),
    path("businesses/<int:business_id>/", views.business, name="business"),
    path(
        "businesses/<int:business_id>/users/<int:account_id>/first-password/",
        views_resend.resend_to_user,
        name="resend_to_user",
    ),
    path("businesses/new/", views.register_business_page, name="register_business"),
    path("workers/new/", views.register_worker_page, name="register_worker"),
    path("unknown-cards/", views_unknown.unknown_cards, name="unknown_cards"),
    path("unknown-cards/<int:device_id>/<int:seq>/", views_unknown.unknown_card, name="unknown_card"),
    path("unknown-cards/<int:device_id>/<int:seq>/discard/", views_unknown.discard_card, name="discard_card"),
    path("unknown-sites/", views_unknown.unknown_sites, name="unknown_sites"),
    path("unknown-sites/<int:named_id>/", views_unknown.unknown_site, name="unknown_site"),
    path("letters/", views.letters, name="letters"),
    path("letters/ship/", views.ship, name="ship_letters"),
]
