import pytest

from reader.records import NewTouch, Terminal
from reader.register import RegistrationError, read_qr_text, register, register_text
from reader.store import Store
from reader.web import AddressError, NetworkError
from tests.reader.conftest import NUMBER
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


def test_a_device_of_one_server_is_not_taken_to_another(registered: Store) -> None:
    with pytest.raises(RegistrationError, match="fork"):
        register(registered, url="https://elsewhere.example", code="ABCD2345", name="x")


def test_touches_from_before_the_registration_belong_to_its_place(store: Store, server: Fake) -> None:
    store.keep([NewTouch("card", NUMBER, "2026-11-20T07:58:02.000+09:00", "card")])
    register(store, url=server.url, code="ABCD2345", name="x")
    assert [one.site for one in store.outgoing(9).touches] == [SITE]


@pytest.mark.parametrize(
    "text", ["", "ABCD-EFGH", "https://x/", "https://x/#other=ABCD", "#pair=ABCD", "http://[/#pair=A"]
)
def test_a_text_that_is_not_the_qr_codes_is_told(text: str) -> None:
    with pytest.raises(RegistrationError, match="QRコード"):
        read_qr_text(text)


def test_what_is_typed_into_the_window_is_the_qr_text_or_the_code_alone(store: Store, server: Fake) -> None:
    with pytest.raises(AddressError):
        register_text(store, "ABCD2345", name="x")
    register_text(store, f"{server.url}/#pair=ABCD2345", name="x")
    store.fork(store.identity().store)
    assert register_text(store, "ABCD2345", name="x") == (Terminal(SITE, "正門"),)


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
