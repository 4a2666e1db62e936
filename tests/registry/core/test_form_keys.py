from registry.core.form_keys import KEY_LENGTH, key_of_form


def test_the_same_form_with_the_same_contents_has_one_key() -> None:
    key = key_of_form("k", "山田", 1)
    assert key == key_of_form("k", "山田", 1)
    assert key is not None
    assert len(key) == KEY_LENGTH


def test_other_contents_another_form_and_another_order_have_other_keys() -> None:
    assert (
        len(
            {
                key_of_form("k", "山田", 1),
                key_of_form("k", "山本", 1),
                key_of_form("j", "山田", 1),
                key_of_form("k", 1, "山田"),
            }
        )
        == 4
    )


def test_a_form_without_a_key_has_none() -> None:
    assert key_of_form("", "山田") is None
