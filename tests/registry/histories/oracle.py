"""What days mean, worked out once more: slowly, by plain loops over the tables, with nothing of the production code.

Written from rulings 19, 22 to 29 and 31 and the table of reasons; the worlds are those of tests/factories/facts.py.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from django.db import connection

JAPAN = timezone(timedelta(hours=9))
WAITS = {"OUTSIDE_PERIOD", "SITE_CLOSED", "SITE_NOT_OF_DEVICE", "DEVICE_REVOKED"}
NEVER = {"CARD_LOST"}


@dataclass
class Day:
    """One worker's day on one site, as the oracle has it."""

    worker: int
    site: int
    day: date
    firm: int | None = None
    path: tuple[int, ...] = ()
    trade: str = ""
    second: str = ""
    position: str = ""
    work: str = ""
    standing: str = ""
    reasons: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None


def rows(sql: str) -> list[dict[str, Any]]:
    """A whole table as plain values."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [one.name for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def holds(row: dict[str, Any], day: date) -> bool:
    """Whether a dated row covers a day."""
    return bool(row["from_on"] <= day and (row["until_on"] is None or day < row["until_on"]))


def is_in_time(row: dict[str, Any]) -> bool:
    """Whether something was said until the end of the month after its day (rulings 28, 29)."""
    said, day = row["recorded_at"].astimezone(JAPAN), row["day"]
    return bool((said.year - day.year) * 12 + said.month - day.month <= 1)


def standing_of_claim(claim: dict[str, Any]) -> str:
    """Formal once approved; 自己申告 where it was entered after the end of the next month (ruling 28)."""
    still = "claimed" if is_in_time(claim) else "unapproved"
    return {"refused": "none", "approved": "formal", "open": still}[claim["state"]]


class Oracle:
    """All tables of one database, read once."""

    def __init__(self) -> None:
        self.touches = rows("SELECT * FROM touches_touch ORDER BY device_id, seq")
        self.cards = rows("SELECT * FROM cards_card")
        self.links = rows("SELECT * FROM workers_affiliation ORDER BY principal DESC, from_on, business_id")
        self.trades = rows("SELECT * FROM workers_trade ORDER BY place, from_on")
        self.entries = rows("SELECT * FROM structures_roster_entry WHERE withdrawn_at IS NULL ORDER BY added_at, id")
        self.nodes = {one["id"]: one for one in rows("SELECT * FROM structures_node")}
        self.tenures = rows("SELECT * FROM structures_tenure WHERE state IN ('invited', 'accepted', 'named')")
        self.sites = {one["id"]: one for one in rows("SELECT * FROM sites_site")}
        self.unregistered = {one["site_id"]: one for one in rows("SELECT * FROM sites_unregistered")}
        self.periods = rows("SELECT * FROM sites_period")
        self.boundaries = rows("SELECT * FROM sites_day_boundary WHERE withdrawn_at IS NULL ORDER BY from_on")
        self.claims = rows("SELECT * FROM histories_claim WHERE state <> 'withdrawn' ORDER BY recorded_at, id")
        self.edits = rows(
            "SELECT e.*, a.answer FROM histories_day_edit e LEFT JOIN histories_edit_answer a ON a.edit_id = e.id"
            " ORDER BY e.recorded_at, e.id"
        )
        self.decisions = rows("SELECT * FROM histories_day_decision ORDER BY recorded_at, id")
        self.terminals = rows(
            "SELECT p.device_id, t.site_id FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id"
        )

    def days(self) -> list[Day]:
        """All days of all workers."""
        touched = self._touched()
        found = [self._of_touches(*key, touches) for key, touches in touched.items()]
        for one in found:
            if self._is_elsewhere_too(one, touched):
                one.reasons.add("TWO_PLACES")
        for one in found:
            by_touches = self._decided(one, self._by_best_touch(one, touched[one.worker, one.site, one.day]))
            mine = [
                c for c in self.claims if (c["worker_id"], c["site_id"], c["day"]) == (one.worker, one.site, one.day)
            ]
            order = ["formal", "waiting", "claimed", "unapproved", "none"]
            one.standing = min([by_touches, *map(standing_of_claim, mine)], key=order.index)
        there = {(one.worker, one.site, one.day) for one in found}
        last: dict[tuple[int, int, date], dict[str, Any]] = {}
        for claim in self.claims:
            key = (claim["worker_id"], claim["site_id"], claim["day"])
            if key not in there and (key not in last or last[key]["state"] == "refused"):
                last[key] = claim
        return found + [self._of_claim(claim) for claim in last.values()]

    # Touches and their days

    def _owner(self, touch: dict[str, Any]) -> dict[str, Any] | None:
        for card in self.cards:
            if touch["credential_kind"] == "token" and card["token"] == touch["credential"]:
                return card
            if touch["credential_kind"] == "card" and touch["credential"] == f"{card['worker_id']}-{card['branch']:02}":
                return card
        return None

    def _touched(self) -> dict[tuple[int, int, date], list[dict[str, Any]]]:
        """Touches by worker, site and day: a night shift is one day (ruling 27)."""
        by_place: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for touch in self.touches:
            card = self._owner(touch)
            if card is None:
                continue
            off = touch["offset_s"] is not None and abs(touch["offset_s"]) > 600
            at = touch["touched_at"] - timedelta(seconds=touch["offset_s"] if off else 0)
            served = {one["site_id"] for one in self.terminals if one["device_id"] == touch["device_id"]}
            site = self._now(touch["site_id"])
            known = {
                **touch, "at": at.replace(second=0, microsecond=0), "card": card, "off": off,
                "foreign": touch["site_id"] not in served or site != touch["site_id"],
            }  # fmt: skip
            by_place.setdefault((card["worker_id"], site), []).append(known)
        found: dict[tuple[int, int, date], list[dict[str, Any]]] = {}
        for (worker, site), touches in by_place.items():
            opened: datetime | None = None
            day = date.min
            for touch in sorted(touches, key=lambda one: (one["at"], ["in", "", "out"].index(one["direction"]))):
                alone = opened is None or touch["at"] - opened >= timedelta(hours=16)
                if touch["direction"] == "in" or alone:
                    opened, day = touch["at"], self._day_of(site, touch["at"])
                found.setdefault((worker, site, day), []).append(touch)
                if touch["direction"] == "out":
                    opened = None
        return found

    def _now(self, site: int) -> int:
        """The site that a 仮現場 was joined to (ruling 30), else the same."""
        row = self.unregistered.get(site)
        return int(row["joined_id"]) if row and row["joined_id"] else site

    def _day_of(self, site: int, at: datetime) -> date:
        here = at.astimezone(JAPAN)
        begins = [one for one in self.boundaries if one["site_id"] == site]
        hour = begins[0]["begins_at"]
        for row in begins:
            if row["from_on"] <= here.date():
                hour = row["begins_at"]
        return here.date() - timedelta(days=1) if here.time() < hour else here.date()

    def _of_touches(self, worker: int, site: int, day: date, touches: list[dict[str, Any]]) -> Day:
        one = Day(worker, site, day, first=touches[0]["at"], last=touches[-1]["at"] if len(touches) > 1 else None)
        self._assign(one)
        if site in self.unregistered:  # no structure, no roster, no period: what the touches carry is told alone
            one.reasons = set().union(*(self._of_touch(touch, day) for touch in touches)) - {"SITE_NOT_OF_DEVICE"}
            return one
        for claim in self.claims:
            mine = (claim["worker_id"], claim["site_id"], claim["day"]) == (worker, site, day)
            # What came too late changes a touched day only with the prime's approval (ruling 29).
            if mine and (claim["state"] == "approved" or (claim["state"] == "open" and is_in_time(claim))):
                one.work = claim["work"] or one.work
        self._edit(one)
        for touch in touches:
            one.reasons |= self._of_touch(touch, day)
        self._of_site(one)
        return one

    def _of_site(self, one: Day) -> None:
        """Whether the site was open on that day."""
        if not any(row["site_id"] == one.site and holds(row, one.day) for row in self.periods):
            one.reasons.add("OUTSIDE_PERIOD")
        closed = self.sites[one.site]["closed_on"]
        if closed and one.day >= closed:
            one.reasons.add("SITE_CLOSED")

    def _of_touch(self, touch: dict[str, Any], day: date) -> set[str]:
        marks = (
            ("SITE_NOT_OF_DEVICE", touch["foreign"]),
            ("CLOCK_OFF", touch["off"]),
            ("TYPED_NUMBER", touch["method"] == "typed"),
        )
        return {reason for reason, is_so in marks if is_so} | self._of_card(touch, day)

    def _of_card(self, touch: dict[str, Any], day: date) -> set[str]:
        """Stopped, expired, or an old one after the new one was shipped or first touched (ruling 19)."""
        card, found = touch["card"], set()
        if card["stopped_at"] and touch["at"] >= card["stopped_at"]:
            found.add("CARD_LOST")
        if day > card["valid_until"]:
            found.add("CARD_EXPIRED")
        used = False
        for other in self.touches:
            owner = self._owner(other)
            if owner and owner["worker_id"] == card["worker_id"] and owner["branch"] > card["branch"]:
                off = other["offset_s"] is not None and abs(other["offset_s"]) > 600
                at = other["touched_at"] - timedelta(seconds=other["offset_s"] if off else 0)
                used = used or at.replace(second=0, microsecond=0) <= touch["at"]
        if used:
            return found | {"CARD_LOST"}
        newer = [
            one for one in self.cards
            if one["worker_id"] == card["worker_id"] and one["branch"] > card["branch"] and one["shipped_at"]
        ]  # fmt: skip
        shipped = min((one["shipped_at"] for one in newer), default=None)
        if shipped is None or touch["at"] < shipped:
            return found
        return found | {"CARD_LOST" if touch["at"] >= shipped + timedelta(days=30) else "CARD_REPLACED"}

    def _is_elsewhere_too(self, one: Day, touched: dict[tuple[int, int, date], list[dict[str, Any]]]) -> bool:
        here = touched[one.worker, one.site, one.day]
        for (worker, site, day), there in touched.items():
            if worker != one.worker or day != one.day or site == one.site:
                continue
            if self.sites[site]["prefecture"] == self.sites[one.site]["prefecture"]:
                continue
            if {site, one.site} & self.unregistered.keys():
                continue
            for a in here:
                for b in there:
                    if abs(a["at"] - b["at"]) < timedelta(minutes=30):
                        return True
        return False

    # Whose day it is

    def _assign(self, one: Day) -> None:
        """The roster's word, else that of links and structure (ruling 25)."""
        entry = self._entry(one)
        linked = [link for link in self.links if link["worker_id"] == one.worker and holds(link, one.day)]
        prime = self.sites[one.site]["business_id"]
        if entry is not None:
            tenure = next((row for row in self.tenures if row["id"] == entry["tenure_id"]), None)
            one.firm = tenure["business_id"] if tenure and tenure["business_id"] else prime
            one.trade, one.position, one.work = entry["trade"], entry["position"], entry["work"]
            if not any(link["business_id"] == one.firm for link in linked):
                one.reasons.add("NOT_LINKED")
            self._walk(one, tenure)
            return
        one.reasons |= {"ROSTER_MISSING", "TRADE_ASSUMED"}
        trades = [row for row in self.trades if row["worker_id"] == one.worker]
        one.trade = next((row["trade"] for row in trades if holds(row, one.day)), trades[0]["trade"])
        firms = [link["business_id"] for link in linked if link["business_id"]]
        if not firms:
            one.reasons.add("FIRM_UNREGISTERED" if linked else "NOT_LINKED")
            return
        if one.site in self.unregistered:
            one.firm = firms[0]
            return
        if prime in firms:
            one.firm, one.path = prime, (prime,)
            return
        for firm in firms:
            tenure = self._place(one.site, firm, one.day)
            if tenure:
                one.firm = firm
                self._walk(one, tenure)
                return
        one.firm, one.path = firms[0], (firms[0], prime)
        one.reasons.add("STRUCTURE_MISSING")

    def _entry(self, one: Day) -> dict[str, Any] | None:
        """The entry that collects the day; it holds only while its firm has its place. Worlds have one a site at most."""
        for entry in self.entries:
            tenure = next((row for row in self.tenures if row["id"] == entry["tenure_id"]), None)
            is_there = entry["tenure_id"] is None or (tenure is not None and holds(tenure, one.day))
            if (entry["worker_id"], entry["site_id"]) == (one.worker, one.site) and holds(entry, one.day) and is_there:
                return entry
        return None

    def _site_of(self, tenure: dict[str, Any]) -> int:
        return int(self.nodes[tenure["node_id"]]["site_id"])

    def _place(self, site: int, firm: int, day: date) -> dict[str, Any] | None:
        ranks = ["accepted", "named", "invited"]
        mine = [
            row for row in self.tenures
            if self._site_of(row) == site and row["business_id"] == firm and holds(row, day)
        ]  # fmt: skip
        return min(
            mine, default=None,
            key=lambda row: (ranks.index(row["state"]), self.nodes[row["node_id"]]["tier"], row["from_on"], row["invited_at"]),
        )  # fmt: skip

    def _walk(self, one: Day, tenure: dict[str, Any] | None) -> None:
        """The firms from a place up to the prime, and what is missing between."""
        prime, path = self.sites[one.site]["business_id"], []
        if tenure is None:
            one.path = (prime,)
            return
        node, here = tenure["node_id"], tenure if holds(tenure, one.day) else None
        while node is not None:
            if here is None:
                one.reasons.add("STRUCTURE_MISSING")
            elif here["business_id"] is None:
                one.reasons.add("FIRM_UNREGISTERED")
            else:
                path.append(here["business_id"])
                if here["state"] == "invited":
                    one.reasons.add("INVITATION_OPEN")
            node = self.nodes[node]["parent_id"]
            ranks = ["accepted", "named", "invited"]
            held = [row for row in self.tenures if row["node_id"] == node and holds(row, one.day)]
            here = min(
                held, key=lambda row: (ranks.index(row["state"]), row["from_on"], row["invited_at"]), default=None
            )
        one.path = (*path, prime)

    # Words and decisions

    def _edit(self, one: Day) -> None:
        for edit in self.edits:
            if not is_in_time(edit) and edit["answer"] != "approved":
                continue  # a late word holds with the prime's approval (ruling 29)
            if (edit["worker_id"], edit["site_id"], edit["day"]) == (one.worker, one.site, one.day):
                one.trade, one.work = edit["trade"] or one.trade, edit["work"] or one.work
                if edit["answer"] != "refused":  # the prime may refuse a position that was said in time
                    one.position = edit["position"] or one.position
                one.second = edit["second_trade"] or one.second
                if edit["trade"]:
                    one.reasons.discard("TRADE_ASSUMED")

        if one.second in {"-", one.trade}:
            one.second = ""

    def _by_best_touch(self, one: Day, touches: list[dict[str, Any]]) -> str:
        """A day counts as soon as one of its touches does, if nothing else is against it."""
        found = [self._of_touch(touch, one.day) for touch in touches]
        of_day = one.reasons & {"OUTSIDE_PERIOD", "SITE_CLOSED"}
        if one.site in self.unregistered:
            return "none" if all(own & NEVER for own in found) else "unapproved"
        standings = {"none" if own & NEVER else "waiting" if (own | of_day) & WAITS else "formal" for own in found}
        return next(best for best in ("formal", "waiting", "none") if best in standings)

    def _decided(self, one: Day, standing: str) -> str:
        said = [
            row for row in self.decisions
            if (row["worker_id"], row["site_id"], row["day"]) == (one.worker, one.site, one.day)
        ]  # fmt: skip
        if not said:
            return standing
        if said[-1]["counts"] is None:  # a refusal that was taken back
            return standing
        if not said[-1]["counts"]:
            return "none"
        return "formal" if standing == "waiting" else standing

    def _of_claim(self, claim: dict[str, Any]) -> Day:
        """A day that was entered by hand and not touched."""
        one = Day(claim["worker_id"], claim["site_id"], claim["day"])
        self._assign(one)
        if claim["trade"]:
            one.trade = claim["trade"]
            one.reasons.discard("TRADE_ASSUMED")
        one.work = claim["work"] or one.work
        self._edit(one)
        if one.site not in self.unregistered and claim["state"] != "approved":
            self._of_site(one)
        one.standing = standing_of_claim(claim)
        return one
