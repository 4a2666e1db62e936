"""What a store hands in and out: touches, who the device is, what a request carries and what it was answered."""

from dataclasses import dataclass

from reader.clocks import Setting


@dataclass(frozen=True)
class NewTouch:
    """A touch that has no number yet. `touched_at` is RFC 3339 with an offset, by this PC's own clock or by another."""

    kind: str
    credential: str
    touched_at: str
    method: str
    direction: str = ""
    site: str = ""
    own_clock: bool = True


@dataclass(frozen=True)
class Touch:
    """A touch with its number."""

    seq: int
    site: str
    kind: str
    credential: str
    touched_at: str
    direction: str
    method: str
    offset_s: float | None


@dataclass(frozen=True)
class Refused:
    """A touch that the server can never read, with its reason."""

    touch: Touch
    code: str


@dataclass(frozen=True)
class Unread:
    """A line of a logging reader that is no touch, with the cause."""

    at: str
    line: str
    cause: str


@dataclass(frozen=True)
class Terminal:
    """Where the device stands."""

    site: str
    name: str


@dataclass(frozen=True)
class Identity:
    """Who this store is. `device`, `secret` and `url` are empty until it is registered."""

    store: str
    device: str
    secret: str
    url: str
    terminals: tuple[Terminal, ...]


@dataclass(frozen=True)
class Summary:
    """What the screen shows: how many are not sent, since when, how many were refused, how many lines were no touch."""

    unsent: int
    oldest: str
    refused: int = 0
    unread: int = 0


@dataclass(frozen=True)
class Outgoing:
    """What goes into one request, read in one moment, and what stays behind: how many, since when."""

    identity: Identity
    touches: tuple[Touch, ...]
    lost: tuple[tuple[int, int], ...]
    left: int = 0
    left_since: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the server said of a batch. `offset_s` holds as long as the clock stays set as it was when it was measured."""

    stored: tuple[int, ...]
    renumber: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    highest: int
    gaps: tuple[tuple[int, int], ...]
    offset_s: float | None
    setting: Setting
