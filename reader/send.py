"""Sends what the store holds, and acts on each answer. A touch leaves the store only when it was `stored`."""

import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from reader.clocks import Setting, present_setting
from reader.records import Identity, Outgoing, Touch, Verdict
from reader.store import Store
from reader.texts import phrase
from reader.web import NetworkError, Reply, post

MOST_TOUCHES = 500
FIRST_PAUSE_S, LONGEST_PAUSE_S, ACT_PAUSE_S = 2.0, 300.0, 300.0
UNREGISTERED_PAUSE_S = 5.0  # asks nobody: it only looks whether somebody has registered meanwhile
MOST_RENUMBERS = 3
FORKED, UNKNOWN = "DEVICE_FORKED", "DEVICE_UNKNOWN"
OK, UNAUTHORISED, CONFLICT, TOO_LARGE, UNREADABLE, TOO_MANY = 200, 401, 409, 413, 422, 429


class State(Enum):
    """What a step came to."""

    EMPTY = "nothing to send"
    SENT = "some were sent; go on"
    WAIT = "not now; try again after the pause"
    ACT = "somebody has to do something"


@dataclass(frozen=True)
class Outcome:
    """What a step came to, in words for the screen, and how long to wait before the next."""

    state: State
    message: str = ""
    pause_s: float = 0.0
    stored: int = 0
    refused: int = 0


class AnswerError(ValueError):
    """The answer is not one of this protocol: a hotel's log-in page, half an answer."""


def encode(outgoing: Outgoing, sent_at: datetime) -> bytes:
    """The body of a request; `unsent` is what still waits when this one has arrived."""
    body: dict[str, Any] = {"store": outgoing.identity.store, "sent_at": rfc3339(sent_at), "unsent": outgoing.left}
    if outgoing.left:
        body["unsent_since"] = outgoing.left_since
    body["touches"] = [_item(one) for one in outgoing.touches]
    if outgoing.lost:
        body["lost"] = [list(pair) for pair in outgoing.lost]
    return json.dumps(body, separators=(",", ":")).encode()


def _item(one: Touch) -> dict[str, Any]:
    item: dict[str, Any] = {"seq": one.seq, one.kind: one.credential, "touched_at": one.touched_at}
    item["method"] = one.method
    item |= {key: value for key, value in (("site", one.site), ("direction", one.direction)) if value}
    if one.offset_s is not None:
        item["offset_s"] = one.offset_s
    return item


def sign(secret: str, body: bytes) -> str:
    """Signature of a body."""
    return hmac.new(bytes.fromhex(secret), body, hashlib.sha256).hexdigest()


def rfc3339(moment: datetime) -> str:
    """A moment as touches carry it."""
    return moment.isoformat(timespec="milliseconds")


def now() -> datetime:
    """This PC's clock, with its offset."""
    return datetime.now(UTC).astimezone()


