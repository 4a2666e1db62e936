"""Worlds with all their facts told: what each viewer must be shown of them, and how lists, files and pages are read."""

import csv
import io
import random
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils.html import strip_tags

from portals.base.templatetags.ds import jdate
from registry.cards.queries import newest_card
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.actor import Actor, ActorKind
from registry.core.days import JST
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.claims import (
    ClaimData,
    ClaimTwiceError,
    RefusalEnteredAnewError,
    approve_claims,
    enter_claim,
    take_back_refusal,
)
from registry.histories.operations.edits import SecondTradeError, edit_day, refuse_position, take_back_decision
from registry.histories.operations.unregistered import join_unregistered_site
from registry.histories.queries import (
    DayRow,
    list_open_claims,
    list_positions_said,
    list_refused_of_month,
)
from registry.sites.models import UnregisteredSite
from registry.sites.operations.unregistered import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.workers.models import Worker
from tests.factories.cast import NOW, Gate, a_firm, a_touch, owner_of
from tests.factories.fact import DAYS, START, TRADES, World, moment
from tests.factories.facts import a_world, four_firms
from tests.factories.visitors import as_firm
from tests.registry.histories.oracle import JAPAN, Day, Oracle, holds, is_in_time
from tests.registry.histories.test_order import MONTHS, follow_all, tell

Key = tuple[int, int, date, str, str]


HOURS = ("最初の打刻（労働時間ではありません）", "最後の打刻")
COUNTERS = ("formal", "claimed", "unapproved", "waiting")


STANDINGS = {
    "正式": "formal", "確認待ち": "waiting", "申請中": "claimed", "未承認": "unapproved", "数えられません": "none",
}  # fmt: skip


def keys(days: Iterable[Day]) -> list[Key]:
    """What a list or file must say of days."""
    return sorted((one.worker, one.site, one.day, one.standing, " ".join(sorted(one.reasons))) for one in days)


def listed(rows: Iterable[DayRow]) -> list[Key]:
    """What a query says."""
    return sorted(
        (row.worker_id, row.bound.site_id or 0, row.bound.day, str(row.bound.standing), " ".join(sorted(row.bound.reasons)))
        for row in rows
    )  # fmt: skip


def words(rows: Iterable[Day | DayRow]) -> list[tuple[int, date, str, str, str, str]]:
    """What days say, as the oracle and as a query has them: trade, second trade, position and work."""
    said = ((row, row) if isinstance(row, Day) else (row.bound, row.bound.assignment) for row in rows)
    return sorted(
        (
            (one.site if isinstance(one, Day) else one.site_id) or 0, one.day, to.trade,
            to.second if isinstance(to, Day) else to.second_trade, to.position, to.work,
        )
        for one, to in said
    )  # fmt: skip


def key_of(line: dict[str, str]) -> Key:
    """A row of a file as the lists have it."""
    return (
        int(line["技能者ID"]), int(line["現場ID"] or unregistered_named(line["現場名"])), date.fromisoformat(line["就業日"]), STANDINGS[line["状態"]],
        " ".join(sorted(line["足りないこと（記号）"].split())),
    )  # fmt: skip


def unregistered_named(name: str) -> int:
    """The 仮現場 of a name: it has a number, and no file calls that a site ID."""
    return UnregisteredSite.objects.values_list("pk", flat=True).get(site__name=name)


def in_file(client: Client, path: str) -> tuple[list[Key], dict[int, str]]:
    """What a file says, and the names of its people."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return sorted(map(key_of, lines)), {int(line["技能者ID"]): line["氏名"] for line in lines}


def histories_in_file(client: Client, path: str) -> list[tuple[date, str, int]]:
    """What a file says of each row: its day, how it stands, how many histories it is."""
    lines = csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig")))
    return sorted(
        (date.fromisoformat(line["就業日"]), STANDINGS[line["状態"]], int(line["就業履歴数"])) for line in lines
    )


def approvals_in_file(client: Client, path: str) -> list[tuple[int, date, str]]:
    """What a file says of the way in which days were approved, where it says something."""
    lines = csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig")))
    return sorted(
        (int(line["技能者ID"]), date.fromisoformat(line["就業日"]), line["承認のしかた"]) for line in lines if line["承認のしかた"]
    )  # fmt: skip


Times = tuple[date, str, str]


def clock(at: datetime | None, day: date) -> str:
    """How a page words a time of a day's work: what falls on the morning after it says so (ruling 27)."""
    if at is None:
        return ""
    here = at.astimezone(JAPAN)
    return f"{'翌' if here.date() > day else ''}{here.hour}:{here.minute:02}"


