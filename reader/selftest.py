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
from reader.send import TOO_LARGE, UNAUTHORISED, now, sign
from reader.store import Store, StoreError
from reader.web import NetworkError, Reply, get, post

MOST_OFFSET_S = 60.0
TIMEOUT_S = 10.0
OK = 200
KEPT = "打刻はこのPCに保存され、直ったあとで自動的に送られます。"
TYPED_STILL = "カードは読めません。番号の入力では打刻できます。"


class FailedError(Exception):
    """A part does not work: cause, what follows, what to do."""

    def __init__(self, cause: str, consequence: str, remedy: str) -> None:
        super().__init__(cause)
        self.parts = (cause, consequence, remedy)


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
        cause, consequence, remedy = error.parts
        say(f"NG  {name}  {cause}\n      影響: {consequence}\n      対処: {remedy}")
    else:
        return True
    return False


def _checks(found: _Found) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "カードリーダーのサービス", _service
    yield "カードリーダー", _readers
    yield "記録ファイル", partial(_store, found)
    yield "端末の登録", partial(_registration, found)
    yield "ネットワーク", partial(_network, found)
    yield "サーバー", partial(_server, found)
    yield "時計", partial(_clock, found)
    yield "署名", partial(_signature, found)


def _service() -> str:
    try:
        Pcsc().close()
    except ReaderError as error:
        raise FailedError(
            str(error), TYPED_STILL, "pcscd を入れて起動してください（sudo systemctl start pcscd）。"
        ) from error
    return "pcscd が動いています"


def _readers() -> str:
    try:
        pcsc = Pcsc()
    except ReaderError:
        raise SkippedError("サービスが動いたあとで確かめられます。") from None
    try:
        names = pcsc.readers()
    except ReaderError as error:
        raise FailedError(str(error), TYPED_STILL, "pcscd を起動し直してください。") from error
    finally:
        pcsc.close()
    if not names:
        raise FailedError("見つかりません。", TYPED_STILL, "USBケーブルと、リーダーのドライバーを確かめてください。")
    return "、".join(names)


def _store(found: _Found) -> str:
    try:
        with Store(found.path) as store:
            store.keep([])  # a transaction like that of a touch, without one
            identity = store.identity()
            found.store, found.device, found.secret = identity.store, identity.device, identity.secret
            found.url = found.url or identity.url
            return f"{store.path} に書けます。{unsent_line(store.summary())}"
    except StoreError as error:
        raise FailedError(
            str(error),
            "打刻を受け付けられません。",
            "空き容量と書き込みの権限を確かめてください。ファイルは消さないでください。",
        ) from error


def _registration(found: _Found) -> str:
    if not found.device:
        raise FailedError(
            "登録されていません。", "打刻はこのPCに保存されますが、送られません。",
            "現場のページで登録コードを出し、register で登録してください。",
        )  # fmt: skip
    return f"端末 {found.device}"


def _network(found: _Found) -> str:
    """Name, line and certificate, before anything is asked."""
    if not found.url:
        raise FailedError("サーバーが決まっていません。", KEPT, "register で登録するか、--url を付けてください。")
    scheme, host, port = _next_hop(found.url)
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S) as line:
            if scheme == "https":
                ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
    except socket.gaierror:
        raise FailedError(
            f"{host} という名前が見つかりません。",
            KEPT,
            "インターネットにつながっているか、アドレスを確かめてください。",
        ) from None
    except ssl.SSLError as error:
        raise FailedError(
            f"{host} の証明書を確かめられません（{error.reason}）。", KEPT,
            "PCの時刻が正しいか、社内の通信機器が間に入っていないかを確かめてください。",
        ) from error  # fmt: skip
    except OSError as error:
        raise FailedError(
            f"{host}:{port} につながりません（{error.strerror or error}）。", KEPT,
            "ネットワークと、プロキシやファイアウォールの設定を確かめてください。",
        ) from error  # fmt: skip
    found.reachable = True
    return f"{host}:{port} につながります"


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
            f"{found.url} が正しく応答しません（{status}）。", KEPT,
            "アドレスを確かめてください。続くときは、あとで自動的に送られるのを待ってください。",
        )  # fmt: skip
    return f"{found.url} が応答します"


def _asked(found: _Found) -> Reply:
    if not found.reachable:
        raise SkippedError("ネットワークが直ったあとで確かめられます。")
    try:
        return get(f"{found.url}/healthz", TIMEOUT_S)
    except NetworkError as error:
        raise FailedError(str(error), KEPT, "ネットワークと、アドレスを確かめてください。") from error


def _clock(found: _Found) -> str:
    began = now()
    told = _date(_asked(found).headers.get("date", ""))
    if told is None:
        raise SkippedError("サーバーが時刻を言わないため、確かめていません。")
    offset = (began + (now() - began) / 2 - told).total_seconds()
    if abs(offset) > MOST_OFFSET_S:
        raise FailedError(
            f"サーバーと{abs(offset):.0f}秒ずれています。",
            "打刻の時刻がずれます。10分を超えると、時刻の確認が必要な打刻になります。",
            "PCの時刻を自動で合わせる設定にしてください。",
        )
    return f"サーバーとのずれは{abs(offset):.0f}秒です"


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _signature(found: _Found) -> str:
    """Send a rightly signed batch of nothing: it keeps nothing, and only a known device gets as far as its size."""
    if not found.device:
        raise SkippedError("端末を登録したあとで確かめられます。")
    if not found.reachable:
        raise SkippedError("ネットワークが直ったあとで確かめられます。")
    body = f'{{"store":"{found.store}","touches":[]}}'.encode()
    headers = {"Device": found.device, "Signature": sign(found.secret, body)}
    try:
        status = post(f"{found.url}/api/v1/touches", body, headers, TIMEOUT_S).status
    except NetworkError as error:
        raise FailedError(str(error), KEPT, "ネットワークと、アドレスを確かめてください。") from error
    if status == UNAUTHORISED:
        raise FailedError(
            "サーバーがこの端末を認めません。", "打刻はこのPCに残り、送られません。",
            "fork のあと、現場のページの登録コードで register してください。",
        )  # fmt: skip
    if status != TOO_LARGE:
        raise FailedError(f"サーバーの返事が違います（{status}）。", KEPT, "打刻プログラムを更新してください。")
    return "サーバーがこの端末の署名を認めます"
