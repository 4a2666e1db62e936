"""Registration: the short code of the site's page becomes a device with a secret, or a further place of a device."""

import hashlib
import hmac
import json
from urllib.parse import urlsplit

from reader.records import Identity, Terminal
from reader.send import CONFLICT, OK, sign
from reader.store import Store
from reader.texts import phrase
from reader.web import AddressError, NetworkError, Reply, checked_address, post

CREATED = 201
TIMEOUT_S = 20.0
PAIR = "pair="
TAKEN = "STORE_TAKEN"


class RegistrationError(Exception):
    """The device was not registered; the message says why."""


def read_qr_text(text: str) -> tuple[str, str]:
    """Server and code of the QR code on the site's page, `https://…/#pair=ABCD-EFGH`. Raises `RegistrationError`."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        parts = urlsplit("")
    if not parts.netloc or not parts.fragment.startswith(PAIR):
        raise RegistrationError(phrase("reader.register.no_qr_text"))
    return f"{parts.scheme}://{parts.netloc}", parts.fragment.removeprefix(PAIR)


def register_text(store: Store, text: str, *, name: str) -> tuple[Terminal, ...]:
    """Register by what somebody typed into the window: the code alone where the server is known, else the QR's text.

    Raises `RegistrationError`, `AddressError`, `NetworkError`.
    """
    known = store.identity().url
    if PAIR in text:
        url, code = read_qr_text(text)
        return register(store, url=url, code=code, name=name, allow_http=url == known)
    if not known:
        raise AddressError(phrase("reader.register.no_address"))
    return register(store, url=known, code=text, name=name, allow_http=True)  # looked at when it was first given


def register(store: Store, *, url: str, code: str, name: str, allow_http: bool = False) -> tuple[Terminal, ...]:
    """Register this store as a device, or let the device serve one more place; returns all its places.

    Asking again with the same code does no harm; a store whose name is taken gets a new one. Raises `RegistrationError`,
    `AddressError`, `NetworkError`.
    """
    url = checked_address(url, allow_http=allow_http)
    with store.registering():
        identity = store.identity()
        if identity.device and url != identity.url:
            raise RegistrationError(phrase("reader.register.elsewhere", url=identity.url))
        reply = _asked(identity, url, code, name)
        if not identity.device and _is_taken(reply):
            store.fork(identity.store)
            identity = store.identity()
            reply = _asked(identity, url, code, name)
        if reply.status not in {OK, CREATED}:
            raise RegistrationError(reply.told() or phrase("reader.register.failed", status=reply.status))
        device, secret, terminals = _read(reply, identity.device, identity.secret)
        if not store.register(identity.store, url=url, device=device, secret=secret, terminals=terminals):
            raise RegistrationError(phrase("reader.register.forked"))
    return terminals


def _asked(identity: Identity, url: str, code: str, name: str) -> Reply:
    wanted = {"code": code.strip(), "store": identity.store, "name": name, "dense": True}
    body = json.dumps(wanted, ensure_ascii=False).encode()
    headers = {"Device": identity.device, "Signature": sign(identity.secret, body)} if identity.device else {}
    return post(f"{url}/api/v1/devices", body, headers, TIMEOUT_S)


def _is_taken(reply: Reply) -> bool:
    """Whether the server has a device by this store's name already.

    Its secret is not in this file: an answer was lost, or the file is a copy from before the registration. It can never
    sign as that device, so it takes a new name with all that it holds; the code is not used up.
    """
    return reply.status == CONFLICT and reply.problem().get("code") == TAKEN


def rotate(store: Store) -> None:
    """Sign with a new secret from the next request on. Raises `RegistrationError`, `NetworkError`."""
    identity = store.identity()
    if not identity.device:
        raise RegistrationError(phrase("reader.rotate.unregistered"))
    body = json.dumps({"store": identity.store}).encode()
    headers = {"Device": identity.device, "Signature": sign(identity.secret, body)}
    reply = post(f"{identity.url}/api/v1/devices/secret", body, headers, TIMEOUT_S)
    if reply.status != OK:
        raise RegistrationError(reply.told() or phrase("reader.rotate.failed", status=reply.status))
    try:
        secret = unmasked(identity.secret, bytes.fromhex(json.loads(reply.body)["masked_secret"]), identity.device)
    except (ValueError, TypeError, KeyError) as error:
        raise NetworkError(phrase("reader.register.unreadable")) from error
    store.change_secret(identity.device, secret)


def unmasked(present: str, masked: bytes, device: str) -> str:
    """The next secret out of the answer: what travels can be read only with the present one (docs/handbook/ingest.md)."""
    mask = hmac.new(bytes.fromhex(present), b"\0next secret\0" + device.encode(), hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(masked, mask, strict=True)).hex()


def _read(reply: Reply, device: str, secret: str) -> tuple[str, str, tuple[Terminal, ...]]:
    """The answer to a registration; one to a further place names the same device and brings no secret."""
    try:
        answer = json.loads(reply.body)
        terminals = tuple(Terminal(str(one["site"]), str(one["name"])) for one in answer["terminals"])
        if reply.status == CREATED:
            device, secret = str(answer["device"]), bytes.fromhex(answer["secret"]).hex()
    except (ValueError, TypeError, KeyError) as error:
        raise NetworkError(phrase("reader.register.unreadable")) from error
    if not secret or not terminals:
        raise NetworkError(phrase("reader.register.unreadable"))
    return device, secret, terminals