def times(days: Iterable[Day]) -> list[Times]:
    """What lists, files and papers must say of first and last touch of touched days."""
    return sorted((one.day, clock(one.first, one.day), clock(one.last, one.day)) for one in days if one.first)


def times_in_file(client: Client, path: str) -> list[Times]:
    """What a file says of them; its hours have two digits, so that a spreadsheet sorts them."""
    lines = csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig")))
    touched = [line for line in lines if line["入力方法"] == "打刻"]
    first, last = ([re.sub(r"^(翌?)0", r"\1", line[column]) for line in touched] for column in HOURS)
    return sorted(zip([date.fromisoformat(line["就業日"]) for line in touched], first, last, strict=True))


def in_file_of_person(client: Client, path: str) -> tuple[list[Key], list[tuple[str, str, str]]]:
    """What one person's file says of days for the firm, and of those for others: day, trade, position and nothing else."""
    lines = list(csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))
    others = [line for line in lines if line["所属事業者"] == "他社"]
    told = {"就業日", "技能者ID", "氏名", "所属事業者", "職種", "立場"}
    assert [line for line in others if any(line[column] for column in line.keys() - told)] == []
    return sorted(key_of(line) for line in lines if line not in others), [
        (jdate(date.fromisoformat(line["就業日"])), line["職種"] or "―", line["立場"] or "―") for line in others
    ]


def counters(days: Iterable[Day], *, with_uncounted: bool = False) -> dict[int, tuple[int, ...]]:
    """The counters of each worker: calendar days, each where it stands best (ruling 28); then those that stand nowhere."""
    by_day: dict[int, dict[date, set[str]]] = {}
    for one in days:
        by_day.setdefault(one.worker, {}).setdefault(one.day, set()).add(one.standing)
    found = {}
    for worker, standings in by_day.items():
        numbers = dict.fromkeys((*COUNTERS, *(["none"] if with_uncounted else [])), 0)
        for held in standings.values():
            best = next((one for one in ("formal", "claimed", "unapproved") if one in held), "")
            if best:
                numbers[best] += 1
            if "waiting" in held and "formal" not in held:
                numbers["waiting"] += 1
            if with_uncounted and held == {"none"}:
                numbers["none"] += 1
        found[worker] = tuple(numbers.values())
    return found


def lines_on(page: str) -> dict[str, tuple[int, ...]]:
    """The people of a page's table with their counters, by the name that is shown."""
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.DOTALL):
        name, _, rest = row.partition("</th>")
        numbers = re.findall(r'<td class="ds-num"[^>]*>\s*(\d+)日</td>', rest)
        if len(numbers) >= len(COUNTERS):
            found[strip_tags(name.partition("<br>")[0]).strip()] = tuple(map(int, numbers))
    return found


def grouped(worker: int) -> str:
    """An ID as pages show it where the name is not open."""
    text = str(worker)
    return f"{text[:4]} {text[4:8]} {text[8:12]} {text[12:]}"


def say_positions(world: World, rng: random.Random) -> None:
    """Employers correct positions in time; the prime refuses some of them (ruling 29)."""
    days = [one for one in Oracle().days() if one.firm and rng.random() < 0.3]
    for one in days:
        said: Any = {
            "position": rng.choice(["X001", "X002"]), "second_trade": rng.choice(["", "-", *TRADES]),
            "by": owner_of(BusinessId(one.firm or 0)), "at": moment(one.day, 850),
        }  # fmt: skip
        with suppress(
            NotAllowedError, NotFoundError, SecondTradeError
        ):  # not linked, so no employer; or its trade twice
            edit_day(WorkerId(one.worker), SiteId(one.site), one.day, **said)
    for site, month in ((site, month) for site in world.sites for month in MONTHS):
        for edit in list_positions_said(site, month):
            if rng.random() < 0.5:
                with suppress(NotAllowedError):  # said by the prime of its own people
                    refuse_position(edit.id, reason="違います", by=world.owners[0], at=edit.recorded_at)
    follow_all()


