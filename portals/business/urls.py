"""Addresses of the firm's portal."""

from django.urls import path

from portals.business import views_firm, views_links, views_roster, views_sites, views_structure, views_users

app_name = "business"
urlpatterns = [
    path("", views_firm.home, name="home"),
    path("own/", views_firm.own, name="own"),
    path("users/", views_users.users, name="users"),
    path("users/new/", views_users.new_user, name="new_user"),
    path("workers/", views_firm.workers, name="workers"),
    path("workers/<int:worker_id>/", views_firm.worker, name="worker"),
    path("workers/<int:worker_id>/photo/", views_firm.photo, name="photo"),
    path("sites/", views_sites.sites, name="sites"),
    path("sites/new/", views_sites.new_site, name="new_site"),
    path("sites/<int:site_id>/", views_sites.site, name="site"),
    path("sites/<int:site_id>/terminals/<int:terminal_id>/code/", views_sites.pairing_code, name="pairing_code"),
    path("sites/<int:site_id>/devices/<int:device_id>/revoke/", views_sites.revoke, name="revoke"),
    path("sites/<int:site_id>/terminals/new/", views_sites.add_place, name="add_terminal"),
    path("sites/<int:site_id>/extend/", views_sites.extend, name="extend"),
    path("sites/<int:site_id>/close/", views_sites.close, name="close_site"),
    path("sites/<int:site_id>/structure/", views_structure.structure, name="structure"),
    path("sites/<int:site_id>/structure/invite/", views_structure.invite, name="invite"),
    path("sites/<int:site_id>/structure/<int:node_id>/invite/", views_structure.invite, name="invite_below"),
    path("sites/<int:site_id>/structure/<int:node_id>/exchange/", views_structure.exchange, name="exchange"),
    path("sites/<int:site_id>/firms/<int:tenure_id>/end/", views_structure.end, name="end_tenure"),
    path("sites/<int:site_id>/firms/<int:tenure_id>/join/", views_structure.join, name="join"),
    path("sites/<int:site_id>/firms/<int:tenure_id>/withdraw/", views_structure.withdraw, name="withdraw"),
    path("sites/<int:site_id>/roster/", views_roster.roster, name="roster"),
    path("sites/<int:site_id>/roster/add/", views_roster.add, name="add_to_roster"),
    path("sites/<int:site_id>/roster/<int:entry_id>/end/", views_roster.end_entry, name="end_entry"),
    path("invitations/", views_structure.invitations, name="invitations"),
    path("invitations/<int:tenure_id>/accept/", views_structure.accept, name="accept"),
    path("invitations/<int:tenure_id>/decline/", views_structure.decline, name="decline"),
    path("links/", views_links.links, name="links"),
    path("links/<int:request_id>/answer/", views_links.answer_link, name="answer_link"),
    path("workers/<int:worker_id>/end/", views_links.end_link, name="end_link"),
]
