"""Presence: whose card was touched, and in which month; touches that nobody owned until their card became known."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection

from registry.changes.operations import MARKS_OF_DAYS, note_change
from registry.changes.states import ChangeKind
from registry.core.days import jst_day
from registry.core.prepared import number_list
from registry.touches.derive.days import (
    NO_CARD,
    Flag,
    absolute,
    day_of,
    in_month,
    unpacked,
    unpacked_month,
    with_branch,
)
from registry.touches.operations.items import BRANCHES, Stored, card_key, is_of_phone, named_card
from registry.touches.queries import Touched
from registry.touches.states import OrphanCode

_FOLDER = Path(__file__).resolve().parent.parent / "sql"
# Parts of a statement that follow `owned`: presence of each touch once, and marks of the days of their people.
PRESENCE = (_FOLDER / "presence.sql").read_text().format(marks=MARKS_OF_DAYS)
_ADOPT = (_FOLDER / "adopt.sql").read_text().format(presence=PRESENCE)

# Several orphans are locked in the order of their numbers, months of presence in that of `presence.sql`, and orphans before
# presence: two who change the same touches never wait for each other in a circle.
CHANGE_ORPHANS = """
WITH held AS MATERIALIZED (
  SELECT o.device_id, o.seq FROM touches_orphan o {which} ORDER BY o.device_id, o.seq FOR UPDATE OF o
)
UPDATE touches_orphan o SET {what} FROM held WHERE (o.device_id, o.seq) = (held.device_id, held.seq)
"""


def presence_values(touched: Sequence[Touched]) -> dict[str, str]:
    """What `owned` is made of; touches that are nobody's or have no day have no worker there."""
    months, moments = zip(*[in_month(one.number) for one in touched], strict=True) if touched else ((), ())
    return {
        "kind": ChangeKind.TOUCH,
        "workers": number_list([None if one.implausible else one.worker_id for one in touched]),
        "sites": number_list([one.site_id for one in touched]),
        "months": "{" + ",".join([month.isoformat() for month in months]) + "}", "moments": number_list(moments),
    }  # fmt: skip


