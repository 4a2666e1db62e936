"""Who sees which days of whom: pages, lists, files and papers against an oracle that was written apart (rulings 22 to 33, 37, 38)."""

import csv
import io
import random
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from portals.base.templatetags.ds import jdate
from registry.cards.queries import newest_card
from registry.codes.queries import code_names
from registry.codes.states import Table
from registry.core.days import JST
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId, SiteId, WorkerId
from registry.histories.operations.claims import ClaimTwiceError, take_back_refusal
from registry.histories.operations.edits import SecondTradeError, edit_day, refuse_position, take_back_decision
from registry.histories.operations.unregistered import join_unregistered_site
from registry.histories.queries import (
    DayRow,
    list_days_of_site,
    list_days_of_worker,
    list_month_of_firm,
    list_month_of_site,
    list_month_of_sites,
    list_positions_said,
    list_refused_claims,
    list_refused_days,
)
from registry.papers.models import Paper
from registry.papers.operations import make_paper
from registry.sites.models import UnregisteredSite
from registry.sites.operations import BoardData, open_unregistered_site
from registry.sites.queries import list_terminals
from registry.touches.operations.devices import make_pairing_code, register_device
from registry.workers.models import Worker
from tests.factories.cast import NOW, Gate, a_firm, a_touch, owner_of
from tests.factories.facts import DAYS, START, TRADES, World, a_world, four_firms, moment
from tests.factories.papers import tables_of
from tests.factories.visitors import as_firm, as_worker
from tests.registry.histories.oracle import Day, Oracle, holds, is_in_time, standing_of_claim
from tests.registry.histories.test_order import MONTHS, follow_all, tell

pytestmark = pytest.mark.django_db(transaction=True)
Key = tuple[int, int, date, str, str]
SEEDS = range(100, 106)
COUNTERS = ("formal", "claimed", "unapproved", "waiting")
STANDINGS = {
    "数えられます": "formal", "確認待ち": "waiting", "申請中": "claimed", "未承認": "unapproved", "数えられません": "none",
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


def in_file_of_person(client: Client, path: str) -> tuple[list[Key], list[tuple[str, str, str]]]:
    """What one person's file says of days for the firm, and of those for others: day, trade, position and nothing else."""
    lines = list(csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))
    others = [line for line in lines if line["所属事業者"] == "他社"]
    told = {"就業日", "技能者ID", "氏名", "所属事業者", "職種", "立場"}
    assert [line for line in others if any(line[column] for column in line.keys() - told)] == []
    return sorted(key_of(line) for line in lines if line not in others), [
        (jdate(date.fromisoformat(line["就業日"])), line["職種"] or "―", line["立場"] or "―") for line in others
    ]


def counters(days: Iterable[Day]) -> dict[int, tuple[int, ...]]:
    """The counters of each worker: calendar days, each where it stands best (ruling 28)."""
    by_day: dict[int, dict[date, set[str]]] = {}
    for one in days:
        by_day.setdefault(one.worker, {}).setdefault(one.day, set()).add(one.standing)
    found = {}
    for worker, standings in by_day.items():
        numbers = dict.fromkeys(COUNTERS, 0)
        for held in standings.values():
            best = next((one for one in ("formal", "claimed", "unapproved") if one in held), "")
            if best:
                numbers[best] += 1
            if "waiting" in held and "formal" not in held:
                numbers["waiting"] += 1
        found[worker] = tuple(numbers.values())
    return found


def lines_on(page: str) -> dict[str, tuple[int, ...]]:
    """The people of a page's table with their counters, by the name that is shown."""
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.DOTALL):
        name, _, rest = row.partition("</th>")
        numbers = re.findall(r'<td class="ds-num"[^>]*>\s*(\d+)\s*</td>', rest)
        if len(numbers) == len(COUNTERS):
            found[strip_tags(name).strip()] = tuple(map(int, numbers))
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


