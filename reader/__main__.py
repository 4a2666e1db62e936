"""The commands: `python -m reader --help`."""

import argparse
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from reader.importing import FileError, read_csv
from reader.numbers import NumberError, card_number, masked
from reader.pcsc import Pcsc, ReaderError
from reader.register import RegistrationError, register
from reader.run import Habits, run
from reader.screen import Screen, say, unsent_line
from reader.selftest import selftest
from reader.send import Sender, State, drain, now, rfc3339
from reader.store import DEFAULT_PATH, NewTouch, Store, StoreError
from reader.web import AddressError, NetworkError

DONE, LATER, WRONG = 0, 1, 2


class SiteError(Exception):
    """The device serves several sites, and none was named."""


def _site(store: Store, asked: str) -> str:
    """The site that a touch is written for: it stays the same touch when the pairing changes later."""
    if asked:
        return asked
    sites = {one.site for one in store.identity().terminals}
    if len(sites) > 1:
        raise SiteError(f"この端末は複数の現場で使えます。--site で選んでください（{'、'.join(sorted(sites))}）。")
    return next(iter(sites), "")


def do_register(store: Store, options: argparse.Namespace) -> int:
    """Register this store as a device."""
    terminals = register(store, url=options.url, code=options.code, name=options.name, allow_http=options.allow_http)
    say("登録しました: " + "、".join(f"{one.name}（現場ID {one.site}）" for one in terminals))
    return DONE


def do_run(store: Store, options: argparse.Namespace) -> int:
    """Read cards until stopped."""
    run(store, Screen(headless=options.headless), Habits(_site(store, options.site), options.direction, options.cards))
    return DONE


def do_touch(store: Store, options: argparse.Namespace) -> int:
    """Keep a touch whose number was typed."""
    number = card_number(options.number)
    touch = NewTouch("card", number, rfc3339(now()), "typed", options.direction, _site(store, options.site))
    store.keep([touch])
    Screen(headless=True).receipt(touch, store.summary())
    return DONE


def do_csv(store: Store, options: argparse.Namespace) -> int:
    """Keep the touches of a file."""
    found = read_csv(options.file, method=options.method, site=_site(store, options.site))
    store.keep(found.touches)
    say(f"{len(found.touches)}件を取り込みました。{unsent_line(store.summary())}")
    for line, message in found.bad:
        say(f"{line}行目は取り込んでいません: {message}")
    return WRONG if found.bad else DONE


def do_send(store: Store, _options: argparse.Namespace) -> int:
    """Send everything now."""
    outcome = drain(Sender(store))
    say(f"{outcome.stored}件を送信しました。{unsent_line(store.summary())}")
    if outcome.refused:
        say(f"{outcome.refused}件は打刻として読み取れないと断られました。status で見られます。")
    if outcome.message:
        say(outcome.message)
    return {State.EMPTY: DONE, State.ACT: WRONG}.get(outcome.state, LATER)


def do_status(store: Store, _options: argparse.Namespace) -> int:
    """Show what waits and what was refused."""
    identity = store.identity()
    places = "、".join(f"{one.name}（現場ID {one.site}）" for one in identity.terminals)
    say(f"端末: {identity.device} {places}" if identity.device else "端末: 登録されていません（register）")
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
        say(f"断られた打刻: {one.touch.touched_at} {masked(one.touch.credential)} {one.code}")
    return DONE


def do_selftest(path: Path, url: str) -> int:
    """Test every part."""
    return DONE if selftest(path, url) else LATER


def do_fork(store: Store, _options: argparse.Namespace) -> int:
    """Become a new device."""
    count = store.fork()
    say(f"新しい記録ファイルになりました。未送信の{count}件は残っています。register で登録してください。")
    return DONE


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = argparse.ArgumentParser(prog="python -m reader", description="ICカードの打刻を読み取り、保存し、送信します。")
    top.add_argument("--store", type=Path, default=DEFAULT_PATH, help="記録ファイル")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, action: Callable[..., int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(action=action)
        return made

    one = command("register", do_register, "端末を登録する")
    one.add_argument("--url", required=True, help="サーバーのアドレス")
    one.add_argument("--code", required=True, help="現場のページに出る登録コード")
    one.add_argument("--name", default=socket.gethostname()[:100] or "reader", help="端末の名前")
    one.add_argument("--allow-http", action="store_true", help="試験のとき、https でないサーバーも使う")
    one = command("run", do_run, "カードを読み続ける")
    _touching(one)
    one.add_argument("--headless", action="store_true", help="画面を使わず、1行ずつ書く")
    one.add_argument("--cards", type=int, default=0, help="この件数で終わる")
    one = command("touch", do_touch, "番号を入力して打刻する")
    one.add_argument("number", help="12345678901821-01 の形")
    _touching(one)
    one = command("csv", do_csv, "CSV（card,touched_at,direction）を取り込む")
    one.add_argument("file", type=Path)
    one.add_argument("--site", default="", help="現場ID")
    one.add_argument("--method", choices=["typed", "card"], default="typed", help="カードから読んだ記録なら card")
    command("send", do_send, "今すぐすべて送信する")
    command("status", do_status, "未送信と断られた打刻を見る")
    command("selftest", do_selftest, "動作を確かめる").add_argument("--url", default="", help="サーバーのアドレス")
    command("fork", do_fork, "複写した記録ファイルを新しい端末にする")
    return top


def _touching(one: argparse.ArgumentParser) -> None:
    one.add_argument("--direction", choices=["", "in", "out"], default="", help="in 入場、out 退場")
    one.add_argument("--site", default="", help="現場ID（複数の現場で使う端末のとき）")


def main(arguments: list[str] | None = None) -> int:
    """Run one command: 0 done, 1 later again, 2 something is wrong."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "selftest":
            return do_selftest(Path(options.store), str(options.url))
        with Store(options.store) as store:
            code: int = options.action(store, options)
            return code
    except NetworkError as error:
        say(str(error))
        return LATER
    except (AddressError, FileError, NumberError, RegistrationError, SiteError, StoreError) as error:
        say(str(error))
        return WRONG


if __name__ == "__main__":
    sys.exit(main())
