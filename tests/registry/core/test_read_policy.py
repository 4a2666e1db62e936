from registry.core.read_policy import ReadPolicy, Relation, field

POLICY = ReadPolicy("thing", (field("id", Relation.SELF, Relation.OTHER), field("phone", Relation.SELF), field("key")))


def test_visible_is_private_by_default() -> None:
    assert POLICY.visible([Relation.OTHER]) == {"id"}
    assert POLICY.visible([]) == frozenset()


def test_mask_and_names_are_each_other_s_reverse() -> None:
    assert POLICY.names(POLICY.mask({"id", "phone"})) == ["id", "phone"]
