"""Reads of cards."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from registry.cards.derive import works_until
from registry.cards.models import Card
from registry.cards.states import CardState
from registry.core.days import jst_day
from registry.core.ids import WorkerId


@dataclass(frozen=True)
class CardRow:
    """One card."""

    worker_id: WorkerId
    branch: int
    state: CardState
    valid_until: date
    colour: str
    stopped_at: datetime | None
    issued_on: date
    shipped_at: datetime | None

    def is_valid(self, on: date) -> bool:
        """Whether the card can be used on a day; its last day counts."""
        return self.state is CardState.ACTIVE and on <= self.valid_until

    @property
    def number(self) -> str:
        """The number on the card."""
        return f"{self.worker_id}-{self.branch:02}"


def card_row(card: Card) -> CardRow:
    """The row of a model instance."""
    return CardRow(
        WorkerId(card.worker_id), card.branch, CardState(card.state), card.valid_until, card.colour, card.stopped_at,
        card.issued_on, card.shipped_at,
    )  # fmt: skip


def list_cards(worker_id: int) -> list[CardRow]:
    """All cards of a worker, newest first."""
    return [card_row(card) for card in Card.objects.filter(worker_id=worker_id).order_by("-branch")]


@dataclass(frozen=True)
class OldCard:
    """A replaced card that works until the newer one is touched first, and before `until` where that was shipped."""

    card: CardRow
    until: datetime | None


def list_old_cards(worker_id: int, *, at: datetime) -> list[OldCard]:
    """A worker's replaced cards that may still work at a moment (ruling 19), newest first."""
    found: list[OldCard] = []
    cards = list_cards(worker_id)
    for place, card in enumerate(cards):
        until = works_until(newer.shipped_at for newer in cards[:place])
        is_good = card.state is CardState.REPLACED and card.stopped_at is None and jst_day(at) <= card.valid_until
        if is_good and (until is None or at < until):
            found.append(OldCard(card, until))
    return found


def newest_card(worker_id: int) -> CardRow | None:
    """A worker's newest card."""
    card = Card.objects.filter(worker_id=worker_id).order_by("-branch").first()
    return card_row(card) if card else None


def newest_cards(worker_ids: list[int]) -> dict[int, CardRow]:
    """The newest card of each worker."""
    cards = Card.objects.filter(worker_id__in=worker_ids).order_by("worker_id", "-branch").distinct("worker_id")
    return {card.worker_id: card_row(card) for card in cards}


def credentials_of(worker_ids: list[int], *, on: date) -> dict[int, list[str]]:
    """What the cards that can be used on a day give to a reader: the number, and the chip's token where one is known.

    Two cards where one replaces the other: the older one works until the newer one is at hand (ruling 19).
    """
    usable = (CardState.ACTIVE, CardState.REPLACED)
    cards = Card.objects.filter(worker_id__in=worker_ids, state__in=usable, stopped_at=None, valid_until__gte=on)
    found: dict[int, list[str]] = defaultdict(list)
    for card in cards.order_by("pk"):
        found[card.worker_id] += [card_row(card).number, *([card.token] if card.token else [])]
    return dict(found)
