import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils.translation import override

from config.texts import ROOT
from portals.base import views
from portals.base.forms import Renderer
from portals.base.samples import sample_context


@pytest.mark.parametrize("language", ["ja", "en"])
def test_components_page_shows_every_part(language: str) -> None:
    with override(language):
        page = render_to_string("base/components.html", sample_context())
    assert f'<html lang="{language}">' in page
    assert "UNKNOWN-TEMPLATE-VARIABLE" not in page
    assert " style=" not in page
    assert "autofocus" not in page
    for part in ("ds-banner--error", "ds-summary", "ds-calendar", "ds-table--cards", "ds-tree", "ds-empty", "ds-pager"):
        assert part in page


def test_the_page_of_all_parts_shows_each_class_of_the_handbook() -> None:
    rows = (ROOT / "docs/handbook/components.md").read_text().partition("## Classes")[2]
    told = set(re.findall(r"ds-[a-z-]+", " ".join(re.findall(r"^\| (.*?) \|", rows, re.MULTILINE))))
    page = render_to_string("base/components.html", sample_context())
    shown = {one for classes in re.findall(r'class="([^"]+)"', page) for one in classes.split()}
    assert len(told) > 30
    assert told - shown == {"ds-poster--screen"}  # a page of its own


@pytest.mark.parametrize("template", ["400.html", "404.html", "403.html", "500.html", "base/csrf_failure.html"])
def test_error_pages_say_what_happened_what_it_means_what_to_do_and_give_a_way_on(template: str) -> None:
    with override("ja"):
        page = render_to_string(template)
    for word in ("<h1>", "ds-lead", "影響", "できること", 'class="ds-button" href="/"'):
        assert word in page


def test_forbidden_and_unknown_look_alike() -> None:
    assert render_to_string("403.html") == render_to_string("404.html")


def test_server_error_needs_nothing_of_the_request() -> None:
    answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()


def test_what_cannot_be_read_gets_a_page_of_ours(client: Client) -> None:
    too_long = "長" * 1_000_000
    for answer in (
        client.post("/login/", {"login_id": too_long}),
        client.get("/login/", headers={"host": "evil.example"}),
    ):
        assert answer.status_code == 400
        assert "送られた内容を受け取れませんでした" in answer.content.decode()


def test_renderer_names_existing_templates() -> None:
    for template in (Renderer.form_template_name, Renderer.field_template_name):
        assert Renderer().get_template(template)
