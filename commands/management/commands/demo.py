"""`manage.py demo`: the cast of the demonstration, by the real operations, step by step as people would do it."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import Progress

from commands.demo_logins import write_demo
from commands.management.commands.demo_world import load_world
from commands.world.days import SUNDAY
from commands.world.faces import draw_face
from commands.world.words import Scene, days_long_ago, say_words, say_words_in_world
from registry.accounts.operations import (
    Place,
    check_login,
    confirm_code,
    make_initial_password,
    make_security_code,
    open_account,
    set_first_password,
)
from registry.accounts.queries import AccountRow, account_of_login
from registry.accounts.states import AccountState, Permission, Portal, Role
from registry.businesses.operations import BusinessData, add_user, register_business
from registry.businesses.queries import list_users
from registry.businesses.states import BusinessKind
from registry.cards.operations import register_worker_with_card
from registry.cards.queries import CardRow
from registry.core.actor import Actor, ActorKind
from registry.core.days import JST, jst_day
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.binder import follow
from registry.histories.operations.receiving import receive_touches
from registry.notices.queries import list_letters_to_print
from registry.notices.states import WITH_PASSWORD
from registry.sites.operations.sites import SiteData, open_site
from registry.sites.queries import list_terminals
from registry.touches.derive.signing import signature_of
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.workers.operations.letters import print_letters_to_present_addresses
from registry.workers.operations.photos import keep_photo
from registry.workers.operations.registration import CredentialData, InsuranceData, WorkerData
from registry.workers.states import RegistrationKind

DAYS_BACK = 10
LONG_THERE = (0, 3, 4)  # who was on the site long ago
# Made-up people, recognisable as such: 見本 means sample.
PEOPLE = [
    ("見本", "太郎", "ミホン", "タロウ"), ("見本", "花子", "ミホン", "ハナコ"), ("試作", "一郎", "シサク", "イチロウ"),
    ("試作", "二葉", "シサク", "フタバ"), ("仮名", "三郎", "カメイ", "サブロウ"), ("仮名", "四季", "カメイ", "シキ"),
    ("例題", "五郎", "レイダイ", "ゴロウ"), ("例題", "六花", "レイダイ", "リッカ"), ("𠮷試", "七海", "ヨシダメシ", "ナナミ"),
    ("髙例", "八重", "タカレイ", "ヤエ"),
]  # fmt: skip
WORLD = {"workers": 300, "firms": 30, "sites": 12, "months": 1, "seed": 1}
TRADES = ("06-01", "01-01", "02-01")


class Command(BaseCommand):
    """Load the demonstration into an empty database and write `var/demo.json`."""

    help = "Load the demonstration: office, two firms, ten workers, a site with a device, ten days of touches, a world beside it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load, unless production settings forbid it."""
        if not settings.DEMO:
            raise CommandError("Demo data is refused by these settings.")
        now = timezone.now()
        demo = load_demo(now)
        var = Path(settings.VAR_DIR)
        var.mkdir(parents=True, exist_ok=True)
        write_demo(var, demo)


def _office_actor() -> Actor:
    return Actor(ActorKind.OFFICE, rights=frozenset(map(str, Permission)))


def _password() -> str:
    return f"demo-{secrets.token_hex(6)}"


def _first_login(login_id: str, initial: str, code: str, at: datetime) -> str:
    """The steps that a person takes with the two letters; returns the password chosen."""
    chosen = _password()
    outcome = check_login(login_id, initial, place=Place(""), at=at)
    set_first_password(outcome.account.id, present=initial, new=chosen, at=at)
    confirm_code(outcome.account.id, code, at=at)
    if check_login(login_id, chosen, place=Place(""), at=at).next_step is not AccountState.ACTIVE:
        raise CommandError(f"{login_id} is not active after the first log-in")
    return chosen


