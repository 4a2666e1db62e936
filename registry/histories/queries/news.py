"""What messages speak of."""

from collections.abc import Collection
from datetime import date

from registry.histories.models import Claim, DayEdit

_SPOKEN_OF: dict[str, type[Claim | DayEdit]] = {"claim": Claim, "edit": DayEdit}


def places_spoken_of(abouts: Collection[str]) -> dict[str, tuple[int | None, date]]:
    """Site and day of the entries and edits that messages are `about`, by the words in which they name them."""
    found: dict[str, tuple[int | None, date]] = {}
    for noun, model in _SPOKEN_OF.items():
        numbers = [about.removeprefix(f"{noun} ") for about in abouts if about.startswith(f"{noun} ")]
        rows = model.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "site_id", "day")
        found |= {f"{noun} {pk}": (site_id, day) for pk, site_id, day in rows}
    return found