def enter_late(world: World, rng: random.Random) -> None:
    """Workers enter touched days by hand, too late: these stay what they were (ruling 29)."""
    for one in Oracle().days():
        if one.first and one.site in world.sites and rng.random() < 0.3:
            entry = ClaimData(day=one.day, site_id=SiteId(one.site), work="遅れて入力")
            by = Actor(ActorKind.WORKER, subject_id=one.worker)
            with suppress(ClaimTwiceError):
                enter_claim(WorkerId(one.worker), entry, by=by, at=moment(one.day, 600) + timedelta(days=80))
    follow_all()


def take_back(world: World, rng: random.Random) -> None:
    """The prime takes some of its refusals back: the days wait again."""
    by = world.owners[0]
    for site, month in ((site, month) for site in world.sites for month in MONTHS):
        for refused in list_refused_of_month(site, month, size=1000):
            if rng.random() >= 0.5:
                continue
            if refused.claim_id is None:
                assert take_back_decision(SiteId(site), WorkerId(refused.worker_id), refused.day, by=by, at=NOW)
            else:
                with suppress(RefusalEnteredAnewError):
                    take_back_refusal(refused.claim_id, by=by, at=NOW)
    follow_all()


def approve_late(world: World, rng: random.Random) -> None:
    """The prime approves some of what was entered in time after the deadline (ruling 28)."""
    for claim in list_open_claims(world.sites):
        if rng.random() < 0.5:
            approve_claims([claim.id], by=world.owners[0], at=moment(claim.due_on + timedelta(days=2), 0))
    follow_all()


def touch_unregistered(world: World, rng: random.Random) -> None:
    """A firm opens two 仮現場 with a phone on each (ruling 30); one of them turns out to be the first site."""
    firm, by = world.firms[2], world.owners[2]
    for number, joined in enumerate((False, True)):
        site_id = open_unregistered_site(BoardData(name=f"町道{number}"), by=by, at=moment(START, 0))
        code = make_pairing_code(list_terminals(site_id)[0].id, by=by, at=moment(START, 0)).code
        store = secrets.token_hex(16)
        phone = Gate(register_device(code, store=store, name="電話", dense=True, at=moment(START, 0)), site_id, store)
        seq = 0
        for before in (True, False):
            for worker in world.workers:
                seq += 1
                day, card = world.day(rng.randrange(DAYS)), newest_card(worker)
                assert card
                phone.send(a_touch(seq, card, moment(day, rng.randrange(400, 900)).isoformat()))
            if joined and before:
                assert join_unregistered_site(site_id, world.sites[0], by=owner_of(firm), at=NOW)
    follow_all()