def write_orphans(
    device_id: int, lonely: Sequence[tuple[Stored, Touched]], nowhere: Collection[int], *, at: datetime
) -> None:
    """Keep touches without an owner or a day, or on sites that are `nowhere`, with what finds their owner.

    The mark makes the follower look at them once more: their card may have become known in the same moment.
    """
    rows = []
    for one, touched in lonely:
        number = divmod(card_key(named_card(one.kind, one.credential)), BRANCHES)
        token = one.credential if one.kind == "token" else None
        code = _orphan_code(touched, is_nowhere=touched.site_id in nowhere)
        moment = in_month(touched.number)[1]
        rows.append(
            (device_id, one.seq, touched.site_id, unpacked(touched.number).at, at, code, *number, token, moment)
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO touches_orphan (device_id, seq, site_id, touched_at, received_at, code, card_worker_id,"
            " card_branch, token, moment) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    note_change(ChangeKind.CARD, from_on=min(day_of(touched.number) for _, touched in lonely))


def _orphan_code(touched: Touched, *, is_nowhere: bool) -> OrphanCode:
    """For what a touch without an owner, a day or a site waits."""
    if touched.implausible:
        return OrphanCode.SITE if is_nowhere else OrphanCode.CLOCK
    if touched.worker_id is None:
        return OrphanCode.CARD_AND_SITE if is_nowhere else OrphanCode.CARD
    return OrphanCode.SITE


# What an orphan waits for when its card has become known, and stands on its worker's day: nothing, or still for its site.
_WHEN_ADOPTED = {OrphanCode.CARD: OrphanCode.SETTLED, OrphanCode.CARD_AND_SITE: OrphanCode.SITE}


_SETTLE = (
    "UPDATE touches_orphan SET code = %s, card_worker_id = %s, card_branch = %s, moment = %s"
    " WHERE device_id = %s AND seq = %s"
)


def adopt_orphans() -> None:
    """Give touches whose card was unknown to the workers whose cards are known by now. Harmless when repeated.

    Where each went is kept: the device may send it again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.device_id, o.seq, o.code, o.site_id, o.touched_at, o.moment, c.worker_id, c.branch, d.worker_id,"
            " t.credential_kind, t.credential FROM touches_orphan o"
            " JOIN cards_card c ON (c.worker_id = o.card_worker_id AND c.branch = o.card_branch) OR c.token = o.token"
            " JOIN touches_device d ON d.id = o.device_id"
            " JOIN touches_touch t ON (t.device_id, t.seq) = (o.device_id, o.seq)"
            " WHERE o.code = ANY(%s) ORDER BY o.device_id, o.seq FOR UPDATE OF o",
            [list(_WHEN_ADOPTED)],
        )
        found = cursor.fetchall()
        if not found:
            return
        touched = [
            Touched(site_id, worker_id, with_branch(absolute(moment, jst_day(at).replace(day=1)), used))
            for _, _, _, site_id, at, moment, worker_id, branch, phone_of, *credential in found
            for used in [NO_CARD if phone_of is not None or is_of_phone(*credential) else branch]
        ]
        cursor.execute(_ADOPT, presence_values(touched))
        cursor.executemany(
            _SETTLE,
            [
                (_WHEN_ADOPTED[row[2]], one.worker_id, row[7], in_month(one.number)[1], row[0], row[1])
                for row, one in zip(found, touched, strict=True)
            ],
        )


# The months of the same people at the other site are locked with them: they are written next.
_TAKE_AWAY = """
WITH held AS MATERIALIZED (
  SELECT worker_id, month, site_id FROM touches_presence
  WHERE site_id IN (%(site)s, %(to_site)s)
    AND (worker_id, month) IN (SELECT worker_id, month FROM touches_presence WHERE site_id = %(site)s)
  ORDER BY worker_id, month, site_id FOR UPDATE
)
DELETE FROM touches_presence p USING held
WHERE (p.worker_id, p.month, p.site_id) = (held.worker_id, held.month, held.site_id) AND held.site_id = %(site)s
RETURNING p.worker_id, p.month, p.moments, p.odd
"""


def move_presence(site_id: int, to_site_id: int, *, flags: int = 0) -> int:
    """Let all touches on a site stand on another one, each once, with `flags` beside their own. Returns how many days of people."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY, {"site": site_id, "to_site": to_site_id})
        touched = [
            Touched(to_site_id, worker_id, absolute(number, month) | flags << 1)
            for worker_id, month, plain, odd in cursor.fetchall()
            for number in unpacked_month(bytes(plain), odd)
        ]
        if touched:
            cursor.execute(_ADOPT, presence_values(touched))
            # The days that they were on the first site: its boundary may have been another one.
            note_change(ChangeKind.SITE, site_id=site_id, from_on=min(day_of(one.number) for one in touched))
    return len({(one.worker_id, day_of(one.number)) for one in touched})


_JUDGE_ANEW = """
UPDATE touches_device SET highest = highest WHERE id IN
  (SELECT p.device_id FROM touches_pairing p JOIN sites_terminal t ON t.id = p.terminal_id WHERE t.site_id = %s)
"""


def hold_devices_of(site_id: int) -> None:
    """Let no batch of a site's devices be written until the transaction ends, and those judged before it be judged anew.

    Each row becomes another one (`sql/write.sql`). Who changes the site holds its devices first, as a batch does: else the
    two could wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE_ANEW, [site_id])


_JOIN_ORPHANS = CHANGE_ORPHANS.format(which="WHERE o.site_id = %s", what="site_id = %s, moment = o.moment | %s")


def join_presence(unregistered_id: int, site_id: int) -> int:
    """Let the touches of a 仮現場 be touches of the site that it turned out to be. Returns how many days of people.

    None of its devices stood at a terminal of that site: the days wait for its prime's word (SITE_NOT_OF_DEVICE). They are
    held by then (`hold_devices_of`). Orphans go first: one that is adopted meanwhile stands in presence when that is moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_ORPHANS, [unregistered_id, site_id, Flag.FOREIGN << 1])
    return move_presence(unregistered_id, site_id, flags=Flag.FOREIGN)
