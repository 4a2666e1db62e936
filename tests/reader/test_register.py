import pytest

from reader.records import Terminal
from reader.register import RegistrationError, register
from reader.store import Store
from reader.web import NetworkError
from tests.reader.fake_server import SECRET, SITE, Failure, Fake


def test_register_keeps_what_the_server_says(store: Store, server: Fake) -> None:
    assert register(store, url=server.url + "/", code=" ABCD2345 ", name="正門のPC") == (Terminal(SITE, "正門"),)
    identity = store.identity()
    assert (identity.device, identity.secret, identity.url) == ("7", SECRET, server.url)
    assert server.store == identity.store


def test_register_wrong_code_says_what_the_server_says(store: Store, server: Fake) -> None:
    with pytest.raises(RegistrationError, match=r"登録コードが違います。 新しいコード"):
        register(store, url=server.url, code="WRONG", name="x")
    assert store.identity().device == ""


def test_register_twice_needs_a_fork(registered: Store, server: Fake) -> None:
    with pytest.raises(RegistrationError, match="fork"):
        register(registered, url=server.url, code="ABCD2345", name="x")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"device": "7", "secret": "zz", "terminals": []}',
        b'{"device": "7", "secret": "", "terminals": []}',
    ],
)
def test_register_strange_answer_registers_nothing(body: bytes, store: Store, server: Fake) -> None:
    server.failures = [Failure(201, body)]
    with pytest.raises(NetworkError):
        register(store, url=server.url, code="ABCD2345", name="x")
    assert store.identity().device == ""
