"""What messages speak of."""

from collections.abc import Collection
from datetime import date

from registry.histories.derive.abouts import CLAIM, EDIT, about_claim, about_edit, number_in
from registry.histories.models import Claim, DayEdit

_SPOKEN_OF = ((CLAIM, about_claim, Claim), (EDIT, about_edit, DayEdit))


def places_spoken_of(abouts: Collection[str]) -> dict[str, tuple[int | None, date]]:
    """Site and day of the entries and edits that messages are `about`, by the words in which they name them."""
    found: dict[str, tuple[int | None, date]] = {}
    for noun, about, model in _SPOKEN_OF:
        numbers = [number for one in abouts if (number := number_in(one, noun)) is not None]
        rows = model.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "site_id", "day")
        found |= {about(pk): (site_id, day) for pk, site_id, day in rows}
    return found
