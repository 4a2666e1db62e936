"""Registration: the short code of the site's page becomes a device with a secret, or a further place of a device."""

import json
from typing import Any
from urllib.parse import urlsplit

from reader.records import Terminal
from reader.store import Store
from reader.web import AddressError, NetworkError, checked_address, post

CREATED = 201
PAIR = "pair="


class RegistrationError(Exception):
    """The device was not registered; the message says why."""


def read_qr_text(text: str) -> tuple[str, str]:
    """Server and code of the QR code on the site's page, `https://…/#pair=ABCD-EFGH`. Raises `RegistrationError`."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        parts = urlsplit("")
    if not parts.netloc or not parts.fragment.startswith(PAIR):
        raise RegistrationError("現場のページのQRコードの文字ではありません（https://…/#pair=… の形です）。")
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
        raise AddressError("サーバーのアドレスが分かりません。QRコードの文字（https://…）を入力してください。")
    return register(store, url=known, code=text, name=name, allow_http=True)  # looked at when it was first given


def register(store: Store, *, url: str, code: str, name: str, allow_http: bool = False) -> tuple[Terminal, ...]:
    """Register this store as a device, and return where it stands. Asking again with the same code does no harm.

    Raises `RegistrationError`, `AddressError`, `NetworkError`.
    """
    url = checked_address(url, allow_http=allow_http)
    identity = store.identity()
    if identity.device:
        raise RegistrationError(
            "この端末はもう登録されています。別の端末として登録するときは、先に fork を実行してください。"
        )
    body = {"code": code.strip(), "store": identity.store, "name": name, "dense": True}
    reply = post(f"{url}/api/v1/devices", json.dumps(body, ensure_ascii=False).encode(), {}, 20.0)
    if reply.status != CREATED:
        raise RegistrationError(reply.told() or f"登録できませんでした（{reply.status}）。")
    try:
        device, secret, terminals = _read(json.loads(reply.body))
    except (ValueError, TypeError, KeyError) as error:
        raise NetworkError("サーバーの返事を読めません。アドレスを確かめてください。") from error
    store.register(url=url, device=device, secret=secret, terminals=terminals)
    return terminals


def _read(answer: dict[str, Any]) -> tuple[str, str, tuple[Terminal, ...]]:
    terminals = tuple(Terminal(str(one["site"]), str(one["name"])) for one in answer["terminals"])
    secret = str(answer["secret"])
    if not bytes.fromhex(secret):
        raise ValueError
    return str(answer["device"]), secret, terminals
