"""The self-test: each part of the way from card to server. What does not work is told with cause, consequence, remedy."""

import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from reader.pcsc import Pcsc, ReaderError
from reader.screen import say, unsent_line
from reader.send import TOO_LARGE, is_unknown, now, sign
from reader.store import Store, StoreError
from reader.texts import listed, phrase
from reader.web import NetworkError, Reply, get, post

MOST_OFFSET_S = 60.0
TIMEOUT_S = 10.0
OK = 200
KEPT = "reader.selftest.kept"
TYPED_STILL = "reader.selftest.typed_still"


class FailedError(Exception):
    """A part does not work: the cause in words, and the keys of what follows and of what to do."""

    def __init__(self, cause: str, consequence: str, remedy: str) -> None:
        super().__init__(cause)
        self.consequence, self.remedy = phrase(consequence), phrase(remedy)


class SkippedError(Exception):
    """A part cannot be tested before another one works."""


@dataclass
class _Found:
    """What the tests before have found out."""

    path: Path
    url: str
    device: str = ""
    secret: str = ""
    store: str = ""
    reachable: bool = False


def selftest(path: Path, url: str = "") -> bool:
    """Say of every part whether it works. True when all do."""
    return all([_say(name, check) for name, check in _checks(_Found(path, url))])  # noqa: C419 -- all are said, not up to the first NG


def _say(name: str, check: Callable[[], str]) -> bool:
    try:
        say(f"OK  {name}  {check()}")
    except SkippedError as error:
        say(f"--  {name}  {error}")
    except FailedError as error:
        given = {"cause": str(error), "consequence": error.consequence, "remedy": error.remedy}
        say(phrase("reader.selftest.ng", part=name, **given))
    else:
        return True
    return False


def _checks(found: _Found) -> Iterator[tuple[str, Callable[[], str]]]:
    yield phrase("reader.selftest.service"), _service
    yield phrase("reader.selftest.readers"), _readers
    yield phrase("reader.selftest.store"), partial(_store, found)
    yield phrase("reader.selftest.registration"), partial(_registration, found)
    yield phrase("reader.selftest.network"), partial(_network, found)
    yield phrase("reader.selftest.server"), partial(_server, found)
    yield phrase("reader.selftest.clock"), partial(_clock, found)
    yield phrase("reader.selftest.signature"), partial(_signature, found)


def _service() -> str:
    try:
        Pcsc().close()
    except ReaderError as error:
        raise FailedError(str(error), TYPED_STILL, "reader.selftest.service.remedy") from error
    return phrase("reader.selftest.service.ok")


def _readers() -> str:
    try:
        pcsc = Pcsc()
    except ReaderError:
        raise SkippedError(phrase("reader.selftest.after_service")) from None
    try:
        names = pcsc.readers()
    except ReaderError as error:
        raise FailedError(str(error), TYPED_STILL, "reader.selftest.readers.restart") from error
    finally:
        pcsc.close()
    if not names:
        raise FailedError(phrase("reader.selftest.readers.none"), TYPED_STILL, "reader.selftest.readers.remedy")
    return listed(names)


def _store(found: _Found) -> str:
    try:
        with Store(found.path) as store:
            store.keep([])  # a transaction like that of a touch, without one
            identity = store.identity()
            found.store, found.device, found.secret = identity.store, identity.device, identity.secret
            found.url = found.url or identity.url
            return phrase("reader.selftest.store.ok", path=store.path, unsent=unsent_line(store.summary()))
    except StoreError as error:
        raise FailedError(str(error), "reader.selftest.store.consequence", "reader.selftest.store.remedy") from error


def _registration(found: _Found) -> str:
    if not found.device:
        raise FailedError(
            phrase("reader.selftest.registration.cause"), "reader.selftest.registration.consequence",
            "reader.selftest.registration.remedy",
        )  # fmt: skip
    return phrase("reader.selftest.registration.ok", device=found.device)


def _network(found: _Found) -> str:
    """Name, line and certificate, before anything is asked."""
    if not found.url:
        raise FailedError(phrase("reader.selftest.network.no_server"), KEPT, "reader.selftest.network.no_server.remedy")
    scheme, host, port = _next_hop(found.url)
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S) as line:
            if scheme == "https":
                ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
    except socket.gaierror:
        raise FailedError(
            phrase("reader.selftest.network.no_name", host=host), KEPT, "reader.selftest.network.no_name.remedy"
        ) from None
    except ssl.SSLError as error:
        raise FailedError(
            phrase("reader.selftest.network.certificate", host=host, cause=error.reason), KEPT,
            "reader.selftest.network.certificate.remedy",
        ) from error  # fmt: skip
    except OSError as error:
        raise FailedError(
            phrase("reader.selftest.network.closed", host=host, port=port, cause=error.strerror or error), KEPT,
            "reader.selftest.network.closed.remedy",
        ) from error  # fmt: skip
    found.reachable = True
    return phrase("reader.selftest.network.ok", host=host, port=port)


def _next_hop(url: str) -> tuple[str, str, int]:
    """What this PC connects to: the server, or the proxy of the system."""
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _server(found: _Found) -> str:
    status = _asked(found).status
    if status != OK:
        raise FailedError(
            phrase("reader.selftest.server.cause", url=found.url, status=status), KEPT, "reader.selftest.server.remedy"
        )
    return phrase("reader.selftest.server.ok", url=found.url)


def _asked(found: _Found) -> Reply:
    if not found.reachable:
        raise SkippedError(phrase("reader.selftest.after_network"))
    try:
        return get(f"{found.url}/healthz", TIMEOUT_S)
    except NetworkError as error:
        raise FailedError(str(error), KEPT, "reader.selftest.look_at_network") from error


def _clock(found: _Found) -> str:
    began = now()
    told = _date(_asked(found).headers.get("date", ""))
    if told is None:
        raise SkippedError(phrase("reader.selftest.clock.unknown"))
    offset = (began + (now() - began) / 2 - told).total_seconds()
    if abs(offset) > MOST_OFFSET_S:
        raise FailedError(
            phrase("reader.selftest.clock.cause", offset=abs(offset)), "reader.selftest.clock.consequence",
            "reader.selftest.clock.remedy",
        )  # fmt: skip
    return phrase("reader.selftest.clock.ok", offset=abs(offset))


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _signature(found: _Found) -> str:
    """Send a rightly signed batch of nothing: it keeps nothing, and only a known device gets as far as its size."""
    if not found.device:
        raise SkippedError(phrase("reader.selftest.after_registration"))
    if not found.reachable:
        raise SkippedError(phrase("reader.selftest.after_network"))
    body = f'{{"store":"{found.store}","touches":[]}}'.encode()
    headers = {"Device": found.device, "Signature": sign(found.secret, body)}
    try:
        reply = post(f"{found.url}/api/v1/touches", body, headers, TIMEOUT_S)
    except NetworkError as error:
        raise FailedError(str(error), KEPT, "reader.selftest.look_at_network") from error
    if is_unknown(reply):
        raise FailedError(
            phrase("reader.selftest.signature.cause"), "reader.selftest.signature.consequence",
            "reader.selftest.signature.remedy",
        )  # fmt: skip
    if reply.status != TOO_LARGE:
        cause = phrase("reader.selftest.signature.odd", status=reply.status)
        raise FailedError(cause, KEPT, "reader.selftest.signature.odd.remedy")
    return phrase("reader.selftest.signature.ok")