def read_answer(
    reply: Reply, touches: tuple[Touch, ...], began: datetime, ended: datetime, setting: Setting
) -> Verdict:
    """Read an answer of 200. `setting` is that of the clock as the request began. Raises `AnswerError` where it does not fit what was sent."""
    try:
        answer = json.loads(reply.body)
        stored, renumber, refused = _sort(answer["results"], touches)
        received = datetime.fromisoformat(answer["received_at"])
        offset = began + (ended - began) / 2 - received
        gaps = tuple((int(first), int(last)) for first, last in answer.get("gaps", []))
        highest = int(answer["highest"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise AnswerError(phrase("reader.send.unreadable")) from error
    return Verdict(stored, renumber, refused, highest, gaps, round(offset.total_seconds(), 3), setting)


def _sort(
    results: list[dict[str, Any]], touches: tuple[Touch, ...]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[int, str], ...]]:
    """Numbers by status; only those that were sent under that index count."""
    found: dict[str, list[int]] = {"stored": [], "renumber": [], "refused": []}
    codes: list[tuple[int, str]] = []
    for result in results:
        index, status = result["index"], result["status"]
        if not 0 <= index < len(touches) or touches[index].seq != result["seq"]:
            continue
        found.get(status, []).append(result["seq"])
        if status == "refused":
            codes.append((result["seq"], str(result.get("code", ""))))
    return tuple(found["stored"]), tuple(found["renumber"]), tuple(codes)


def is_unknown(reply: Reply) -> bool:
    """Whether the server knows neither device nor signature; a proxy asking for a log-in says 401 too."""
    return reply.status == UNAUTHORISED and reply.problem().get("code") == UNKNOWN


def _unregistered() -> Outcome:
    return Outcome(State.ACT, phrase("reader.send.unregistered"), UNREGISTERED_PAUSE_S)


class Sender:
    """Sends batches of a store, one at a time, and remembers how long to wait."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = now, timeout_s: float = 20.0) -> None:
        """Make a sender for an open store."""
        self._store, self._clock, self._timeout_s = store, clock, timeout_s
        self._size = MOST_TOUCHES
        self._failures = self._renumbers = 0
        self._exchanged = False

    def step(self) -> Outcome:
        """Send one batch, if there is one."""
        with self._store.sending():
            outgoing = self._store.outgoing(self._size)
            if not outgoing.touches:
                return Outcome(State.EMPTY)
            if not outgoing.identity.secret:
                return _unregistered()
            return self._send(outgoing)

    def _send(self, outgoing: Outgoing) -> Outcome:
        identity, setting, began = outgoing.identity, present_setting(), self._clock()
        body = encode(outgoing, began)
        headers = {"Device": identity.device, "Signature": sign(identity.secret, body)}
        try:
            reply = post(f"{identity.url}/api/v1/touches", body, headers, self._timeout_s)
        except NetworkError as error:
            return self._wait(phrase("reader.send.kept", cause=error))
        if is_unknown(reply):
            return self._unknown(identity)
        if reply.status == CONFLICT and reply.problem().get("code") == FORKED:
            return self._forked(identity)
        if reply.status != OK:
            return self._failed(reply, len(outgoing.touches))
        try:
            verdict = read_answer(reply, outgoing.touches, began, self._clock(), setting)
        except AnswerError as error:
            return self._wait(phrase("reader.send.kept", cause=error))
        return self._settle(identity, verdict)

    def _settle(self, identity: Identity, verdict: Verdict) -> Outcome:
        self._exchanged = False
        self._store.confirm_secret(identity.device, identity.secret)
        self._store.apply(identity.store, verdict)
        stored, refused = len(verdict.stored), len(verdict.refused)
        if stored or refused:
            self._failures = self._renumbers = 0
            self._size = min(MOST_TOUCHES, self._size * 2)
            return Outcome(State.SENT, phrase("reader.send.sent", count=stored), stored=stored, refused=refused)
        self._renumbers += 1
        if verdict.renumber and self._renumbers <= MOST_RENUMBERS:
            return Outcome(State.SENT, phrase("reader.send.renumbered"))
        return self._wait(phrase("reader.send.not_taken"))

    def _unknown(self, identity: Identity) -> Outcome:
        """Try the other secret at once, if there is one; then wait for somebody, and try both anew."""
        self._exchanged = self._store.exchange_secrets(identity.device, identity.secret) and not self._exchanged
        if self._exchanged:
            return Outcome(State.SENT, phrase("reader.send.other_key"))
        return self._act(phrase("reader.send.unknown_device"))

    def _forked(self, identity: Identity) -> Outcome:
        """This store is not the one that the server knows: become a new device; the unsent get new numbers."""
        self._store.fork(identity.store)
        return _unregistered()

    def _failed(self, reply: Reply, sent: int) -> Outcome:
        if reply.status in {TOO_LARGE, UNREADABLE} and sent > 1:
            self._size = max(1, sent // 2)
            return Outcome(State.SENT, phrase("reader.send.smaller"))
        told = reply.told()
        if reply.status in {TOO_LARGE, UNREADABLE}:
            return self._act(phrase("reader.send.unread", told=told))
        if reply.status == TOO_MANY:
            return self._wait(phrase("reader.send.busy"), at_least_s=self._retry_after(reply))
        message = phrase("reader.send.failed", status=reply.status, told=told)
        return self._wait(message, at_least_s=self._retry_after(reply))

    def _retry_after(self, reply: Reply) -> float:
        text = reply.headers.get("retry-after", "")
        try:
            seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - self._clock()).total_seconds()
        except (ValueError, TypeError):
            return 0.0
        return min(max(seconds, 0.0), 3600.0)

    def _act(self, message: str) -> Outcome:
        return Outcome(State.ACT, message.rstrip(), ACT_PAUSE_S)

    def _wait(self, message: str, *, at_least_s: float = 0.0) -> Outcome:
        """Growing pauses, spread a little, so that a thousand readers do not come back in the same second."""
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._failures, 10))
        self._failures += 1
        return Outcome(State.WAIT, message.rstrip(), max(at_least_s, pause * random.uniform(0.8, 1.2)))  # noqa: S311 -- no secret


def drain(sender: Sender) -> Outcome:
    """Send until nothing is left or something stands in the way. The sums of what was sent are in the outcome."""
    stored = refused = 0
    while (outcome := sender.step()).state is State.SENT:
        stored, refused = stored + outcome.stored, refused + outcome.refused
    return Outcome(outcome.state, outcome.message, outcome.pause_s, stored, refused)