def take_back(world: World, rng: random.Random) -> None:
    """The prime takes some of its refusals back: the days wait again."""
    by = world.owners[0]
    for site, month in ((site, month) for site in world.sites for month in MONTHS):
        for claim in list_refused_claims(site, month):
            if rng.random() < 0.5:
                with suppress(ClaimTwiceError):
                    take_back_refusal(claim.id, by=by, at=NOW)
        for worker, refused in list_refused_days(site, month):
            if rng.random() < 0.5:
                assert take_back_decision(SiteId(site), WorkerId(worker), refused.day, by=by, at=NOW)
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
        take_back(self.world, random.Random(f"refusals {seed}"))
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
        """Whether a firm marks a claim as right: employer and first tier do, the prime approves instead (ruling 28)."""
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


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_sees_what_the_rulings_say_and_nothing_else(seed: int) -> None:
    with time_machine.travel(NOW, tick=False):
        told = Told(seed)
        assert told.days
        check_lists(told)
        for worker in told.world.workers:
            check_worker(told, worker)
        for firm in told.firms:
            for month in MONTHS:
                check_employer(told, firm, month)
                for site in told.world.sites:
                    check_site(told, firm, site, month)
                check_all_sites(told, firm, month)


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_papers_say_what_the_rulings_say_and_nothing_else(seed: int) -> None:
    with time_machine.travel(NOW, tick=False):
        told = Told(seed)
        month = max(MONTHS, key=lambda one: len(told.month(one)))
        for worker in told.world.workers:
            mine = [one for one in told.month(month) if one.worker == worker]
            assert on_paper(as_worker(worker), "worker", f"days/{month.year}-{month.month}/") == in_short(mine)
        for firm in told.firms:
            browser, ours = told.browsers[firm], [one for one in told.month(month) if one.firm == firm]
            assert on_paper(browser, "business", f"days/{month.year}-{month.month}/") == in_short(ours)
            own = [one for one in told.month(month) if told.is_prime(firm, one.site)]
            assert on_paper(browser, "business", f"sites/days/{month.year}-{month.month}/") == in_short(own)
            for worker in told.world.workers:
                check_paper_of_person(told, firm, worker, month)
            for site in told.world.sites:
                where = f"sites/{site}/days/{month.year}-{month.month}/"
                if told.is_prime(firm, site) or told.has_part(firm, site):
                    assert on_paper(browser, "business", where) == in_short(told.on_site(firm, site, month))
                else:
                    assert browser.post(f"/business/{where}paper/").status_code == 404


def check_paper_of_person(told: Told, firm: int, worker: int, month: date) -> None:
    """One of a firm's people on paper: the days for the firm alone."""
    browser, where = told.browsers[BusinessId(firm)], f"workers/{worker}/days/{month.year}-{month.month}/"
    ours = [one for one in told.month(month) if (one.worker, one.firm) == (worker, firm)]
    if ours or told.is_employer(firm, worker):
        assert on_paper(browser, "business", where) == in_short(ours)
    else:
        assert browser.post(f"/business/{where}paper/").status_code == 404


def test_the_worlds_have_days_for_other_firms() -> None:
    """Else the pages above would say nothing about them."""
    with time_machine.travel(NOW, tick=False):
        worlds = map(Told, SEEDS)
        assert any(
            told.elsewhere(firm, worker, month)
            for told in worlds
            for firm in told.firms
            for worker in told.world.workers
            for month in MONTHS
        )


def in_short(days: Iterable[Day]) -> list[tuple[date, str, int]]:
    """What a paper must say of days: how each stands, and how much it lacks."""
    return sorted((one.day, one.standing, len(one.reasons)) for one in days)


def on_paper(client: Client, portal: str, where: str) -> list[tuple[date, str, int]]:
    """What a paper says that is asked for by its button, made, and saved."""
    assert client.post(f"/{portal}/{where}paper/").status_code == 302, where
    paper = Paper.objects.order_by("-pk")[0].pk
    make_paper(paper, at=NOW)
    tables = tables_of(client.get(f"/{portal}/papers/{paper}/file.pdf").content)
    return sorted(
        (date.fromisoformat(row["就業日"][:10].replace("/", "-")), STANDINGS[row["状態"]], len(row["注"].split()))
        for table in tables
        if table[0][0] == "就業日"
        for row in (dict(zip(table[0], cells, strict=True)) for cells in table[1:])
    )


