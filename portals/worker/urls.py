"""Addresses of the worker's portal."""

from django.urls import path

from portals.worker import (
    views,
    views_card,
    views_days,
    views_links,
    views_looks,
    views_papers,
    views_phone,
    views_poster,
)

app_name = "worker"
urlpatterns = [
    path("", views.home, name="home"),
    path("own/", views.own, name="own"),
    path("days/", views_days.days, name="days"),
    path("days/<int:year>-<int:month>/", views_days.days, name="days_of_month"),
    path("photo/", views.photo, name="photo"),
    path("card/", views_card.card, name="card"),
    path("phone/", views_phone.phone, name="phone"),
    path("card/stop/", views_card.stop, name="stop_card"),
    path("card/lift/", views_card.lift, name="lift_card"),
    path("scan/<str:code>/", views_poster.scan, name="scan"),
    path("poster/", views_poster.poster, name="poster"),
    path("poster/receipt/", views_poster.receipt, name="poster_receipt"),
    path("looks/", views_looks.looks, name="looks"),
    path("looks/<int:year>-<int:month>/", views_looks.looks, name="looks_of_month"),
    path("links/", views_links.links, name="links"),
    path("links/<int:request_id>/answer/", views_links.answer_link, name="answer_link"),
    path("links/ended/<int:affiliation_id>/dispute/", views_links.dispute, name="dispute_end"),
    path("links/disputes/<int:dispute_id>/answer/", views_links.answer_end, name="answer_end"),
    path("links/<int:business_id>/end/", views_links.end_link, name="end_link"),
    path("days/<int:year>-<int:month>-<int:day>/", views_days.day, name="day"),
    path("days/<int:year>-<int:month>/list.csv", views_days.export, name="export"),
    path("days/paper/", views_papers.ask_paper, name="ask_whole_paper"),
    path("days/<int:year>/paper/", views_papers.ask_paper, name="ask_year_paper"),
    path("days/<int:year>-<int:month>/paper/", views_papers.ask_paper, name="ask_paper"),
    path("papers/", views_papers.papers, name="papers"),
    path("papers/<int:paper_id>/file.pdf", views_papers.paper_file, name="paper_file"),
    path("papers/<int:paper_id>/again/", views_papers.paper_again, name="paper_again"),
    path("days/new/", views_days.new_claim, name="new_claim"),
    path("days/new/at/<int:site_id>/", views_days.new_claim, name="new_claim_at"),
    path("days/<int:site_id>/<int:year>-<int:month>-<int:day>/edit/", views_days.edit, name="edit_day"),
    path("edits/<int:edit_id>/withdraw/", views_days.take_back_edit, name="withdraw_edit"),
    path("claims/<int:claim_id>/withdraw/", views_days.withdraw, name="withdraw"),
    path("claims/<int:claim_id>/site/", views_days.join, name="join_site"),
    path("claims/<int:claim_id>/answer/", views_days.answer, name="answer"),
]
