"""The fixed cast: a prime, a subcontractor, a worker of each, the office; a site of the prime with one device."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Any
from weakref import WeakSet

from django.test import Client

from registry.accounts.operations import (
    confirm_code,
    make_initial_password,
    make_security_code,
    open_account,
    set_first_password,
)
from registry.accounts.states import Permission, Portal, Role
from registry.businesses.operations import BusinessData, register_business
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.cards.operations import register_worker_with_card
from registry.cards.queries import CardRow
from registry.core.actor import Actor, ActorKind
from registry.core.ids import BusinessId, SiteId
from registry.notices.queries import list_letters_to_print
from registry.notices.states import WITH_PASSWORD
from registry.sites.operations.sites import SiteData, open_site
from registry.sites.queries import list_terminals
from registry.structures.operations.tenures import FirmPlace, accept_invitation, invite_firm
from registry.structures.queries import TenureRow, get_tenure
from registry.touches.derive.signing import signature_of
from registry.touches.operations.devices import RegisteredDevice, make_pairing_code, register_device
from registry.workers.operations.letters import print_letters_to_present_addresses
from registry.workers.operations.registration import WorkerData

REGISTERED = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
STARTED = REGISTERED.date()
PASSWORD = "nagai-aikotoba-42"
OFFICE = Actor(ActorKind.OFFICE, rights=frozenset(map(str, Permission)))
BROWSERS: WeakSet[Client] = WeakSet()  # those in which somebody has logged in


def a_firm(name: str = "見本建設株式会社", *, at: datetime = REGISTERED) -> BusinessId:
    """A registered firm."""
    data = BusinessData(
        name=name, kana="ミホンケンセツ", kind=BusinessKind.CORPORATION, representative="見本 代表", postal_code="100-0000",
        prefecture="13", address="東京都見本区1-2-3", phone="00-0000-0000", officer_name="見本 担当",
    )  # fmt: skip
    return register_business(data, by=OFFICE, at=at)


def a_worker(employer_id: BusinessId | None, name: str = "見本", *, at: datetime = REGISTERED, **more: Any) -> CardRow:
    """A registered worker with a card."""
    data = WorkerData(**{
        "family_name": name, "given_name": "太郎", "family_kana": "ミホン", "given_kana": "タロウ", "birth_on": date(1980, 5, 5),
        "sex": "1", "postal_code": "100-0000", "prefecture": "13", "address": "東京都例町9-9", "phone": "090-0000-1111",
        "trades": ("06-01",), "employer_id": employer_id, **more,
    })  # fmt: skip
    return register_worker_with_card(data, by=OFFICE, at=at)


def owner_of(business_id: BusinessId) -> Actor:
    """The firm's owner as one who acts."""
    account = list_users(business_id)[0].account
    return Actor(ActorKind.BUSINESS, account.id, business_id, account.rights)


def secrets_of_letters(at: datetime = NOW) -> dict[str, dict[str, str]]:
    """Print all letters; initial password and code by login ID."""
    found: dict[str, dict[str, str]] = {}
    for one in print_letters_to_present_addresses(
        [row.id for row in list_letters_to_print(limit=1000)], by=OFFICE, at=at
    ):
        found.setdefault(one.login_id, {})["initial" if one.kind in WITH_PASSWORD else "code"] = one.secret
    return found


def office_login(role: Role, *, at: datetime = NOW) -> str:
    """An active account of the office; returns its login ID."""
    login_id = f"office-{role}"
    account = open_account(login_id=login_id, portal=Portal.OFFICE, role=role, display_name="審査", by=OFFICE, at=at)
    initial, code = make_initial_password(account, by=OFFICE, at=at), make_security_code(account, by=OFFICE, at=at)
    set_first_password(account, present=initial, new=PASSWORD, at=at)
    confirm_code(account, code, at=at)
    return login_id


def activate(login_id: str, account_id: int, letters: dict[str, dict[str, str]], *, at: datetime = NOW) -> None:
    """Go through the first log-in with what the letters say."""
    set_first_password(account_id, present=letters[login_id]["initial"], new=PASSWORD, at=at)
    confirm_code(account_id, letters[login_id]["code"], at=at)


def logged_in(login_id: str) -> Client:
    """A browser in which somebody is logged in, by the real page."""
    client = Client()
    BROWSERS.add(client)
    answer = client.post("/login/", {"login_id": login_id, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


@dataclass
class Gate:
    """A device at the gate of a site, and how it sends."""

    device: RegisteredDevice
    site_id: SiteId
    store: str
    client: Client = field(default_factory=Client)

    def post(self, body: bytes, *, signature: str | None = None, path: str = "/api/v1/touches") -> Any:
        """Send raw bytes, rightly signed unless told otherwise."""
        signed = signature_of(bytes.fromhex(self.device.secret), body) if signature is None else signature
        return self.client.post(
            path, body, content_type="application/json",
            headers={"Device": str(self.device.device_id), "Signature": signed},
        )  # fmt: skip

    def send(self, *touches: dict[str, Any], **more: Any) -> Any:
        """Send touches; returns the decoded answer."""
        answer = self.post(json.dumps({"store": self.store, "touches": touches, **more}).encode())
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


def a_gate(prime: BusinessId, *, name: str = "見本ビル新築工事", at: datetime = REGISTERED) -> Gate:
    """A site of a prime with one registered device."""
    data = SiteData(
        name=name, prefecture="13", address="東京都現場町4-5", public_works=False,
        from_on=at.date(), terminal_name="正面ゲート",
    )  # fmt: skip
    site_id = open_site(prime, data, by=owner_of(prime), at=at)
    code = make_pairing_code(list_terminals(site_id)[0].id, by=owner_of(prime), at=at)
    store = token_hex(16)
    return Gate(register_device(code.code, store=store, name="ゲートのPC", dense=True, at=at), site_id, store)


def a_tenure(
    site_id: SiteId, prime: BusinessId, firm: BusinessId, *, below: int | None = None, from_on: date = STARTED,
    until_on: date | None = None, accepted: bool = True, at: datetime = NOW,
) -> TenureRow:  # fmt: skip
    """A firm that was invited into a site's structure, and has accepted."""
    place = FirmPlace(business_id=firm, from_on=from_on, until_on=until_on)
    tenure_id = invite_firm(site_id, below, place, by=owner_of(prime), at=at, on=at.date())
    if accepted:
        accept_invitation(tenure_id, by=owner_of(firm), at=at)
    row = get_tenure(tenure_id, on=at.date())
    assert row
    return row


def a_touch(seq: int, card: CardRow, touched_at: str = "2026-11-20T07:58:00+09:00", **more: Any) -> dict[str, Any]:
    """One touch as a device sends it."""
    return {"seq": seq, "card": card.number, "touched_at": touched_at, **more}
