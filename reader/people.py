"""Names for the receipt, also without a network: hashes of card numbers and the shown name, fourteen days, no more."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from reader.send import OK, now, rfc3339, sign
from reader.store import Store
from reader.web import NetworkError, post

REFRESH = timedelta(hours=6)
MOST_DAYS = 14
TIMEOUT_S = 5.0


def card_hash(secret: str, credential: str) -> str:
    """What stands for a card in the store; without the device's secret it cannot be worked out."""
    return hmac.new(bytes.fromhex(secret), credential.encode(), hashlib.sha256).hexdigest()


def name_of(store: Store, credential: str) -> str:
    """The name for a card's receipt; empty where this PC does not know it, or no longer."""
    secret = store.identity().secret
    return store.find_name(card_hash(secret, credential), now() - timedelta(days=MOST_DAYS)) if secret else ""


def refresh_people(store: Store) -> bool:
    """Ask for the names of today when the last ones are some hours old. False when that failed: not at once again."""
    store.forget_people(before=now() - timedelta(days=MOST_DAYS))
    identity, known_at = store.identity(), store.people_known_at()
    if not identity.secret or (known_at and timedelta() <= now() - known_at < REFRESH):
        return True
    body = json.dumps({"store": identity.store, "sent_at": rfc3339(now())}).encode()
    headers = {"Device": identity.device, "Signature": sign(identity.secret, body)}
    try:
        reply = post(f"{identity.url}/api/v1/people", body, headers, TIMEOUT_S)
        people = read_people(json.loads(reply.body), identity.secret) if reply.status == OK else None
    except (NetworkError, ValueError, TypeError, KeyError):
        return False
    if people is None:
        return False
    store.know_people(identity.device, people, now())
    return True


def read_people(answer: dict[str, Any], secret: str) -> dict[str, str]:
    """Names by hash, without signs that could move a terminal's cursor."""
    named = {str(one["card"]): _unmasked(one, str(answer["salt"]), secret) for one in answer["people"]}
    return {card: "".join(sign for sign in name if sign.isprintable())[:100] for card, name in named.items()}


def _unmasked(one: dict[str, Any], salt: str, secret: str) -> str:
    """What travels can be read only with the device's secret (docs/handbook/ingest.md)."""
    masked, label = bytes.fromhex(one["masked_name"]), f"\0name\0{salt}:{one['card']}:"
    blocks = range(len(masked) // hashlib.sha256().digest_size + 1)
    mask = [hmac.new(bytes.fromhex(secret), f"{label}{n}".encode(), hashlib.sha256).digest() for n in blocks]
    return bytes(sign ^ other for sign, other in zip(masked, b"".join(mask), strict=False)).decode()
