from registry.core.actor import Actor, ActorKind


def test_an_actor_has_the_rights_given() -> None:
    clerk = Actor(ActorKind.OFFICE, rights=frozenset({"office.print"}))
    assert clerk.has("office.print")
    assert not clerk.has("office.register")


def test_the_system_has_every_right() -> None:
    assert Actor.system().has("anything")
    assert Actor.system().account_id is None
