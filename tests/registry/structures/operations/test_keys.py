"""Site keys: handed on by those above, typed by the firm, good until a day or until they are taken back."""

from datetime import timedelta
from typing import Any

import pytest

from registry.accounts.states import Role
from registry.businesses.queries import list_users
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import BusinessId
from registry.notices.models import Notice
from registry.structures.operations.keys import (
    SiteKeyError,
    check_site_key,
    join_by_key,
    make_site_key,
    withdraw_site_key,
)
from registry.structures.operations.tenures import (
    FirmAboveItselfError,
    FirmPlace,
    end_tenure,
    exchange_firm,
    invite_firm,
)
from registry.structures.queries import find_site_key, list_structure, tenures_of_firm
from registry.structures.states import KEY_LIFE
from tests.factories.cast import NOW, STARTED, a_firm, a_gate, a_tenure, owner_of
from tests.factories.shared import shared
from tests.factories.visitors import user_as_actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def by(firm: BusinessId) -> dict[str, Any]:
    return {"by": owner_of(firm), "at": NOW, "on": TODAY}


class Scene:
    """A prime with a site and its key, and a firm that has it in hand."""

    def __init__(self) -> None:
        self.prime, self.firm = a_firm("元請建設"), a_firm("一次工業")
        self.site = a_gate(self.prime).site_id
        self.key = make_site_key(self.site, None, **by(self.prime))

    def join(self, firm: BusinessId | None = None, *, text: str = "", **more: Any) -> int:
        firm = firm or self.firm
        return join_by_key(text or self.key.code, firm, **{"from_on": STARTED, **by(firm), **more})

    def states(self) -> list[tuple[str, int, str]]:
        return [(row.name, row.tier, row.state) for row in list_structure(self.site, on=TODAY)]


scene = shared(Scene)


def test_who_types_the_key_has_its_place_at_once(scene: Scene) -> None:
    assert scene.join() == scene.join()
    assert scene.states() == [("一次工業", 1, "accepted")]
    (row,) = tenures_of_firm(scene.site, scene.firm, on=TODAY)
    assert (row.from_on, row.invited_by_id) == (STARTED, scene.prime)
    assert "joined_by_key" in Notice.objects.values_list("kind", flat=True)


def test_the_prime_is_told_too_who_enters_below_another_firm(scene: Scene) -> None:
    scene.join()
    (place,) = tenures_of_firm(scene.site, scene.firm, on=TODAY)
    below, newcomer = (
        make_site_key(scene.site, place.node_id, by=owner_of(scene.firm), at=NOW, on=TODAY),
        a_firm("二次工業"),
    )
    Notice.objects.all().delete()
    join_by_key(below.code, newcomer, from_on=STARTED, by=owner_of(newcomer), at=NOW, on=TODAY)
    told = Notice.objects.filter(kind="joined_by_key").values_list("account", "data__firm")
    assert set(told) == {(list_users(one)[0].account.id, "二次工業") for one in (scene.prime, scene.firm)}


def test_it_is_read_as_people_type_it(scene: Scene) -> None:
    code = scene.key.code
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for text in (code.lower(), f" {code[:5]}-{code[5:]} ", full_width):
        assert check_site_key(text, on=TODAY) == scene.key


def test_a_key_below_a_firm_leads_there(scene: Scene) -> None:
    node = a_tenure(scene.site, scene.prime, scene.firm).node_id
    key = make_site_key(scene.site, node, **by(scene.firm))
    scene.join(a_firm("二次工業"), text=key.code)
    assert scene.states() == [("一次工業", 1, "accepted"), ("二次工業", 2, "accepted")]


def test_a_key_opens_the_days_before_an_invitation_too(scene: Scene) -> None:
    invite_firm(scene.site, None, FirmPlace(business_id=scene.firm, from_on=TODAY), **by(scene.prime))
    assert scene.join() == scene.join()
    rows = tenures_of_firm(scene.site, scene.firm, on=TODAY)
    assert sorted((row.from_on, row.until_on, row.state) for row in rows) == [
        (STARTED, TODAY, "accepted"), (TODAY, None, "accepted"),
    ]  # fmt: skip


