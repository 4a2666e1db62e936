import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from reader.register import register
from reader.send import Sender, State, drain
from reader.store import Store
from tests.reader.conftest import a_touch
from tests.reader.fake_server import SECRET, Failure, Fake

SEND = "import sys; from reader.__main__ import main; sys.exit(main(['--store', sys.argv[1], 'send']))"


def test_everything_kept_arrives_once_with_its_content(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(3)])
    outcome = drain(Sender(registered))
    assert (outcome.state, outcome.stored, registered.summary().unsent) == (State.EMPTY, 3, 0)
    assert server.log[2] == {
        "seq": 2, "site": "12345678901824", "card": "12345678901821-01", "direction": "in", "method": "card",
        "touched_at": "2026-11-20T07:01:02.000+09:00",
    }  # fmt: skip


def test_batches_have_at_most_500(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(1201)])
    assert drain(Sender(registered)).stored == 1201
    assert server.sizes == [500, 500, 201]


def test_unregistered_is_told_and_keeps_everything(store: Store) -> None:
    store.keep([a_touch()])
    outcome = Sender(store).step()
    assert (outcome.state, store.summary().unsent) == (State.ACT, 1)
    assert "登録コード" in outcome.message


def test_answers_lost_on_the_way_make_no_second_touch(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1), a_touch(2)])
    server.cut_after_commit = 2
    sender = Sender(registered)
    assert [sender.step().state for _ in range(3)] == [State.WAIT, State.WAIT, State.SENT]
    assert sorted(server.log) == [1, 2]
    assert registered.summary().unsent == 0


def test_taken_numbers_are_given_anew_and_arrive(registered: Store, server: Fake) -> None:
    server.log = {1: {"other": 1}, 2: {"other": 2}, 7: {"other": 7}}
    registered.keep([a_touch(1), a_touch(2), a_touch(3)])
    assert drain(Sender(registered)).stored == 3
    assert sorted(server.log) == [1, 2, 3, 7, 8, 9]
    assert {server.log[seq]["touched_at"][14:16] for seq in (3, 8, 9)} == {"01", "02", "03"}


def test_refused_moves_to_the_list_and_the_good_ones_go_on(registered: Store, server: Fake) -> None:
    server.refuse_card = "bad"
    registered.keep([a_touch(1), a_touch(2, card="bad"), a_touch(3)])
    outcome = drain(Sender(registered))
    assert (outcome.stored, outcome.refused) == (2, 1)
    assert [one.touch.seq for one in registered.refused()] == [2]


def test_rows_that_are_gone_are_told_as_lost(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(5)])
    registered._link.execute("DELETE FROM unsent WHERE seq IN (2, 3)")
    drain(Sender(registered))
    registered.keep([a_touch(9)])
    drain(Sender(registered))
    assert server.lost == [[2, 2], [3, 3]]
    assert registered.outgoing(1).lost == ()


def test_a_copied_store_becomes_a_new_device_and_waits_for_its_code(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(3)])
    drain(Sender(registered))
    registered.keep([a_touch(7), a_touch(8)])
    before, server.store = registered.identity(), "somebody else"
    outcome = Sender(registered).step()
    after = registered.identity()
    assert (outcome.state, registered.summary().unsent, after.device, after.url) == (State.ACT, 2, "", before.url)
    assert "登録コード" in outcome.message
    assert after.store != before.store
    server.log.clear()  # of the new device the server has nothing
    register(registered, url=after.url, code="ABCD2345", name="test")
    assert drain(Sender(registered)).stored == 2
    assert {seq: one["touched_at"][14:16] for seq, one in server.log.items()} == {1: "07", 2: "08"}


def test_a_409_that_is_not_the_servers_changes_nothing(registered: Store, server: Fake) -> None:
    registered.keep([a_touch()])
    before = registered.identity()
    server.failures = [Failure(409)]
    assert Sender(registered).step().state is State.WAIT
    assert registered.identity() == before


def test_what_waits_behind_a_batch_is_told(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(501)])
    drain(Sender(registered))
    assert server.reports == [(1, a_touch(500).touched_at), (0, None)]


