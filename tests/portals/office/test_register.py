"""Registering a worker in the office's pages, with the photo."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from registry.files.models import File
from registry.workers.models import Worker
from tests.factories.photos import a_picture

pytestmark = pytest.mark.django_db
PAGE = "/office/workers/new/"
TYPED = {
    "family_name": "見本", "given_name": "太郎", "family_kana": "ミホン", "given_kana": "タロウ", "birth_on": "1980/5/5", "sex": "1",
    "nationality": "日本", "postal_code": "100-0000", "prefecture": "13", "address": "東京都例町9-9", "trade": "06-01",
    "registration_kind": "simple", "form_key": "one-form",
}  # fmt: skip


def send(office: Client, content: bytes | None = None, **more: str) -> Any:
    typed: dict[str, Any] = {**TYPED, **more}
    if content is not None:
        typed["photo"] = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    return office.post(PAGE, typed)


def test_a_photo_survives_an_error_of_another_field_and_ends_on_the_worker(office: Client) -> None:
    wrong = send(office, a_picture(), family_kana="見本")
    assert wrong.status_code == 422
    key = wrong.context["photo"].key
    assert f'name="photo_key" value="{key}"' in wrong.content.decode()
    assert "data:image/jpeg;base64," in wrong.content.decode()

    check = send(office, photo_key=key)
    assert check.context["step"] == 2
    assert 'type="hidden" name="photo"' not in check.content.decode()
    done = send(office, photo_key=key, confirmed="1")

    worker = Worker.objects.get()
    assert done["Location"] == f"/office/workers/{worker.pk}/"
    face = office.get(f"/office/workers/{worker.pk}/photo/")
    assert Image.open(BytesIO(face.content)).size == (294, 378)
    assert f'src="/office/workers/{worker.pk}/photo/"' in office.get(done["Location"]).content.decode()


def test_a_reading_in_hiragana_becomes_katakana_before_it_is_confirmed(office: Client) -> None:
    check = send(office, family_kana="みほん", given_kana="ﾀﾛｳ")
    assert check.context["step"] == 2
    assert {"ミホン", "タロウ"} <= {text for _, rows in check.context["blocks"] for _, text in rows}
    send(office, family_kana="みほん", given_kana="ﾀﾛｳ", confirmed="1")
    worker = Worker.objects.get()
    assert (worker.family_kana, worker.given_kana) == ("ミホン", "タロウ")


def test_readings_are_told_together_with_everything_else(office: Client) -> None:
    page = send(office, family_kana="見本", given_kana="Taro", address="", prefecture="")
    errors = page.context["form"].errors
    assert list(errors) == ["family_kana", "given_kana", "prefecture", "address"]
    assert "カタカナではない文字" in errors["given_kana"][0]
    assert errors["address"] == ["入力されていません。このままでは先に進めません。入力してください。"]
    assert errors["prefecture"] == ["選ばれていません。このままでは先に進めません。選んでください。"]


def test_a_second_click_registers_nobody_twice(office: Client) -> None:
    key = send(office, a_picture()).context["photo"].key
    first, second = (send(office, photo_key=key, confirmed="1")["Location"] for _ in range(2))
    assert first == second
    assert Worker.objects.count() == File.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no picture", "写真として読み取れませんでした"), (a_picture("PNG", (100, 100)), "写真が小さすぎます")],
)
def test_a_picture_that_is_refused_says_why_and_keeps_the_rest(office: Client, content: bytes, words: str) -> None:
    page = send(office, content)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert 'value="東京都例町9-9"' in page.content.decode()
    assert not File.objects.exists()


def test_a_refused_picture_leaves_the_one_that_was_kept(office: Client) -> None:
    key = send(office, a_picture(), family_kana="見本").context["photo"].key
    assert send(office, b"no picture", photo_key=key).context["photo"].key == key


def test_a_photo_that_is_gone_is_told_and_registers_nobody(office: Client) -> None:
    page = send(office, photo_key="long-gone", confirmed="1")
    assert page.status_code == 422
    assert "お預かりした写真が残っていません" in page.content.decode()
    assert not Worker.objects.exists()


def test_without_a_photo_a_worker_is_registered_all_the_same(office: Client) -> None:
    send(office, confirmed="1")
    worker = Worker.objects.get()
    assert office.get(f"/office/workers/{worker.pk}/photo/").status_code == 404
    assert "ds-photo" not in office.get(f"/office/workers/{worker.pk}/").content.decode()
