"""Who is told of the end of a firm's place: the firm and the one above it, but not who said so."""

from datetime import timedelta

import pytest

from registry.accounts.states import Role
from registry.core.ids import BusinessId
from registry.notices.models import Notice
from registry.notices.queries import list_notices
from registry.notices.states import NoticeKind
from registry.structures.operations.ends import end_place
from registry.structures.operations.tenures import FirmPlace, exchange_firm
from tests.factories.cast import NOW, a_firm, a_gate, a_tenure, owner_of
from tests.factories.shared import shared
from tests.factories.visitors import a_user, give

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
ENDED, GOES_ON = NoticeKind.PLACE_ENDED, NoticeKind.PLACE_GOES_ON
BELOW_ENDED, BELOW_GOES_ON = NoticeKind.PLACE_BELOW_ENDED, NoticeKind.PLACE_BELOW_GOES_ON


class Scene:
    """A prime, a firm that it has invited, and one that this has invited below itself."""

    def __init__(self) -> None:
        self.prime, self.first, self.second = (a_firm(name) for name in ("元請建設", "一次工業", "二次工業"))
        self.site = a_gate(self.prime).site_id
        self.upper = a_tenure(self.site, self.prime, self.first)
        self.lower = a_tenure(self.site, self.first, self.second, below=self.upper.node_id)

    def end(self, tenure: int, days: int | None, by: BusinessId) -> None:
        until_on = TODAY + timedelta(days=days) if days else None
        end_place(tenure, until_on=until_on, by=owner_of(by), at=NOW, on=TODAY)


scene = shared(Scene)


def told(firm: BusinessId) -> list[tuple[NoticeKind, str]]:
    """What a firm's messages say of ends, each with the first day without the place."""
    rows = list_notices(owner_of(firm).account_id or 0)
    return [
        (row.kind, row.data.get("day", "")) for row in rows if row.kind in {ENDED, GOES_ON, BELOW_ENDED, BELOW_GOES_ON}
    ]


def test_the_firm_and_who_invited_it_are_told_and_not_who_said_so(scene: Scene) -> None:
    day = (TODAY + timedelta(days=9)).isoformat()
    scene.end(scene.lower.id, 9, by=scene.prime)
    assert [told(firm) for firm in (scene.second, scene.first, scene.prime)] == [
        [(ENDED, day)],
        [(BELOW_ENDED, day)],
        [],
    ]
    scene.end(scene.lower.id, None, by=scene.first)
    assert [told(firm) for firm in (scene.second, scene.first)] == [[(GOES_ON, "")], [(BELOW_ENDED, day)]]


def test_who_is_left_is_told_by_how_to_let_the_firm_go_on(scene: Scene) -> None:
    scene.end(scene.lower.id, 9, by=scene.second)
    assert [[kind for kind, _ in told(firm)] for firm in (scene.second, scene.first)] == [[], [BELOW_ENDED]]


def test_ones_own_move_is_no_news(scene: Scene) -> None:
    """The message of what another said before stays read, and as it was."""
    scene.end(scene.upper.id, 20, by=scene.first)
    Notice.objects.filter(kind=BELOW_ENDED).update(read_at=NOW)
    scene.end(scene.upper.id, 9, by=scene.prime)
    assert not Notice.objects.filter(kind=BELOW_ENDED, read_at=None).exists()
    assert told(scene.first) == [(ENDED, (TODAY + timedelta(days=9)).isoformat())]


def test_who_manages_the_site_for_the_prime_is_told(scene: Scene) -> None:
    manager = a_user(scene.prime, Role.SITE_MANAGER)
    give(manager, scene.prime, scene.site)
    scene.end(scene.upper.id, 9, by=scene.first)
    assert [row.kind for row in list_notices(manager)] == [BELOW_ENDED]


def test_a_firm_that_has_not_accepted_is_told_of_no_end(scene: Scene) -> None:
    waiting = a_firm("待つ会社")
    row = a_tenure(scene.site, scene.prime, waiting, accepted=False)
    place = FirmPlace(business_id=a_firm("あとの会社"), from_on=TODAY)
    exchange_firm(row.node_id, place, by=owner_of(scene.prime), at=NOW, on=TODAY)
    assert told(waiting) == []