def test_a_new_secret_that_the_server_lost_gives_way_to_the_one_before(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    registered.change_secret("7", "ab" * 32)
    assert drain(Sender(registered)).stored == 1
    assert registered.identity().secret == SECRET
    registered.register(registered.identity().store, url=server.url, device="7", secret="00" * 32, terminals=[])
    registered.keep([a_touch(2)])
    assert Sender(registered).step().state is State.ACT


LOG_IN = b"<html>Log in to the proxy</html>"
NEXT = "ab" * 32


def test_a_401_that_is_not_the_servers_changes_no_secret(registered: Store, server: Fake) -> None:
    registered.change_secret("7", NEXT)
    server.secret, server.failures = NEXT, [Failure(401, LOG_IN)]
    registered.keep([a_touch(1)])
    sender = Sender(registered)
    assert sender.step().state is State.WAIT
    assert (registered.identity().secret, sender.step().stored) == (NEXT, 1)


@pytest.mark.parametrize("wrong", [1, 2, 3])
def test_wrong_answers_of_unknown_device_cost_no_secret(wrong: int, registered: Store, server: Fake) -> None:
    registered.change_secret("7", NEXT)
    server.secret, server.failures = NEXT, [Failure(401, b'{"code": "DEVICE_UNKNOWN"}')] * wrong
    registered.keep([a_touch(1)])
    sender = Sender(registered)
    assert State.ACT in [sender.step().state for _ in range(4)]
    drain(sender)
    assert (registered.identity().secret, list(server.log)) == (NEXT, [1])


def test_a_secret_ends_once_the_server_took_something_signed_with_the_next(registered: Store, server: Fake) -> None:
    registered.change_secret("7", NEXT)
    server.secret = NEXT
    registered.keep([a_touch(1)])
    assert drain(Sender(registered)).stored == 1
    assert SECRET not in dict(registered._link.execute("SELECT key, value FROM meta")).values()
    server.secret = SECRET
    registered.keep([a_touch(2)])
    assert Sender(registered).step().state is State.ACT
    assert registered.identity().secret == NEXT


def test_an_answer_to_the_secret_before_ends_none(registered: Store, server: Fake) -> None:
    before = registered.identity()
    registered.change_secret("7", NEXT)
    registered.confirm_secret("7", before.secret)  # it was asked before the change
    assert registered.exchange_secrets("7", NEXT)
    assert registered.identity() == before
    assert registered.exchange_secrets("7", NEXT)  # refused late: the present one is another already
    assert registered.identity() == before
    registered.change_secret("7", NEXT)  # the server gives the same until it is used
    assert registered.identity().secret == NEXT


def test_a_wrong_secret_is_told(registered: Store, server: Fake) -> None:
    registered.register(registered.identity().store, url=server.url, device="7", secret="00" * 32, terminals=[])
    registered.keep([a_touch(1)])
    outcome = Sender(registered).step()
    assert (outcome.state, server.log, registered.summary().unsent) == (State.ACT, {}, 1)
    assert "認めません" in outcome.message


@pytest.mark.parametrize("status", [413, 422])
def test_too_large_or_unreadable_is_halved(status: int, registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(9)])
    server.failures = [Failure(status), Failure(status)]
    assert drain(Sender(registered)).stored == 9
    assert server.sizes[0] == 2


