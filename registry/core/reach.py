"""Which sites somebody reaches for his firm."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reach:
    """The parts of the own firm that one is limited to, and the single sites that are given to one (ruling 7)."""

    units: frozenset[int] | None = None  # None: no limit
    sites: frozenset[int] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing limits it."""
        return self.units is None

    def holds_unit(self, unit_id: int | None) -> bool:
        """Whether what is filed under a unit lies in it."""
        return self.units is None or unit_id in self.units

    def holds_site(self, site_id: int, unit_id: int | None) -> bool:
        """Whether a site that is filed under a unit lies in it, or was given."""
        return site_id in self.sites or self.holds_unit(unit_id)

    def values(self) -> dict[str, Any]:
        """The same as the values of a statement that holds `SITE_IN_REACH`, which says of a row what `holds_site` says."""
        return {"units": None if self.units is None else list(self.units), "sites": list(self.sites)}


WHOLE = Reach()
SITE_IN_REACH = "(%(units)s::bigint[] IS NULL OR s.unit_id = ANY(%(units)s) OR s.id = ANY(%(sites)s::bigint[]))"
