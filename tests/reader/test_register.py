from pathlib import Path
from threading import Thread

import pytest

from reader import register as registration
from reader.records import Identity, NewTouch, Terminal
from reader.register import RegistrationError, read_qr_text, register, register_text
from reader.send import Sender, drain
from reader.store import Store
from reader.web import AddressError, NetworkError, Reply
from tests.reader.conftest import NUMBER, a_touch
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


def test_what_was_asked_under_a_name_that_was_left_meanwhile_is_not_kept(
    store: Store, server: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name with another's device would sign as that one, with numbers that begin anew."""
    ask = registration._asked

    def forked_meanwhile(identity: Identity, *asked: str) -> Reply:
        reply = ask(identity, *asked)
        store.fork(identity.store)
        return reply

    monkeypatch.setattr(registration, "_asked", forked_meanwhile)
    with pytest.raises(RegistrationError, match="もう一度登録"):
        register(store, url=server.url, code="ABCD2345", name="x")
    assert (store.identity().device, store.identity().secret) == ("", "")


def test_touches_from_before_the_registration_belong_to_its_place(store: Store, server: Fake) -> None:
    store.keep([NewTouch("card", NUMBER, "2026-11-20T07:58:02.000+09:00", "card")])
    register(store, url=server.url, code="ABCD2345", name="x")
    assert [one.site for one in store.outgoing(9).touches] == [SITE]


def test_an_answer_was_lost_and_the_code_is_new(store: Store, server: Fake) -> None:
    """The device of the lost answer stays the server's; what is unsent goes on under a new name."""
    store.keep([a_touch(1), a_touch(2)])
    before, server.cut_after_commit = store.identity().store, 1
    with pytest.raises(NetworkError):
        register(store, url=server.url, code="ABCD2345", name="x")
    register(store, url=server.url, code="EFGH6789", name="x")
    assert list(server.codes) == [before, store.identity().store]
    assert drain(Sender(store)).stored == 2
    assert {seq: one["touched_at"] for seq, one in server.log.items()} == {
        1: a_touch(1).touched_at, 2: a_touch(2).touched_at,
    }  # fmt: skip


def test_a_copy_of_a_store_that_was_registered_later_gets_a_name_of_its_own(
    store: Store, server: Fake, tmp_path: Path
) -> None:
    store.keep([a_touch(1)])
    store._link.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    register(store, url=server.url, code="ABCD2345", name="x")
    original = store.identity()
    with Store(tmp_path / "copy.db") as copy:
        register(copy, url=server.url, code="EFGH6789", name="y")
        assert copy.identity().store != original.store
        assert (copy.summary().unsent, copy.identity().device) == (1, "7")
    assert store.identity() == original


def test_of_a_registered_device_nothing_is_renamed(registered: Store, server: Fake) -> None:
    before = registered.identity()
    server.failures = [Failure(409, b'{"code": "STORE_TAKEN", "title": "taken"}')]
    with pytest.raises(RegistrationError, match="taken"):
        register(registered, url=server.url, code="EFGH6789", name="x")
    assert registered.identity() == before


def test_two_who_register_at_once_take_turns(store: Store, server: Fake) -> None:
    other = Thread(target=lambda: register_by_another(store, server), daemon=True)
    with store.registering():
        other.start()
        other.join(0.3)
        assert store.identity().device == ""
    other.join(10)
    assert store.identity().device == "7"


def register_by_another(store: Store, server: Fake) -> None:
    with Store(store.path) as mine:
        register(mine, url=server.url, code="ABCD2345", name="x")


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
