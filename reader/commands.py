"""What the commands do. Each returns the exit code: 0 done, 1 later again, 2 something is wrong."""

import argparse
import socket
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from reader.importing import read_csv
from reader.lines import take_lines
from reader.numbers import NumberError, card_number, masked
from reader.pcsc import Pcsc, ReaderError
from reader.records import NewTouch, Terminal
from reader.register import RegistrationError, read_qr_text, register, register_text, rotate
from reader.run import Habits, Shared, run, sending, typed_credential
from reader.screen import Face, Lines, Screen, receipt, say, unsent_line
from reader.selftest import selftest
from reader.send import Sender, State, drain, now, rfc3339
from reader.store import Store, StoreError
from reader.texts import remedy_of
from reader.web import AddressError, NetworkError
from reader.window import Answers, Window, opened

DONE, LATER, WRONG = 0, 1, 2
OWN_NAME = socket.gethostname()[:100] or "reader"


class SiteError(Exception):
    """The device serves several sites, and none was named."""


def _site(store: Store, asked: str) -> str:
    """The site that a touch is written for: it stays the same touch when the pairing changes later."""
    if asked:
        return asked
    sites = {one.site for one in store.identity().terminals}
    if len(sites) > 1:
        raise SiteError(f"この端末は複数の現場で使えます。--site で選んでください（{'、'.join(sorted(sites))}）。")
    return store.only_site()


def _places(terminals: Iterable[Terminal]) -> str:
    return "、".join(f"{one.name}（現場ID {one.site}）" for one in terminals)


def do_register(store: Store, options: argparse.Namespace) -> int:
    """Register this store as a device, or for a further place."""
    url, code = read_qr_text(options.qr_text) if options.qr_text else (options.url, options.code)
    if not url or not code:
        raise RegistrationError("--url と --code、または --qr-text を付けてください。")
    say(
        "登録しました: "
        + _places(register(store, url=url, code=code, name=options.name, allow_http=options.allow_http))
    )
    return DONE


def do_run(store: Store, options: argparse.Namespace) -> int:
    """Read cards until stopped."""
    habits, shared = Habits(_site(store, options.site), options.direction, options.cards), Shared()
    with ExitStack() as stack:
        run(store, _faces(store, options, shared, stack), habits, shared)
    return DONE


def _faces(store: Store, options: argparse.Namespace, shared: Shared, stack: ExitStack) -> list[Face]:
    if not options.window:
        return [Lines() if options.headless or not sys.stdout.isatty() else Screen()]
    window = Window(_answers(store.path, shared, options.site))
    address = stack.enter_context(window.serving(options.port))
    say(f"画面: {address}")
    if not options.headless:
        stack.enter_context(opened(address))
    return [window, Lines()]


def _answers(path: Path, shared: Shared, site: str) -> Answers:
    """What the window may do; its threads open the store anew."""

    def typed(text: str) -> str:
        try:
            typed_credential(text.strip())
        except NumberError as error:
            return str(error)
        shared.typed.put(text.strip())
        return ""

    def registered(text: str) -> str:
        try:
            with Store(path) as store:
                register_text(store, text, name=OWN_NAME)
        except (AddressError, NetworkError, RegistrationError, StoreError) as error:
            return str(error)
        return ""

    def place() -> str:
        with Store(path) as store:
            terminals = store.identity().terminals
        return "、".join(one.name for one in terminals if site in {"", one.site})

    return Answers(typed, registered, place)


def do_lines(store: Store, options: argparse.Namespace) -> int:
    """Keep what a logging reader writes, and send beside it."""
    shared, site = Shared(), _site(store, options.site)
    with sending(store.path, shared):
        bad = take_lines(store, sys.stdin.buffer, shared, site=site, method=options.method)
    say(unsent_line(store.summary()))
    return WRONG if bad else DONE


def do_touch(store: Store, options: argparse.Namespace) -> int:
    """Keep a touch whose number was typed."""
    number = card_number(options.number)
    touch = NewTouch("card", number, rfc3339(now()), "typed", options.direction, _site(store, options.site))
    store.keep([touch])
    Lines().show(receipt(touch, "", store.summary()))
    return DONE


def do_csv(store: Store, options: argparse.Namespace) -> int:
    """Keep the touches of a file."""
    found = read_csv(options.file, method=options.method, site=_site(store, options.site))
    store.keep(found.touches)
    say(f"{len(found.touches):,}件を取り込みました。{unsent_line(store.summary())}")
    for line, message in found.bad:
        say(f"{line}行目は取り込んでいません: {message}")
    return WRONG if found.bad else DONE


def do_send(store: Store, _options: argparse.Namespace) -> int:
    """Send everything now."""
    outcome = drain(Sender(store))
    say(f"{outcome.stored:,}件を送信しました。{unsent_line(store.summary())}")
    if outcome.refused:
        say(f"{outcome.refused}件は打刻として読み取れないと断られました。status で見られます。")
    if outcome.message:
        say(outcome.message)
    return {State.EMPTY: DONE, State.ACT: WRONG}.get(outcome.state, LATER)


def do_status(store: Store, _options: argparse.Namespace) -> int:
    """Show what waits, what was refused and what was no touch, each with its remedy."""
    identity = store.identity()
    say(
        f"端末: {identity.device} {_places(identity.terminals)}"
        if identity.device
        else "端末: 登録されていません（register）"
    )
    say(unsent_line(store.summary()))
    try:
        pcsc = Pcsc()
        names = pcsc.readers()
        pcsc.close()
    except ReaderError as error:
        say(f"カードリーダー: {error}")
    else:
        say(f"カードリーダー: {'、'.join(names) or '見つかりません'}")
    for one in store.refused():
        say(f"断られた打刻: {one.touch.touched_at} {masked(one.touch.credential)} {remedy_of(one.code)}（{one.code}）")
    for line in store.unread():
        say(f"読めなかった行: {line.at} {line.line} {line.cause}")
    return DONE


def do_selftest(path: Path, url: str) -> int:
    """Test every part."""
    return DONE if selftest(path, url) else LATER


def do_rotate(store: Store, _options: argparse.Namespace) -> int:
    """Change the secret."""
    rotate(store)
    say("署名の鍵を替えました。次の送信から新しい鍵を使います。")
    return DONE


def do_fork(store: Store, _options: argparse.Namespace) -> int:
    """Become a new device."""
    count = store.fork(store.identity().store)
    say(f"新しい記録ファイルになりました。未送信の{count:,}件は残っています。register で登録してください。")
    return DONE