def test_an_open_invitation_is_answered_by_the_key(scene: Scene) -> None:
    place = FirmPlace(business_id=scene.firm, from_on=STARTED)
    invited = invite_firm(scene.site, None, place, **by(scene.prime))
    assert scene.join() == invited
    assert scene.states() == [("一次工業", 1, "accepted")]


def test_the_same_key_is_shown_again_and_a_new_one_after_it_was_taken_back(scene: Scene) -> None:
    assert make_site_key(scene.site, None, **by(scene.prime)) == scene.key
    for _ in range(2):
        withdraw_site_key(scene.key.id, **by(scene.prime))
    assert find_site_key(scene.site, None, on=TODAY) is None
    assert make_site_key(scene.site, None, **by(scene.prime)).code != scene.key.code


@pytest.mark.parametrize("text", ["", "AAAAAAAAAA", "'; --", "\x00", "現場"])
def test_a_wrong_key_is_told_so(scene: Scene, text: str) -> None:
    with pytest.raises(SiteKeyError):
        check_site_key(text, on=TODAY)


def test_a_key_that_was_taken_back_or_is_too_old_opens_nothing(scene: Scene) -> None:
    with pytest.raises(SiteKeyError):
        check_site_key(scene.key.code, on=TODAY + KEY_LIFE)
    assert make_site_key(scene.site, None, **{**by(scene.prime), "on": TODAY + KEY_LIFE}).code != scene.key.code
    withdraw_site_key(scene.key.id, **by(scene.prime))
    with pytest.raises(SiteKeyError):
        scene.join()


def test_a_key_ends_with_the_firm_that_handed_it_out(scene: Scene) -> None:
    tenure = a_tenure(scene.site, scene.prime, scene.firm)
    key = make_site_key(scene.site, tenure.node_id, **by(scene.firm))
    end_tenure(tenure.id, until_on=TODAY, **by(scene.prime))
    with pytest.raises(SiteKeyError):
        scene.join(a_firm("二次工業"), text=key.code)


def test_a_key_of_one_who_stood_above_is_not_handed_on_by_another(scene: Scene) -> None:
    tenure, follower = a_tenure(scene.site, scene.prime, scene.firm), a_firm("後任の工業")
    former = make_site_key(scene.site, tenure.node_id, **by(scene.firm))
    by_prime = make_site_key(scene.site, tenure.node_id, **by(scene.prime))
    assert (by_prime.code != former.code, make_site_key(scene.site, tenure.node_id, **by(scene.prime))) == (
        True,
        by_prime,
    )
    exchange_firm(tenure.node_id, FirmPlace(business_id=follower, from_on=TODAY), **by(scene.prime))
    with pytest.raises(SiteKeyError):
        scene.join(a_firm("二次工業"), text=former.code)


def test_only_those_above_make_and_take_back_keys(scene: Scene) -> None:
    node, beside = a_tenure(scene.site, scene.prime, scene.firm).node_id, a_firm("隣の工業")
    a_tenure(scene.site, scene.prime, beside)
    for firm, parent in ((scene.firm, None), (beside, node), (a_firm("よその会社"), None)):
        with pytest.raises(NotAllowedError):
            make_site_key(scene.site, parent, **by(firm))
    with pytest.raises(NotAllowedError):
        withdraw_site_key(scene.key.id, **by(beside))
    with pytest.raises(NotFoundError):
        make_site_key(scene.site, 10**9, **by(scene.prime))
    with pytest.raises(NotFoundError):
        withdraw_site_key(10**9, **by(scene.prime))


def test_only_one_who_may_answer_for_the_firm_enters(scene: Scene) -> None:
    for actor in (owner_of(scene.prime), user_as_actor(scene.firm, Role.SITE_MANAGER)):
        with pytest.raises(NotAllowedError):
            scene.join(by=actor)


def test_no_firm_enters_below_itself(scene: Scene) -> None:
    with pytest.raises(FirmAboveItselfError):
        scene.join(scene.prime)


def test_a_firm_that_left_may_enter_again(scene: Scene) -> None:
    first = scene.join()
    end_tenure(first, until_on=TODAY, **by(scene.prime))
    assert scene.join(from_on=TODAY + timedelta(days=3)) != first