def _office_login(role: Role, name: str, at: datetime) -> dict[str, str]:
    by, login_id = Actor.system(), f"office-{role}"
    account_id = open_account(login_id=login_id, portal=Portal.OFFICE, role=role, display_name=name, by=by, at=at)
    initial, code = make_initial_password(account_id, by=by, at=at), make_security_code(account_id, by=by, at=at)
    return {"role": f"office {role}", "login_id": login_id, "password": _first_login(login_id, initial, code, at)}


def _firm(name: str, kana: str, officer: str, at: datetime) -> BusinessId:
    data = BusinessData(
        name=name, kana=kana, kind=BusinessKind.CORPORATION, representative=officer, postal_code="100-0000",
        prefecture="13", address="東京都見本区見本町1-2-3", phone="00-0000-0000", officer_name=officer,
        officer_mail="sample@firm.example", capital_yen=10_000_000,
    )  # fmt: skip
    return register_business(data, by=_office_actor(), at=at)


def _worker(number: int, employer_id: BusinessId, at: datetime) -> CardRow:
    family_name, given_name, family_kana, given_kana = PEOPLE[number]
    photo = keep_photo(draw_face(number), by=_office_actor(), at=at)
    data = WorkerData(
        family_name=family_name, given_name=given_name, family_kana=family_kana, given_kana=given_kana,
        birth_on=date(1970 + number * 3, 1 + number, 10 + number), sex=str(1 + number % 2), postal_code="100-0000",
        prefecture="13", address=f"東京都見本区例町{number + 1}-1", phone="000-0000-0000", employer_id=employer_id,
        trades=(TRADES[number % len(TRADES)], TRADES[(number + 1) % len(TRADES)]), registration_kind=RegistrationKind.DETAILED,
        photo_key=photo.key,
        insurances=(InsuranceData(item="health", joined=True, kind="協会けんぽ"), InsuranceData(item="kentaikyo", joined=True)),
        credentials=(CredentialData(block="qualification", name="玉掛け技能講習", acquired_on=date(2015, 4, 1)),),
    )  # fmt: skip
    return register_worker_with_card(data, by=_office_actor(), at=at)


def _print_all(at: datetime) -> dict[str, dict[str, str]]:
    """Print every letter that waits; the secrets by login ID."""
    found: dict[str, dict[str, str]] = {}
    letters = [letter.id for letter in list_letters_to_print(limit=1000)]
    for printed in print_letters_to_present_addresses(letters, by=_office_actor(), at=at):
        which = "initial" if printed.kind in WITH_PASSWORD else "code"
        found.setdefault(printed.login_id, {})[which] = printed.secret
    return found


def _owner_of(firm: BusinessId) -> Actor:
    owner = list_users(firm)[0].account
    return Actor(ActorKind.BUSINESS, owner.id, firm, owner.rights)


def _people_of_site(prime: BusinessId, at: datetime) -> list[AccountRow]:
    """A site manager and a site viewer of the prime, who have no site yet."""
    added = {
        add_user(prime, name=name, mail="", role=role, by=_owner_of(prime), at=at)
        for name, role in (("現場 見太", Role.SITE_MANAGER), ("閲覧 見江", Role.SITE_VIEWER))
    }
    return [user.account for user in list_users(prime) if user.account.id in added]


def _site_with_device(
    prime: BusinessId, registered: datetime, at: datetime, users: Collection[int] = ()
) -> dict[str, Any]:  # fmt: skip
    by = _owner_of(prime)
    data = SiteData(
        name="見本ビル新築工事", prefecture="13", address="東京都見本区現場町4-5", public_works=False, users=users,
        from_on=jst_day(registered), terminal_name="正面ゲート",
    )  # fmt: skip
    site_id = open_site(prime, data, by=by, at=at)
    code = make_pairing_code(list_terminals(site_id)[0].id, by=by, at=at)
    store = secrets.token_hex(16)
    made = register_device(code.code, store=store, name="ゲートのPC", dense=True, at=at)
    return {"device": str(made.device_id), "secret": made.secret, "store": store, "site": str(site_id)}