class Told:
    """A world with all its facts told, the oracle's days, and a browser for everybody."""

    def __init__(self, seed: int) -> None:
        self.world: World = a_world(seed, four_firms())
        tell(self.world, random.Random(seed))
        touch_unregistered(self.world, random.Random(f"unregistered {seed}"))
        say_positions(self.world, random.Random(f"positions {seed}"))
        enter_late(self.world, random.Random(f"late {seed}"))
        take_back(self.world, random.Random(f"refusals {seed}"))
        approve_late(self.world, random.Random(f"approvals {seed}"))
        self.oracle = Oracle()
        self.days = self.oracle.days()
        self.firms = [*self.world.firms, a_firm("無関係")]
        self.names = {
            row["id"]: f"{row['family_name']} {row['given_name']}"
            for row in Worker.objects.order_by("pk").values("id", "family_name", "given_name")
        }
        self.browsers = {firm: as_firm(firm) for firm in self.firms}

    def is_employer(self, firm: int, worker: int) -> bool:
        """Whether somebody is linked to a firm today."""
        today = datetime.now(JST).date()
        return any(
            holds(link, today)
            for link in self.oracle.links
            if (link["worker_id"], link["business_id"]) == (worker, firm)
        )

    def elsewhere(self, firm: int, worker: int, month: date) -> list[tuple[str, str, str]]:
        """Day, trade and position of formal days for others while linked, as a page words them; of two alike one."""
        if not self.is_employer(firm, worker):
            return []
        links = [one for one in self.oracle.links if (one["worker_id"], one["business_id"]) == (worker, firm)]
        trades, positions = code_names(Table.TRADES), code_names(Table.POSITIONS)
        days = {
            (one.day, trade, one.position) for one in self.month(month) for trade in {one.trade, one.second or one.trade}
            if one.worker == worker and one.firm not in {firm, None} and one.standing == "formal"
            and any(holds(link, one.day) for link in links)
        }  # fmt: skip
        return [
            (jdate(day), trades.get(trade, trade) or "―", positions.get(position, "") or "―")
            for day, trade, position in sorted(days)
        ]

    def has_part(self, firm: int, site: int) -> bool:
        """Whether a firm has accepted a place on a site, ever."""
        return any(
            row["business_id"] == firm
            and row["state"] == "accepted"
            and self.oracle.nodes[row["node_id"]]["site_id"] == site
            for row in self.oracle.tenures
        )

    def is_prime(self, firm: int, site: int) -> bool:
        """Whether a site is a firm's own."""
        return bool(self.oracle.sites[site]["business_id"] == firm)

    def month(self, month: date) -> list[Day]:
        """All days of a month."""
        return [one for one in self.days if one.day.replace(day=1) == month]

    def on_site(self, firm: int, site: int, month: date) -> list[Day]:
        """What a firm sees of a site's month: the prime all, others their path (ruling 38)."""
        return [
            one for one in self.month(month) if one.site == site and (self.is_prime(firm, site) or firm in one.path)
        ]

    def approvals(self, days: Iterable[Day]) -> list[tuple[int, date, str]]:
        """The formal days of some that the prime approved: in time, after the deadline, or by their own worker (rulings 28, 30)."""
        found = []
        for one in days:
            for claim in self.oracle.claims:
                place = (claim["worker_id"], claim["site_id"], claim["day"])
                if place != (one.worker, one.site, one.day) or claim["state"] != "approved" or one.standing != "formal":
                    continue
                due = claim["joined_at"].astimezone(JAPAN).date() if claim["joined_at"] else claim["day"]
                at = claim["answered_at"].astimezone(JAPAN)
                late = (at.year - due.year) * 12 + at.month - due.month > 1
                words = ["期限後承認"] * late + ["自己承認"] * claim["self_approved"]
                found.append((one.worker, one.day, "・".join(words) or "元請の承認"))
        return sorted(found)

    def sees_name(self, firm: int, worker: int) -> bool:
        """Whether a firm reads somebody's name: linked today, or a day of that work is its own business (rulings 37, 38)."""
        at_work = any(
            one.worker == worker
            and (
                self.is_prime(firm, one.site)
                or one.firm == firm
                or (firm in one.path and self.has_part(firm, one.site))
            )
            for one in self.days
        )
        return at_work or self.is_employer(firm, worker)

    def confirms(self, firm: int, claim: dict[str, Any]) -> bool:
        """Whether a firm marks a claim as right: employer and first tier do, the prime approves instead (ruling 28).

        Nobody does where nothing can be approved any more.
        """
        if not is_in_time(claim):
            return False
        (one,) = [
            one for one in self.days
            if (one.worker, one.site, one.day) == (claim["worker_id"], claim["site_id"], claim["day"])
        ]  # fmt: skip
        if len(one.path) < 2:
            return False
        return firm == one.path[0] or (firm == one.path[-2] and self.has_part(firm, one.site))

    def shown(self, firm: int, worker: int) -> str:
        """How a page names somebody to a firm."""
        return self.names[worker] if self.sees_name(firm, worker) else grouped(worker)