def test_a_single_touch_that_cannot_be_read_stays(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    server.failures = [Failure(422)]
    assert Sender(registered).step().state is State.ACT
    assert registered.summary().unsent == 1


@pytest.mark.parametrize("retry_after", ["90", "in90"])
def test_429_waits_as_long_as_told(retry_after: str, registered: Store, server: Fake) -> None:
    if retry_after == "in90":
        retry_after = (datetime.now(UTC) + timedelta(seconds=91)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    registered.keep([a_touch(1)])
    server.failures = [Failure(429, headers={"Retry-After": retry_after})]
    outcome = Sender(registered).step()
    assert outcome.state is State.WAIT
    assert 88 <= outcome.pause_s <= 92


@pytest.mark.parametrize("retry_after", ["", "soon", "-5", "99999999999"])
def test_429_with_a_strange_time_still_waits(retry_after: str, registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    server.failures = [Failure(429, headers={"Retry-After": retry_after})]
    assert 1 <= Sender(registered).step().pause_s <= 3600


def test_pauses_grow_and_end_with_the_first_success(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    server.failures = [Failure(status) for status in (500, 502, 503, 503, 503, 503, 503, 503, 503)]
    sender = Sender(registered)
    pauses = [sender.step().pause_s for _ in range(9)]
    assert 1.6 <= pauses[0] <= 2.4
    assert 200 <= pauses[-1] <= 360
    assert all(later > before for before, later in pairwise(pauses[:8]))
    assert sender.step().state is State.SENT
    registered.keep([a_touch(2)])
    server.failures = [Failure(500)]
    assert sender.step().pause_s <= 2.4


STRANGE = [
    b"<html>Please log in</html>", b"[]", b"{}", b'{"results": 3}', b"\xff", b"",
    b'{"received_at": "2026-11-20T08:00:00", "highest": 1, "results": [{"index": 0, "seq": 1, "status": "stored"}]}',
    b'{"received_at": "2026-11-20T08:00:00+09:00", "highest": 1, "results": [{"index": 0, "seq": 9, "status": "stored"}]}',
    b'{"received_at": "2026-11-20T08:00:00+09:00", "highest": 1, "results": [{"index": 0, "seq": 1, "status": "eaten"}]}',
]  # fmt: skip


@pytest.mark.parametrize("body", STRANGE)
def test_an_answer_that_does_not_fit_deletes_nothing(body: bytes, registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    server.failures = [Failure(200, body)]
    outcome = Sender(registered).step()
    assert (outcome.state, registered.summary().unsent) == (State.WAIT, 1)


def test_a_redirect_is_not_followed(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(1)])
    server.failures = [Failure(302, headers={"Location": f"{server.url}/login"})]
    outcome = Sender(registered).step()
    assert (outcome.state, registered.summary().unsent) == (State.WAIT, 1)
    assert "302" in outcome.message


def test_two_senders_of_a_store_take_turns(registered: Store) -> None:
    registered.keep([a_touch(1)])
    results: list[State] = []

    def send() -> None:
        with Store(registered.path) as mine:
            results.append(Sender(mine).step().state)

    with registered.sending():
        other = Thread(target=send)
        other.start()
        other.join(0.3)
        assert results == []
    other.join(10)
    assert results == [State.SENT]


def test_no_network_keeps_everything(registered: Store) -> None:
    registered.register(registered.identity().store, url="http://127.0.0.1:9", device="7", secret=SECRET, terminals=[])
    registered.keep([a_touch(1)])
    outcome = Sender(registered).step()
    assert (outcome.state, registered.summary().unsent) == (State.WAIT, 1)
    assert "つながりません" in outcome.message


def test_offset_is_our_clock_minus_the_servers(registered: Store, server: Fake) -> None:
    server.clock_behind = timedelta(minutes=20)
    registered.keep([a_touch(1)])
    drain(Sender(registered))
    assert registered.offset_s == pytest.approx(1200, abs=5)
    registered.keep([a_touch(2)])
    assert registered.outgoing(1).touches[0].offset_s == registered.offset_s


@pytest.mark.slow
def test_kill_9_while_sending_then_sent_again_is_each_exactly_once(registered: Store, server: Fake) -> None:
    registered.keep([a_touch(minute) for minute in range(6000)])
    for pause in (0.25, 0.4, 0.6):
        process = subprocess.Popen([sys.executable, "-c", SEND, str(registered.path)], stdout=subprocess.DEVNULL)
        sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    left = registered.summary().unsent
    assert drain(Sender(registered)).stored == left
    assert sorted(server.log) == list(range(1, 6001))
    assert registered.summary().unsent == 0


def test_the_body_is_small_and_plain(registered: Store, tmp_path: Path) -> None:
    from reader.send import encode

    registered.keep([a_touch(1)])
    found = json.loads(encode(registered.outgoing(5), datetime(2026, 11, 20, 8, tzinfo=UTC)))
    assert (set(found), found["unsent"]) == ({"store", "sent_at", "unsent", "touches"}, 0)
    assert "offset_s" not in found["touches"][0]
