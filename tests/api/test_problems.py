import json

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from api.problems import problem, wrong_method
from registry.accounts.operations import TooOftenError
from registry.touches.operations.devices import StoreShapeError

REQUEST = RequestFactory().post("/api/v1/touches")


def test_a_problem_says_cause_consequence_and_remedy_in_japanese() -> None:
    with override("en"):
        answer = problem(REQUEST, StoreShapeError())
    content = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, content["status"], content["code"]) == (422, 422, "STORE_SHAPE")
    assert content["title"] == "端末の記録ファイルの番号が、128ビットの16進数ではありません。"
    assert "打刻プログラム" in content["detail"]
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("en", "The store's number is not 128 bits in hexadecimal."),
        ("en-GB,en;q=0.9,ja;q=0.5", "The store's number is not 128 bits in hexadecimal."),
        ("ja,en;q=0.5", "端末の記録ファイルの番号が、128ビットの16進数ではありません。"),
        ("fr", "端末の記録ファイルの番号が、128ビットの16進数ではありません。"),
        ("\x00, ;;q=x", "端末の記録ファイルの番号が、128ビットの16進数ではありません。"),
        ("en-" * 1000, "端末の記録ファイルの番号が、128ビットの16進数ではありません。"),
    ],
)
def test_a_problem_is_told_in_the_language_that_the_request_asks_for(asked: str, title: str) -> None:
    request = RequestFactory().post("/api/v1/touches", headers={"Accept-Language": asked})
    request.COOKIES["django_language"] = "fr" if title.startswith("The") else "en"
    assert json.loads(problem(request, StoreShapeError()).content)["title"] == title


def test_who_is_too_fast_is_told_how_long_to_wait() -> None:
    answer = problem(REQUEST, TooOftenError(seconds=7))
    assert answer.headers["Retry-After"] == "7"
    assert "7秒" in json.loads(answer.content)["detail"]


def test_another_method_is_told_which_one_is_right() -> None:
    answer = wrong_method(REQUEST)
    content = json.loads(answer.content)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (content["type"], content["status"], content["code"]) == ("urn:ccus:problem:METHOD", 405, "METHOD")
    assert content["title"]
    assert "POST" in content["detail"]
