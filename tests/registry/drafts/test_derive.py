from registry.drafts.derive import LONGEST, Typed, cut


def test_only_texts_that_no_field_takes_are_cut() -> None:
    typed: dict[str, Typed] = {
        "name": "見" * (LONGEST + 1),
        "work": "足場",
        "hazardous": True,
        "workers": ["1", "2"],
        "trade": None,
    }
    assert cut(typed) == {**typed, "name": "見" * LONGEST}


def test_signs_that_no_text_may_hold_are_not_kept() -> None:
    assert cut({"name": "見本\x00", "workers": ["1\x00"]}) == {"name": "見本", "workers": ["1"]}
