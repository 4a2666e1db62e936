"""The commands: `python -m reader --help`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from reader import commands
from reader.importing import FileError
from reader.numbers import NumberError
from reader.register import RegistrationError
from reader.screen import say
from reader.store import DEFAULT_PATH, Store, StoreError
from reader.web import AddressError, NetworkError


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = argparse.ArgumentParser(prog="python -m reader", description="ICカードの打刻を読み取り、保存し、送信します。")
    top.add_argument("--store", type=Path, default=DEFAULT_PATH, help="記録ファイル")
    subparsers = top.add_subparsers(dest="command", required=True)

    def command(name: str, action: Callable[..., int], text: str) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=text)
        made.set_defaults(action=action)
        return made

    one = command("register", commands.do_register, "端末を登録する。登録済みの端末なら、別の場所でも使えるようにする")
    one.add_argument("--url", default="", help="サーバーのアドレス")
    one.add_argument("--code", default="", help="現場のページに出る登録コード")
    one.add_argument("--qr-text", default="", help="現場のページのQRコードの文字（アドレスとコードが入っている）")
    one.add_argument("--name", default=commands.OWN_NAME, help="端末の名前")
    one.add_argument("--allow-http", action="store_true", help="試験のとき、https でないサーバーも使う")
    one = command("run", commands.do_run, "カードを読み続ける")
    _touching(one)
    one.add_argument("--headless", action="store_true", help="画面を使わず、1行ずつ書く")
    one.add_argument(
        "--window", action="store_true", help="ブラウザーの全画面に表示する（--headless では開かずに待つ）"
    )
    one.add_argument("--port", type=int, default=0, help="画面のポート番号")
    one.add_argument("--cards", type=int, default=0, help="この件数で終わる")
    one = command("touch", commands.do_touch, "番号を入力して打刻する")
    one.add_argument("number", help="12345678901821-01 の形")
    _touching(one)
    one = command("csv", commands.do_csv, "CSV（card,touched_at,direction）を取り込む")
    one.add_argument("file", type=Path)
    _logging(one)
    one = command("lines", commands.do_lines, "標準入力の行（card,touched_at,direction）を打刻として保存し、送信する")
    _logging(one)
    command("send", commands.do_send, "今すぐすべて送信する")
    command("status", commands.do_status, "未送信と断られた打刻を見る")
    command("selftest", commands.do_selftest, "動作を確かめる").add_argument(
        "--url", default="", help="サーバーのアドレス"
    )
    command("rotate", commands.do_rotate, "署名の鍵を新しくする")
    command("fork", commands.do_fork, "複写した記録ファイルを新しい端末にする")
    return top


def _touching(one: argparse.ArgumentParser) -> None:
    one.add_argument("--direction", choices=["", "in", "out"], default="", help="in 入場、out 退場")
    one.add_argument("--site", default="", help="現場ID（複数の現場で使う端末のとき）")


def _logging(one: argparse.ArgumentParser) -> None:
    one.add_argument("--site", default="", help="現場ID（複数の現場で使う端末のとき）")
    one.add_argument("--method", choices=["typed", "card"], default="typed", help="カードから読んだ記録なら card")


def main(arguments: list[str] | None = None) -> int:
    """Run one command: 0 done, 1 later again, 2 something is wrong."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "selftest":
            return commands.do_selftest(Path(options.store), str(options.url))
        with Store(options.store) as store:
            code: int = options.action(store, options)
            return code
    except NetworkError as error:
        say(str(error))
        return commands.LATER
    except (AddressError, FileError, NumberError, RegistrationError, commands.SiteError, StoreError) as error:
        say(str(error))
        return commands.WRONG


if __name__ == "__main__":
    sys.exit(main())