def _send_touches(terminal: dict[str, Any], cards: list[CardRow], now: datetime) -> None:
    """Ten days of touches, and those of three people on some days long ago, which can be corrected late."""
    touches: list[dict[str, Any]] = []
    noon = now.astimezone(JST).replace(hour=12, minute=0, second=0, microsecond=0)
    long_ago = [(noon.date() - day).days for day in days_long_ago(noon.date())]
    for back in (*reversed(long_ago), *range(DAYS_BACK, 0, -1)):
        day = noon - timedelta(days=back)
        for place, card in enumerate(cards):
            rests = place not in LONG_THERE if back in long_ago else not (back + place) % 7 or day.weekday() == SUNDAY
            if not rests:
                for hour, direction in ((7, "in"), (17, "out")):
                    at = day.replace(hour=hour, minute=20 + place * 3)
                    touches.append(
                        {
                            "seq": len(touches) + 1,
                            "card": card.number,
                            "touched_at": at.isoformat(),
                            "direction": direction,
                        }
                    )
    body = msgspec.json.encode({"store": terminal["store"], "sent_at": now.isoformat(), "touches": touches})
    receive_touches(terminal["device"], signature_of(bytes.fromhex(terminal["secret"]), body), body, at=now)


def _world_logins(now: datetime) -> list[dict[str, str]]:
    """A made-up industry around the cast; its first prime, one of its firms and one of that firm's workers log in."""
    with Progress(disable=True) as progress:
        people = load_world(progress, **WORLD, end=jst_day(now))
    firm = people.firms[-1]
    worker = next(one for one in people.workers if one.firm is firm)
    say_words_in_world(BusinessId(people.firms[0].id), WorkerId(worker.id), on=jst_day(now), at=now)
    cast = [("world prime", people.firms[0].id), ("world firm", firm.id), ("world worker", worker.id)]
    found = []
    for role, login_id in cast:
        account, by = account_of_login(str(login_id)) or 0, Actor.system()
        initial, code = make_initial_password(account, by=by, at=now), make_security_code(account, by=by, at=now)
        found.append(
            {"role": role, "login_id": str(login_id), "password": _first_login(str(login_id), initial, code, now)}
        )
    return found


def follow_all() -> None:
    """Bind all that was told."""
    while follow():
        pass


def load_demo(now: datetime) -> dict[str, Any]:
    """Load everything; returns what scripts need: logins, the terminal, card numbers."""
    registered = now - timedelta(days=100)
    logins = [_office_login(Role.REVIEWER, "審査 見本", now), _office_login(Role.DESK, "窓口 見本", now)]
    prime = _firm("見本建設株式会社", "ミホンケンセツ", "元請 見本", registered)
    sub = _firm("試作工業株式会社", "シサクコウギョウ", "下請 試作", registered)
    cards = [_worker(number, prime if number < 3 else sub, registered) for number in range(len(PEOPLE))]  # noqa: PLR2004 -- three of the prime's own
    people_of_site = _people_of_site(prime, registered)
    secrets_of = _print_all(now)
    cast = [("prime owner", str(prime)), ("firm owner", str(sub))]
    cast += [("site manager", people_of_site[0].login_id), ("site viewer", people_of_site[1].login_id)]
    cast += [("worker", str(card.worker_id)) for card in (cards[0], cards[3])]
    for role, login_id in cast:
        known = secrets_of[login_id]
        password = _first_login(login_id, known["initial"], known["code"], now)
        logins.append({"role": role, "login_id": login_id, "password": password})
    terminal = _site_with_device(
        prime, registered, now - timedelta(days=DAYS_BACK + 1), [account.id for account in people_of_site]
    )
    _send_touches(terminal, cards[:8], now)
    follow_all()
    own, _second, _third, *people = (card.worker_id for card in cards)
    scene = Scene(prime, sub, SiteId(int(terminal["site"])), own, (*people[:2], *people[5:]), jst_day(now))
    say_words(scene, at=now)
    logins += _world_logins(now)
    follow_all()
    return {
        "base_url": settings.PUBLIC_URL, "logins": logins, "terminal": terminal, "cards": [card.number for card in cards],
    }  # fmt: skip