def check_lists(told: Told) -> None:
    """What each list of days holds, before anybody looks."""
    for month in MONTHS:
        found = told.month(month)
        for worker in told.world.workers:
            assert listed(list_days_of_worker(worker, month)) == keys(one for one in found if one.worker == worker)
        for firm in told.firms:
            assert listed(list_month_of_firm(firm, month)) == keys(one for one in found if one.firm == firm)
        for site in told.world.sites:
            assert listed(list_month_of_site(site, month)) == keys(one for one in found if one.site == site)
        registered = [one for one in found if one.site in told.world.sites]
        assert listed(list_month_of_sites(told.world.sites, month)) == keys(registered)
    day = told.days[len(told.days) // 2]
    same = [one for one in told.days if (one.site, one.day) == (day.site, day.day)]
    assert listed(list_days_of_site(day.site, day.day)) == keys(same)


def check_worker(told: Told, worker: int) -> None:
    """A worker sees all days of his own, and no others."""
    browser = as_worker(worker)
    for month in MONTHS:
        mine = [one for one in told.month(month) if one.worker == worker]
        path = f"/worker/days/{month.year}-{month.month}/"
        assert in_file(browser, f"{path}list.csv")[0] == keys(mine)
        page = browser.get(path).content.decode()
        assert page.count('<li class="ds-card">') == len(mine)
        assert page.count("ds-calendar__word") == len({one.day for one in mine})
        for reason in {reason for one in mine for reason in one.reasons}:
            assert page.count(f">{reason}<") == sum(reason in one.reasons for one in mine)
        numbers = re.findall(r'<p class="ds-number">(\d+)日', page)
        expected = counters(mine).get(worker, (0, 0, 0, 0))
        waits = any(one.standing == "waiting" for one in mine)  # be it on a day that counts by another site
        assert tuple(map(int, numbers)) == (expected if waits else expected[:3])
        histories = [
            sum(1 + bool(one.second) for one in mine if one.standing == name) for name in COUNTERS[: 4 if waits else 3]
        ]
        assert list(map(int, re.findall(r"就業履歴数 (\d+)件", page))) == histories


def check_employer(told: Told, firm: int, month: date) -> None:
    """A firm's month: the days that were worked for it, also by those who have left since."""
    ours = [one for one in told.month(month) if one.firm == firm]
    browser, path = told.browsers[BusinessId(firm)], f"/business/days/{month.year}-{month.month}/"
    found, names = in_file(browser, f"{path}list.csv")
    assert found == keys(ours)
    assert names == {one.worker: told.names[one.worker] if told.sees_name(firm, one.worker) else "" for one in ours}
    page = browser.get(path).content.decode()
    assert lines_on(page) == {told.shown(firm, worker): numbers for worker, numbers in counters(ours).items()}
    waiting = [
        (told.names[claim["worker_id"]], claim["day"].day)
        for claim in told.oracle.claims
        if claim["state"] == "open" and told.confirms(firm, claim)
    ]
    cards = re.findall(r'<div class="ds-card"><p><strong>([^<]+)</strong> \d+年\d+月(\d+)日', page)
    assert sorted((name, int(day)) for name, day in cards) == sorted(waiting)
    for worker in told.world.workers:
        check_person(told, firm, worker, month)


def check_person(told: Told, firm: int, worker: int, month: date) -> None:
    """One of a firm's people: days for the firm; while linked those for others, without site and firm (ruling 38)."""
    ours = [one for one in told.month(month) if (one.worker, one.firm) == (worker, firm)]
    browser, path = told.browsers[BusinessId(firm)], f"/business/workers/{worker}/days/{month.year}-{month.month}/"
    answer = browser.get(path)
    if not ours and not told.is_employer(firm, worker):
        assert [answer.status_code, browser.get(f"{path}list.csv").status_code] == [404, 404]
        return
    assert in_file_of_person(browser, f"{path}list.csv") == (keys(ours), told.elsewhere(firm, worker, month))
    page = answer.content.decode()
    assert page.count('<li class="ds-card">') == len(ours)
    known, _, elsewhere = page.partition(">ほかの会社で働いた日<")
    found = [
        tuple(strip_tags(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL))
        for row in re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", elsewhere, re.DOTALL)
    ]
    assert found == told.elsewhere(firm, worker, month)
    for site, name in ((one, f"現場{n}") for n, one in enumerate(told.world.sites)):
        assert (name in known) == any(one.site == site for one in ours)
        assert name not in elsewhere


def check_site(told: Told, firm: int, site: int, month: date) -> None:
    """A site's month and its file: for the prime all, for the firms of the path their own, for others there is no site."""
    browser, path = told.browsers[BusinessId(firm)], f"/business/sites/{site}/days/{month.year}-{month.month}/"
    if not told.is_prime(firm, site) and not told.has_part(firm, site):
        assert {browser.get(where).status_code for where in (path, f"{path}list.csv")} == {404}
        return
    visible = told.on_site(firm, site, month)
    found, names = in_file(browser, f"{path}list.csv")
    assert found == keys(visible)
    assert names == {one.worker: told.names[one.worker] for one in visible}
    page = browser.get(path).content.decode()
    assert sum(map(int, re.findall(r'<td class="ds-num" data-label="入場者">(\d+)人', page))) == len(
        {(one.worker, one.day) for one in visible}
    )
    assert lines_on(page) == {told.names[worker]: numbers for worker, numbers in counters(visible).items()}
    to_approve = [
        claim for claim in told.oracle.claims
        if claim["site_id"] == site and claim["state"] == "open" and told.is_prime(firm, site)
        and standing_of_claim(claim) == "claimed"
    ]  # fmt: skip
    assert sorted(re.findall(r'name="claim" value="(\d+)"', page)) == sorted(str(one["id"]) for one in to_approve)
    late = [
        edit for edit in told.oracle.edits
        if edit["site_id"] == site and not edit["answer"] and not is_in_time(edit) and told.is_prime(firm, site)
    ]  # fmt: skip
    assert sorted(re.findall(r'name="edit" value="(\d+)"', page)) == sorted(str(one["id"]) for one in late)
    if told.is_prime(firm, site):
        refused = [
            one
            for one in told.oracle.claims
            if one["site_id"] == site and one["state"] == "refused" and one["day"].replace(day=1) == month
        ]
        last = {(one["worker_id"], one["day"]): one for one in told.oracle.decisions if one["site_id"] == site}
        refused += [one for (_, day), one in last.items() if one["counts"] is False and day.replace(day=1) == month]
        assert page.count("否認を取り消す<") == len(refused)
    refusable = late + positions_to_refuse(told, site, month) if told.is_prime(firm, site) else []
    assert sorted(re.findall(r"/edits/(\d+)/refuse/", page)) == sorted(str(one["id"]) for one in refusable)
    if visible:
        day = visible[0].day
        page = browser.get(f"/business/sites/{site}/days/{day.year}-{day.month}-{day.day}/").content.decode()
        present = [told.names[one.worker] for one in visible if one.day == day]
        assert sorted(re.findall(r'<th scope="row"><a[^>]*>([^<]+ 太郎)</a>', page)) == sorted(present)


def positions_to_refuse(told: Told, site: int, month: date) -> list[dict[str, Any]]:
    """Positions that other firms than the prime said in time of days of a month, and nobody has refused (ruling 29)."""
    others = {
        (one.worker, one.day)
        for one in told.month(month)
        if one.site == site and one.firm != told.oracle.sites[site]["business_id"]
    }
    return [
        edit for edit in told.oracle.edits
        if edit["site_id"] == site and edit["position"] and is_in_time(edit) and not edit["answer"]
        and (edit["worker_id"], edit["day"]) in others
    ]  # fmt: skip


def test_the_worlds_have_positions_refused_and_to_refuse() -> None:
    """Else the pages above would say nothing about them."""
    with time_machine.travel(NOW, tick=False):
        told = Told(SEEDS[0])
        assert any(edit["position"] and edit["answer"] == "refused" for edit in told.oracle.edits)
        assert any(positions_to_refuse(told, site, month) for site in told.world.sites for month in MONTHS)


def check_all_sites(told: Told, firm: int, month: date) -> None:
    """All sites of a prime; a firm without sites sees none, whatever it asks for."""
    own = [one for one in told.month(month) if told.is_prime(firm, one.site)]
    browser, path = told.browsers[BusinessId(firm)], f"/business/sites/days/{month.year}-{month.month}/list.csv"
    assert in_file(browser, path)[0] == keys(own)
    site, below = told.world.sites[0], told.world.firms[2]
    filtered = [one for one in own if one.site == site and below in one.path and one.reasons]
    known = any(below in one.path for one in own)
    query = f"?site={site}&firm={below}&incomplete=on" if known else f"?site={site}&incomplete=on"
    expected = filtered if known else [one for one in own if one.site == site and one.reasons]
    assert in_file(browser, path + query)[0] == keys(expected)


def test_the_worlds_have_unregistered_sites_of_both_kinds() -> None:
    """Else the pages above would say nothing about them."""
    with time_machine.travel(NOW, tick=False):
        told = Told(SEEDS[0])
        lonely = [one for one in told.days if one.site in told.oracle.unregistered]
        assert {one.standing for one in lonely} >= {"unapproved"}
        assert any("SITE_NOT_OF_DEVICE" in one.reasons for one in told.days if one.site == told.world.sites[0])


def test_the_worlds_have_refusals_that_stay_and_that_were_taken_back() -> None:
    """Else the pages above would say nothing about them."""
    with time_machine.travel(NOW, tick=False):
        said = [one["counts"] for seed in SEEDS for one in Told(seed).oracle.decisions]
        assert {False, None} <= set(said)
