"""Touches as pages show them: when, in which direction, and with what they were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from portals.base.templatetags.ds import listed
from registry.touches.derive.days import Flag, Moment
from registry.touches.queries import Source, sources_of_touches


@dataclass(frozen=True)
class ShownTouch:
    """One touch on a page. `source` is empty where the log does not tell it."""

    at: datetime
    direction: str
    source: str


def shown_touches(worker_id: int, touches: Mapping[int, Sequence[Moment]]) -> dict[int, list[ShownTouch]]:
    """A worker's touches of a day in words, by site; asked of the log at once, however many sites there are."""
    sources = sources_of_touches(worker_id, touches, [one for moments in touches.values() for one in moments])
    return {
        site_id: [_shown(one, sources.get((site_id, one.at, one.direction), ())) for one in moments]
        for site_id, moments in touches.items()
    }


def touches_on_site(
    worker_id: int, site_id: int, touches: Mapping[date, Sequence[Moment]], *, with_source: bool
) -> dict[date, list[ShownTouch]]:
    """A worker's touches on one site by day, in words; the log is asked once, however many days there are."""
    every = [one for moments in touches.values() for one in moments] if with_source else []
    sources = sources_of_touches(worker_id, [site_id], every)
    return {
        day: [_shown(one, sources.get((site_id, one.at, one.direction), ())) for one in moments]
        for day, moments in touches.items()
    }


def _shown(moment: Moment, sources: Sequence[Source]) -> ShownTouch:
    said = listed(map(_in_words, sources))
    if not said and moment.flags & Flag.FOREIGN:
        said = _("touch.source.foreign")
    return ShownTouch(moment.at, moment.direction, said)


def _in_words(source: Source) -> str:
    if source.is_own_phone:
        key = "touch.source.poster" if source.method == "poster" else "touch.source.phone"
        return " ".join([*source.places, _(key)])
    how = {"typed": _("touch.source.typed"), "qr": _("touch.source.qr")}.get(source.method, "")
    return " ".join(word for word in (*source.places, source.device, how) if word)
