import pytest

from reader.web import AddressError, NetworkError, Reply, checked_address, get
from tests.reader.fake_server import Fake


@pytest.mark.parametrize(
    "text",
    [
        "https://ccus.example/",
        " https://ccus.example:8443 ",
        "http://localhost:8000/",
        "http://127.0.0.1",
        "http://[::1]:1",
    ],
)
def test_address_good(text: str) -> None:
    assert checked_address(text) == text.strip().rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ccus.example",
        "ftp://x",
        "file:///etc/passwd",
        "https://",
        "http://ccus.example",
        "https://a:b",
        "http://[x",
    ],
)
def test_address_bad(text: str) -> None:
    with pytest.raises(AddressError):
        checked_address(text)


def test_address_http_only_when_asked_for() -> None:
    assert checked_address("http://10.0.0.1", allow_http=True) == "http://10.0.0.1"


def test_get_gives_status_and_headers(server: Fake) -> None:
    reply = get(f"{server.url}/healthz", 5)
    assert reply.status == 200
    assert "date" in reply.headers


def test_get_without_server_says_so() -> None:
    with pytest.raises(NetworkError, match="つながりません"):
        get("http://127.0.0.1:9/", 2)


def test_told_has_no_signs_that_move_a_cursor() -> None:
    assert Reply(400, {}, b'{"title": "a\\u001b[2Jb", "detail": "c"}').told() == "a[2Jb c"
    assert Reply(400, {}, b"[").told() == ""
