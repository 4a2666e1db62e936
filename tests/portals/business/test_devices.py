"""The prime's page of a site's terminals."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from portals.business.views_devices import REFUSED_CODES
from reader.register import read_qr_text
from registry.businesses.queries import list_users
from registry.cards.queries import CardRow
from registry.core import ids
from registry.core.errors import NotAllowedError, RegistryError
from registry.core.ids import BusinessId, IdKind, id_of_body
from registry.histories.states import Standing
from registry.sites.queries import list_terminals
from registry.touches.models import Pairing
from registry.touches.operations.devices import (
    PairingCodeError,
    accept_loss,
    add_pairing,
    end_pairing,
    make_pairing_code,
    register_device,
    revoke_device,
)
from registry.touches.operations.presence import adopt_orphans
from registry.touches.queries import REFUSED_AT_MOST, list_site_devices
from registry.touches.states import DeviceState
from tests.factories.cast import (
    NOW,
    Gate,
    a_firm,
    a_gate,
    a_touch,
    a_worker,
    activate,
    logged_in,
    owner_of,
    secrets_of_letters,
)
from tests.factories.days import bind_all, days_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(prime: BusinessId) -> CardRow:
    return a_worker(prime)


@pytest.fixture
def owner(prime: BusinessId) -> Client:
    activate(str(prime), list_users(prime)[0].account.id, secrets_of_letters())
    return logged_in(str(prime))


def page_of(client: Client, gate: Gate) -> str:
    """The page in words, without marks."""
    answer = client.get(f"/business/sites/{gate.site_id}/terminals/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_gap_is_perhaps_lost_until_the_device_says_so_and_its_neighbours_say_when(
    owner: Client, gate: Gate, card: CardRow
) -> None:
    gate.send(a_touch(1, card, "2026-11-20T07:41:00+09:00"), a_touch(5, card, "2026-11-20T07:58:00+09:00"))
    page = page_of(owner, gate)
    assert "3件が届いていません。失われた可能性があります。" in page
    assert "2026年11月20日（金）7:41から7:58までの間" in page
    assert "確認が必要" in page

    gate.send(a_touch(6, card, "2026-11-20T12:01:00+09:00"), lost=[[2, 4]])
    page = page_of(owner, gate)
    assert "3件が失われました。" in page
    assert "7:41から7:58までの間" in page
    assert "本人のページから就業日を申告できます" in page
    assert "失われた可能性" not in page

    gate.send(*(a_touch(seq, card, f"2026-11-20T07:5{seq}:00+09:00") for seq in (2, 3, 4)))  # found all the same
    assert "失われ" not in page_of(owner, gate)


def test_a_gap_at_the_beginning_and_a_queue_that_is_not_dense(owner: Client, gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(4, card, "2026-11-20T07:58:00+09:00"))
    assert "2026年11月20日（金）7:58より前" in page_of(owner, gate)


def test_what_is_still_on_the_device_is_shown_as_it_said(owner: Client, gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card), unsent=12, unsent_since="2026-11-20T07:41:00+09:00")
    page = page_of(owner, gate)
    for text in ("未送信 12件", "2026年11月20日（金）7:41の打刻から"):
        assert text in page
    where = f"/business/sites/{gate.site_id}/devices/{gate.device.device_id}/revoke/"
    assert "端末に残っている12件も" in owner.get(where).content.decode()
    gate.send(a_touch(2, card, "2026-11-20T17:00:00+09:00"), unsent=0)
    assert "未送信" not in page_of(owner, gate)


def test_of_a_device_that_never_said_how_much_it_holds_nothing_is_known(
    owner: Client, prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    gate.send(a_touch(1, card))
    assert "端末に残っている打刻 分かりません。この端末は" in page_of(owner, gate)
    site = owner.get(f"/business/sites/{gate.site_id}/").content.decode()
    assert "端末に残っている打刻 0件（ほかに、残りを知らせていない端末 1台）" in site
    end_pairing(gate.device.device_id, gate.site_id, by=owner_of(prime), at=NOW)
    assert "知らせていない端末" not in owner.get(f"/business/sites/{gate.site_id}/").content.decode(), "it has left"
    code = make_pairing_code(list_terminals(gate.site_id)[0].id, by=owner_of(prime), at=NOW).code
    add_pairing(gate.device.device_id, code, at=NOW)
    gate.send(a_touch(2, card, "2026-11-20T17:00:00+09:00"), unsent=0)
    assert "端末に残っている打刻 ありません" in page_of(owner, gate)
    assert "端末に残っている打刻 0件<" in owner.get(f"/business/sites/{gate.site_id}/").content.decode()


def test_the_neighbours_of_a_gap_stand_in_the_order_of_their_moments(owner: Client, gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card, "2026-11-20T07:58:00+09:00"), a_touch(5, card, "2026-11-19T17:41:00+09:00"))
    assert "2026年11月19日（木）17:41から2026年11月20日（金）7:58までの間" in page_of(owner, gate)


def test_a_card_that_is_nobody_s_is_told_to_the_site_where_it_was_touched(
    owner: Client, prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    number, other = f"{card.worker_id}-07", a_gate(prime, name="別の現場")
    gate.send({**a_touch(1, card), "card": number}, {**a_touch(2, card), "card": "", "token": "04A1B2C3"})
    gate.send({**a_touch(3, card, "2026-11-20T17:02:00+09:00"), "card": number})
    page = page_of(owner, gate)
    for words in (
        f"{ids.grouped(card.worker_id)}-07",
        "打刻2件 最後は2026年11月20日（金）17:02",
        "ゲートのPC",
        "対応する人：運営",
    ):
        assert words in page, words
    assert "カードのチップ（番号は運営が確かめます）" in page
    assert "04A1B2C3" not in page, "who knows what a chip says could use it"
    assert "持ち主の分からないカード" not in page_of(owner, other)


@pytest.mark.parametrize(
    "since", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+09:00", "2000-01-01T00:00:00+09:00"]
)
def test_a_clock_far_from_ours_spoils_no_page(owner: Client, gate: Gate, card: CardRow, since: str) -> None:
    gate.send(a_touch(1, card), unsent=12, unsent_since=since)
    assert "12件 最後に届いたときに" in page_of(owner, gate)
    assert owner.get("/business/").status_code == 200


def test_a_refused_touch_stands_there_with_cause_and_remedy(owner: Client, gate: Gate, card: CardRow) -> None:
    wrong = str(card.worker_id)[:4] + str((card.worker_id // 10**9 + 1) % 10) + str(card.worker_id)[5:]
    elsewhere = a_gate(a_firm("別の会社")).site_id
    gate.send(
        {**a_touch(1, card), "card": f"{wrong}-01"},
        {**a_touch(2, card), "card": "<b>12"},
        {**a_touch(3, card), "card": "99", "site": str(elsewhere)},
        {"seq": 4, "touched_at": "2026-13-45", "card": card.number},
    )
    page = page_of(owner, gate)
    assert "打刻として読めなかったもの 4件" in page
    for text in (
        "番号のどこかの桁が違います",
        wrong,
        "番号の桁数が違います",
        "&lt;b&gt;12",
        "打刻の形が正しくありません",
        "2026-13-45",
    ):
        assert text in page
    assert "カードの番号を確かめ" in page


def test_a_refused_touch_is_hidden_only_where_it_names_another_site_of_the_device(
    owner: Client, gate: Gate, prime: BusinessId, card: CardRow
) -> None:
    other = a_gate(prime, name="第二工区")
    add_pairing(
        gate.device.device_id,
        make_pairing_code(list_terminals(other.site_id)[0].id, by=owner_of(prime), at=NOW).code,
        at=NOW,
    )
    stranger = a_gate(a_firm("別の会社")).site_id
    site = str(other.site_id)
    named = {
        "hello": "hello",
        "wrong digit": f"{site[:10]}{(int(site[10]) + 1) % 10}{site[11:]}",
        "stranger": str(stranger),
    }
    both = [{**a_touch(seq, card), "card": f"both {seq}", "site": text} for seq, text in enumerate(named.values(), 1)]
    there = [
        {**a_touch(seq, card), "card": f"there {seq}", "site": text}
        for seq, text in ((4, site), (5, f"{site[:4]} {site[4:]}"))
    ]
    gate.send(*both, *there, {**a_touch(6, card), "card": "here 6", "site": str(gate.site_id)})

    pages = page_of(owner, gate), page_of(owner, other)

    assert [[f"both {seq}" in page for seq in (1, 2, 3)] for page in pages] == [[True] * 3] * 2
    assert [[text in page for text in ("there 4", "there 5", "here 6")] for page in pages] == [
        [False, False, True], [True, True, False],
    ]  # fmt: skip


def test_each_device_shows_its_newest_refused_touches_and_how_many_there_are(
    owner: Client, gate: Gate, prime: BusinessId, card: CardRow
) -> None:
    code = make_pairing_code(list_terminals(gate.site_id)[0].id, by=owner_of(prime), at=NOW).code
    quiet = Gate(register_device(code, store="e" * 32, name="裏門のPC", dense=True, at=NOW), gate.site_id, "e" * 32)
    quiet.send({**a_touch(1, card), "card": "quiet"})
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        gate.send(*({**a_touch(seq, card), "card": "loud"} for seq in range(1, REFUSED_AT_MOST + 11)))
    page = page_of(owner, gate)
    assert (page.count("loud"), page.count("quiet")) == (REFUSED_AT_MOST, 1)
    assert "打刻として読めなかったもの 60件 新しいものから50件を表示しています。" in page
    assert "打刻として読めなかったもの 1件" in page
    assert page.count("新しいものから") == 1


def test_touches_of_an_impossible_clock_get_their_day(owner: Client, gate: Gate, card: CardRow) -> None:
    gate.send(a_touch(1, card, "2000-01-01T08:00:00+09:00"), a_touch(2, card, "2000-01-02T08:00:00+09:00"))
    assert "ありえない日時を示していた打刻が2件" in page_of(owner, gate)
    assert "日が決まっていない打刻が2件あります" in owner.get("/business/").content.decode()
    where = f"/business/sites/{gate.site_id}/terminals/unplaced/"
    first = f"{gate.device.device_id}:1"
    assert first in owner.get(where).content.decode()
    for wrong in ("", "2026-11-31", "2027-01-01"):
        answer = owner.post(where, {"touch": first, "day": wrong, "give": "1"})
        assert (answer.status_code, "checked" in answer.content.decode()) == (422, True)
    for _ in range(2):  # a second click does no harm
        assert owner.post(where, {"touch": first, "day": "2026-11-19", "give": "1"}).status_code == 302
    adopt_orphans()
    assert [str(one.day) for one in days_of(card.worker_id)] == ["2026-11-19"]
    owner.post(where, {"touch": f"{gate.device.device_id}:2", "day": "", "aside": "1"})
    assert "ありえない" not in page_of(owner, gate)


def test_every_code_of_a_refusal_has_its_words() -> None:
    """Those that the server can give: shape, and all errors of an ID."""
    errors = [one for one in vars(ids).values() if isinstance(one, type) and issubclass(one, RegistryError)]
    codes = {f"TOUCH_{one.code}" for one in errors if one is not RegistryError} | {"TOUCH_SHAPE"}
    assert codes == REFUSED_CODES


def test_revoking_says_first_what_follows_and_a_second_click_does_no_harm(
    owner: Client, gate: Gate, card: CardRow
) -> None:
    where = f"/business/sites/{gate.site_id}/devices/{gate.device.device_id}/revoke/"
    assert "すべて保存されます" in owner.get(where).content.decode()
    assert list_site_devices(gate.site_id)[0].state is DeviceState.ACTIVE
    assert owner.post(where).status_code == 302
    again = owner.post(where, follow=True)
    assert "すでに止められています" in again.content.decode()
    assert "すでに止められています" in owner.get(where).content.decode()
    assert list_site_devices(gate.site_id)[0].state is DeviceState.REVOKED
    assert "使用停止" in page_of(owner, gate)


def test_touches_of_a_revoked_device_wait_and_the_prime_decides(
    owner: Client, prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    assert "確認を待っている打刻" not in page_of(owner, gate)
    revoke_device(gate.device.device_id, reason="", by=owner_of(prime), at=NOW)
    gate.send(a_touch(1, card, "2026-11-19T07:58:00+09:00"))
    bind_all()
    page = page_of(owner, gate)
    for text in ("確認を待っている打刻", "見本 太郎", "2026年11月19日（木）", "使用を止めた端末から届きました"):
        assert text in page
    day = {"day": [f"{card.worker_id}:2026-11-19"], "counts": "1"}
    marked = owner.get(f"/business/sites/{gate.site_id}/terminals/").content.decode()
    (path,) = re.findall(r'action="([^"]+/decide/[^"]*)"', marked)
    answer = owner.post(path, day)
    assert answer.headers["Location"] == f"/business/sites/{gate.site_id}/terminals/"
    assert [one.standing for one in days_of(card.worker_id)] == [Standing.FORMAL]
    assert "確認を待っている打刻" not in page_of(owner, gate)


def test_the_qr_code_holds_server_and_code_as_the_reader_reads_them(owner: Client, gate: Gate) -> None:
    terminal = re.search(rf"/business/sites/{gate.site_id}/terminals/(\d+)/code/", owner.get(
        f"/business/sites/{gate.site_id}/terminals/"
    ).content.decode())  # fmt: skip
    assert terminal
    page = owner.post(terminal[0]).content.decode()
    code = re.search(r'id="pairing-code">([A-Z0-9-]+)<', page)
    text = re.search(r"--qr-text &quot;([^&]+)&quot;|--qr-text \"([^\"]+)\"", page)
    assert code
    assert text
    assert read_qr_text(text[1] or text[2]) == ("http://testserver", code[1])
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page or "<svg" in page


def test_a_site_without_devices_says_how_to_begin(owner: Client, prime: BusinessId, gate: Gate) -> None:
    Pairing.objects.update(until_at=NOW)
    page = page_of(owner, gate)
    assert "端末はまだありません" in page
    assert "正面ゲートに端末を登録する" in page


def test_another_firm_finds_nothing(gate: Gate) -> None:
    other = a_firm("別の会社")
    activate(str(other), list_users(other)[0].account.id, secrets_of_letters())
    client = logged_in(str(other))
    for path in ("terminals/", f"devices/{gate.device.device_id}/revoke/"):
        assert client.get(f"/business/sites/{gate.site_id}/{path}").status_code == 404


def test_a_device_of_another_site_cannot_be_revoked_here(owner: Client, prime: BusinessId, gate: Gate) -> None:
    other = a_gate(a_firm("別の会社"))
    where = f"/business/sites/{gate.site_id}/devices/{other.device.device_id}/revoke/"
    assert owner.post(where).status_code == 404
    assert list_site_devices(other.site_id)[0].state is DeviceState.ACTIVE


def test_a_device_that_serves_another_firm_too_is_only_let_go(
    owner: Client, prime: BusinessId, gate: Gate, card: CardRow
) -> None:
    other = a_firm("別の会社")
    elsewhere = a_gate(other).site_id
    code = make_pairing_code(list_terminals(elsewhere)[0].id, by=owner_of(other), at=NOW).code
    add_pairing(gate.device.device_id, code, at=NOW)
    where = f"/business/sites/{gate.site_id}/devices/{gate.device.device_id}/"
    assert "ほかに1つの現場でも使っています" in page_of(owner, gate)
    form = owner.get(f"{where}revoke/").content.decode()
    assert "この現場で使うのをやめる" in form
    assert "ds-button--danger" not in form
    assert owner.post(f"{where}revoke/").status_code == 404

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        for _ in range(2):  # a second click does no harm
            assert owner.post(f"{where}leave/").status_code == 302
        assert "端末はまだありません" in page_of(owner, gate)
        gate.send(a_touch(1, card, "2026-11-20T12:01:00+09:00", site=str(gate.site_id)))
        bind_all()
        assert "この端末は、この現場に割り当てられていません" in page_of(owner, gate)
    assert gate.device.device_id in {row.id for row in list_site_devices(elsewhere)}


def test_a_device_that_serves_another_firm_too_is_revoked_by_neither(gate: Gate, prime: BusinessId) -> None:
    other = a_firm("別の会社")
    code = make_pairing_code(list_terminals(a_gate(other).site_id)[0].id, by=owner_of(other), at=NOW).code
    add_pairing(gate.device.device_id, code, at=NOW)
    for firm in (prime, other):
        with pytest.raises(NotAllowedError):
            revoke_device(gate.device.device_id, reason="", by=owner_of(firm), at=NOW)
    assert list_site_devices(gate.site_id)[0].state is DeviceState.ACTIVE


def test_a_code_that_has_lapsed_pairs_no_further_terminal(gate: Gate, prime: BusinessId) -> None:
    elsewhere = a_gate(prime, name="別の現場").site_id
    code = make_pairing_code(list_terminals(elsewhere)[0].id, by=owner_of(prime), at=NOW)
    with pytest.raises(PairingCodeError):
        add_pairing(gate.device.device_id, code.code, at=code.valid_until + timedelta(seconds=1))
    add_pairing(gate.device.device_id, code.code, at=code.valid_until)
    assert gate.device.device_id in {row.id for row in list_site_devices(elsewhere)}


def test_nobody_lets_a_device_go_for_another_firm(owner: Client, gate: Gate) -> None:
    other = a_gate(a_firm("別の会社"))
    number = other.device.device_id
    assert owner.post(f"/business/sites/{other.site_id}/devices/{number}/leave/").status_code == 404
    assert owner.post(f"/business/sites/{gate.site_id}/devices/{number}/leave/").status_code == 404


def leave(gate: Gate, prime: BusinessId, *, hours: int = 0) -> None:
    end_pairing(gate.device.device_id, gate.site_id, by=owner_of(prime), at=NOW + timedelta(hours=hours))


def test_a_device_that_left_stays_as_long_as_something_of_it_is_missing(
    owner: Client, gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    gate.send(a_touch(1, card, "2026-11-20T07:41:00+09:00"), a_touch(5, card, "2026-11-20T07:58:00+09:00"))
    leave(gate, prime)
    page, home = page_of(owner, gate), owner.get("/business/").content.decode()
    for text in ("ゲートのPC", "割り当て終了", "3件が届いていません", "7:41から7:58までの間"):
        assert text in page
    assert "この現場への割り当てを終えました" in page
    assert "ゲートのPC" in home
    gate.send(*(a_touch(seq, card, f"2026-11-20T07:5{seq}:00+09:00") for seq in (2, 3, 4)))
    assert "ゲートのPC" not in page_of(owner, gate)


def test_what_a_device_gave_after_it_left_is_not_this_site_s(
    owner: Client, gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    gate.send(a_touch(1, card, "2026-11-20T07:41:00+09:00"))
    leave(gate, prime)
    gate.send(a_touch(5, card, "2026-11-21T07:58:00+09:00"), a_touch(9, card, "2026-11-21T08:58:00+09:00"))
    (device,) = list_site_devices(gate.site_id)
    assert [(one.first, one.last) for one in device.missing] == [(2, 4)]  # before or after it left: nobody knows


def test_what_is_missing_is_shown_until_it_is_accepted_as_lost(
    owner: Client, gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    gate.send(
        a_touch(1, card),
        a_touch(5, card, "2026-11-20T09:58:00+09:00"),
        unsent=12,
        unsent_since="2026-11-20T07:41:00+09:00",
    )
    leave(gate, prime)
    where = f"/business/sites/{gate.site_id}/devices/{gate.device.device_id}/loss/"
    assert f'href="{where}"' in owner.get(f"/business/sites/{gate.site_id}/terminals/").content.decode()
    page = owner.get(where).content.decode()
    assert ("申告を承認すると数えられます" in page, 'name="highest" value="5"' in page) == (True, True)
    for highest in ("x", "9" * 30, "", "3"):  # what no page of ours says accepts no more than it names
        owner.post(where, {"highest": highest})
    (device,) = list_site_devices(gate.site_id)
    assert [(one.first, one.last) for one in device.missing] == [(4, 4)]
    for _ in range(2):
        assert owner.post(where, {"highest": "5"}).status_code == 302
    assert list_site_devices(gate.site_id) == []
    assert "ゲートのPC" not in owner.get("/business/").content.decode()
    (stored,) = gate.send(a_touch(3, card, "2026-11-20T08:58:00+09:00"))["results"]
    assert stored["status"] == "stored"


def test_a_device_that_still_serves_shows_what_went_missing_later(
    owner: Client, gate: Gate, card: CardRow, prime: BusinessId
) -> None:
    gate.send(a_touch(1, card), a_touch(5, card, "2026-11-20T09:58:00+09:00"))
    accept_loss(gate.device.device_id, gate.site_id, highest=5, by=owner_of(prime), at=NOW)
    assert "届いていません" not in page_of(owner, gate)
    gate.send(a_touch(8, card, "2026-11-20T10:58:00+09:00"))
    assert "2件が届いていません" in page_of(owner, gate)


def test_a_loss_is_accepted_by_the_site_s_prime_alone(gate: Gate, card: CardRow, prime: BusinessId) -> None:
    gate.send(a_touch(5, card))
    with pytest.raises(RegistryError):
        accept_loss(gate.device.device_id, gate.site_id, highest=5, by=owner_of(a_firm("別の会社")), at=NOW)
    assert len(list_site_devices(gate.site_id)[0].missing) == 1


def test_touches_of_a_site_that_is_not_registered_are_told(owner: Client, gate: Gate, card: CardRow) -> None:
    gate.send({**a_touch(1, card), "site": str(id_of_body("98765432109", IdKind.SITE))})
    assert "登録のない現場IDの打刻が1件あります" in page_of(owner, gate)


def test_a_store_that_was_copied_as_it_is_loses_nothing_and_the_prime_is_told(
    owner: Client, gate: Gate, card: CardRow
) -> None:
    """Two machines with one file: the same device, the same numbers, other touches."""
    gate.send(a_touch(1, card, "2026-11-20T07:41:00+09:00"))
    assert "同じ番号で別の打刻" not in page_of(owner, gate)
    answer = gate.send(a_touch(1, card, "2026-11-20T07:50:00+09:00"))
    assert answer["results"][0]["status"] == "renumber"
    page = page_of(owner, gate)
    assert "同じ番号で別の打刻が届きました（最後は2026年11月20日（金）12:00）" in page
    assert "fork を実行し" in page
    (again,) = gate.send(a_touch(answer["highest"] + 1, card, "2026-11-20T07:50:00+09:00"))["results"]
    assert again["status"] == "stored"
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        assert "同じ番号で別の打刻" not in page_of(owner, gate)
