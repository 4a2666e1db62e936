"""The self-test: each part of the way from card to server, OK or NG, with what to do."""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from reader.pcsc import Pcsc, ReaderError
from reader.screen import say
from reader.send import UNAUTHORISED, now, sign
from reader.store import Identity, Store, StoreError
from reader.web import NetworkError, get, post

MOST_OFFSET_S = 60.0
TIMEOUT_S = 10.0


class FailedError(Exception):
    """A part does not work; the message says what to do."""


def selftest(path: Path, url: str = "") -> bool:
    """Say of every part whether it works. True when all do."""
    return all([_say(name, check) for name, check in _checks(path, url)])  # noqa: C419 -- all are said, not up to the first NG


def _say(name: str, check: Callable[[], str]) -> bool:
    try:
        say(f"OK  {name}  {check()}")
    except (FailedError, ReaderError, StoreError, NetworkError) as error:
        say(f"NG  {name}  {error}")
        return False
    return True


def _checks(path: Path, url: str) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "カードリーダーのサービス", _service
    yield "カードリーダー", _readers
    yield "記録ファイル", lambda: _store(path)
    yield "端末の登録", lambda: _registration(path)
    yield "サーバー", lambda: _server(_address(path, url))
    yield "時計", lambda: _clock(_address(path, url))


def _service() -> str:
    Pcsc().close()
    return "pcscd が動いています"


def _readers() -> str:
    pcsc = Pcsc()
    try:
        names = pcsc.readers()
    finally:
        pcsc.close()
    if not names:
        raise FailedError("見つかりません。USBケーブルと、リーダーのドライバーを確かめてください。")
    return "、".join(names)


def _store(path: Path) -> str:
    with Store(path) as store:
        store.keep([])  # a transaction like that of a touch, without one
        return f"{store.path} に書けます"


def _identity(path: Path) -> Identity:
    with Store(path) as store:
        return store.identity()


def _address(path: Path, url: str) -> str:
    found = url or _identity(path).url
    if not found:
        raise FailedError("サーバーが決まっていません。register で登録するか、--url を付けてください。")
    return found


def _registration(path: Path) -> str:
    """Ask with a rightly signed batch of nothing: it keeps nothing, and only a known device gets past 401."""
    identity = _identity(path)
    if not identity.device:
        raise FailedError("登録されていません。現場のページで登録コードを出し、register で登録してください。")
    body = f'{{"store":"{identity.store}","touches":[]}}'.encode()
    headers = {"Device": identity.device, "Signature": sign(identity.secret, body)}
    if post(f"{identity.url}/api/v1/touches", body, headers, TIMEOUT_S).status == UNAUTHORISED:
        raise FailedError("サーバーがこの端末を認めません。fork のあと register で登録し直してください。")
    return f"端末 {identity.device}  " + "、".join(one.name for one in identity.terminals)


def _server(url: str) -> str:
    status = get(f"{url}/healthz", TIMEOUT_S).status
    if status != 200:  # noqa: PLR2004 -- HTTP's own number
        raise FailedError(f"{url} が正しく応答しません（{status}）。アドレスとネットワークを確かめてください。")
    return f"{url} につながります"


def _clock(url: str) -> str:
    began = now()
    reply = get(f"{url}/healthz", TIMEOUT_S)
    told = _date(reply.headers.get("date", ""))
    if told is None:
        return "サーバーが時刻を言わないため、確かめていません"
    offset = (began + (now() - began) / 2 - told).total_seconds()
    if abs(offset) > MOST_OFFSET_S:
        raise FailedError(f"サーバーと{abs(offset):.0f}秒ずれています。PCの時刻を自動で合わせる設定にしてください。")
    return f"サーバーとのずれは{abs(offset):.0f}秒です"


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
