"""HTTP as the reader needs it: one request, no redirects, the proxy of the system, plain words when it fails."""

import ipaddress
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reader.texts import phrase, spoken

MOST_ANSWER_BYTES = 8 * 1024 * 1024


class NetworkError(Exception):
    """No answer came; the message says why."""


class AddressError(ValueError):
    """The address of the server cannot be used; the message says why."""


@dataclass(frozen=True)
class Reply:
    """An answer with any status. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self) -> dict[str, Any]:
        """The problem+json of the answer; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def told(self) -> str:
        """What the server says of the problem, without signs that could move a terminal's cursor."""
        found = self.problem()
        text = " ".join(str(found[key]) for key in ("title", "detail") if found.get(key))
        return "".join(sign for sign in text if sign.isprintable())[:300]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        """A log-in page of some network is no server of ours."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def checked_address(text: str, *, allow_http: bool = False) -> str:
    """The server's address without a slash at the end. Raises `AddressError`; a secret travels over TLS or at home."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port  # reading the port checks it
    except ValueError:
        raise AddressError(phrase("reader.web.address")) from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise AddressError(phrase("reader.web.https"))
    if parts.scheme == "http" and not allow_http and not _is_loopback(host):
        raise AddressError(phrase("reader.web.http"))
    return text.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(url: str, body: bytes, headers: dict[str, str], timeout_s: float) -> Reply:
    """Send a body of JSON. Raises `NetworkError`."""
    ours = {"Content-Type": "application/json", "Accept-Language": spoken()}  # what is wrong is told in our language
    return _ask(urllib.request.Request(url, body, ours | headers), timeout_s)  # noqa: S310 -- checked at registration


def get(url: str, timeout_s: float) -> Reply:
    """Fetch. Raises `NetworkError`."""
    return _ask(urllib.request.Request(url), timeout_s)  # noqa: S310 -- checked at registration


def _ask(request: urllib.request.Request, timeout_s: float) -> Reply:
    try:
        try:
            answer = _OPENER.open(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status, names, answer.read(MOST_ANSWER_BYTES))
    except Exception as error:  # a broken answer raises anything: http.client's errors, OSError, ValueError
        raise NetworkError(phrase("reader.web.no_answer", cause=_cause(error))) from error


def _cause(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(reason)[:200] or type(error).__name__
