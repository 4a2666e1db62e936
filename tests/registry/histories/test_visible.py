"""Who sees which days of whom: pages, lists, files and papers against an oracle that was written apart (rulings 22 to 33, 37, 38)."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from registry.core.ids import BusinessId
from registry.histories.queries import (
    list_days_of_site,
    list_days_of_worker,
    list_month_of_firm,
    list_month_of_site,
    list_month_of_sites,
)
from registry.papers.models import Paper
from registry.papers.operations import make_paper
from tests.factories.cast import NOW
from tests.factories.papers import tables_of
from tests.factories.visitors import as_worker
from tests.registry.histories.oracle import Day, is_in_time, standing_of_claim
from tests.registry.histories.test_order import MONTHS
from tests.registry.histories.told import (
    COUNTERS,
    STANDINGS,
    Times,
    Told,
    approvals_in_file,
    counters,
    histories_in_file,
    in_file,
    in_file_of_person,
    keys,
    lines_on,
    listed,
    times,
    times_in_file,
    words,
)

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(100, 106)


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


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_papers_say_what_the_rulings_say_and_nothing_else(seed: int) -> None:
    with time_machine.travel(NOW, tick=False):
        told = Told(seed)
        month = max(MONTHS, key=lambda one: len(told.month(one)))
        for worker in told.world.workers:
            mine = [one for one in told.month(month) if one.worker == worker]
            browser = as_worker(worker)
            assert on_paper(browser, "worker", f"days/{month.year}-{month.month}/") == in_short(mine)
            assert times_on_paper(browser) == times(mine)
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
    make_paper(Paper.objects.order_by("-pk")[0].pk, at=NOW)
    return sorted(
        (day_on(row), STANDINGS[row["状態"].partition("（")[0]], len(row["注"].split()))
        for row in rows_of_newest(client, portal)
    )


def rows_of_newest(client: Client, portal: str) -> list[dict[str, str]]:
    """The days on the paper that was made last."""
    content = client.get(f"/{portal}/papers/{Paper.objects.order_by('-pk')[0].pk}/file.pdf").content
    tables = [table for table in tables_of(content) if table[0][0] == "就業日"]
    return [dict(zip(table[0], cells, strict=True)) for table in tables for cells in table[1:]]


def day_on(row: dict[str, str]) -> date:
    """The day of a row of a paper."""
    return date.fromisoformat(row["就業日"][:10].replace("/", "-"))


def times_on_paper(client: Client) -> list[Times]:
    """First and last touch of the touched days on the paper of a worker that was made last."""
    return sorted(
        (day_on(row), row["最初の打刻"], row["最後の打刻"])
        for row in rows_of_newest(client, "worker")
        if row["入力方法"] == "打刻"
    )


def check_lists(told: Told) -> None:
    """What each list of days holds, before anybody looks."""
    for month in MONTHS:
        found = told.month(month)
        for worker in told.world.workers:
            mine, rows = [one for one in found if one.worker == worker], list_days_of_worker(worker, month)
            assert listed(rows) == keys(mine)
            assert words(rows) == words(mine)
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
        assert times_in_file(browser, f"{path}list.csv") == times(mine)
        assert approvals_in_file(browser, f"{path}list.csv") == told.approvals(mine)
        assert histories_in_file(browser, f"{path}list.csv") == sorted(
            (one.day, one.standing, 1 + bool(one.second)) for one in mine
        )
        page = browser.get(path).content.decode()
        assert times_on(page) == sorted(one[1:] for one in times(mine))
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


def times_on(page: str) -> list[tuple[str, str]]:
    """First and last touch of the touched days of a worker's month."""
    found = re.findall(r"<dt>最初の打刻</dt><dd>(.*?)</dd>.*?<dt>最後の打刻</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return sorted((first, last if ":" in last else "") for first, last in found)


def check_employer(told: Told, firm: int, month: date) -> None:
    """A firm's month: the days that were worked for it, also by those who have left since."""
    ours = [one for one in told.month(month) if one.firm == firm]
    browser, path = told.browsers[BusinessId(firm)], f"/business/days/{month.year}-{month.month}/"
    found, names = in_file(browser, f"{path}list.csv")
    assert found == keys(ours)
    assert approvals_in_file(browser, f"{path}list.csv") == told.approvals(ours)
    assert names == {one.worker: told.names[one.worker] if told.sees_name(firm, one.worker) else "" for one in ours}
    page = browser.get(path).content.decode()
    expected = counters(ours, with_uncounted=True)
    assert lines_on(page) == {told.shown(firm, worker): numbers for worker, numbers in expected.items()}
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
    assert approvals_in_file(browser, f"{path}list.csv") == told.approvals(visible)
    assert names == {one.worker: told.names[one.worker] for one in visible}
    page = browser.get(path).content.decode()
    assert sum(map(int, re.findall(r'<td class="ds-num" data-label="入場者">(\d+)人', page))) == len(
        {(one.worker, one.day) for one in visible if came(one)}
    )
    expected = counters(visible, with_uncounted=True)
    assert lines_on(page) == {told.names[worker]: numbers for worker, numbers in expected.items()}
    for worker in told.world.workers:
        check_person_on_site(told, firm, site, worker, month)
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
        present = [told.names[one.worker] for one in visible if one.day == day and came(one)]
        assert sorted(re.findall(r'<th scope="row"><a[^>]*>([^<]+ 太郎)</a>', page)) == sorted(present)


def check_person_on_site(told: Told, firm: int, site: int, worker: int, month: date) -> None:
    """One person's days on a site: those that the viewer sees in the site's month, each with its times; else there is no page."""
    mine = [one for one in told.on_site(firm, site, month) if one.worker == worker]
    where = f"/business/sites/{site}/days/{month.year}-{month.month}/workers/{worker}/"
    answer = told.browsers[BusinessId(firm)].get(where)
    assert answer.status_code == (200 if mine else 404), where
    if mine:
        page = answer.content.decode()
        days = re.findall(r'<li class="ds-card"><p class="ds-row"><strong>\d+年\d+月(\d+)日', page)
        assert [int(day) for day in days] == sorted(one.day.day for one in mine)
        assert told.names[worker] in page
        shown = {one for n, one in enumerate(told.world.sites) if f"現場{n}<" in page or f"現場{n} " in page}
        assert shown == {site}


def came(one: Day) -> bool:
    """Whether a day says that somebody was there: by a touch, or by the prime's approval."""
    return one.first is not None or one.standing == "formal"


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


def test_the_worlds_have_nights() -> None:
    """Else the times above would say nothing about the next morning."""
    with time_machine.travel(NOW, tick=False):
        assert any(last.startswith("翌") for _, _, last in times(Told(SEEDS[0]).days))


def test_the_worlds_have_late_approvals() -> None:
    """Else the files above would say nothing about them."""
    with time_machine.travel(NOW, tick=False):
        assert any((told := Told(seed)).approvals(told.days) for seed in SEEDS)


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
        wanted = {False, None}
        for seed in SEEDS:
            wanted -= {one["counts"] for one in Told(seed).oracle.decisions}
            if not wanted:  # a world takes a second
                break
        assert not wanted
