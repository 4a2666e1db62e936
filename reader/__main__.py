"""Commands of the reader: `python -m reader --help`."""

import argparse
import csv
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reader.numbers import NumberError, read_number
from reader.pcsc import CardError, Pcsc
from reader.send import SendError, register, send_all, send_batch
from reader.store import Store, StoreBusyError

DEFAULT_STORE = Path.home() / ".local" / "share" / "ccus-reader" / "store.db"
GREEN, RED, PLAIN = "\x1b[1;97;42m", "\x1b[1;97;41m", "\x1b[0m"
LONGEST_PAUSE_SECONDS = 300
SAME_CARD_SECONDS = 3


def say(text: str, colour: str = "") -> None:
    """Print a line; in colour where a person looks."""
    sys.stdout.write(f"{colour}{text}{PLAIN}\n" if colour and sys.stdout.isatty() else f"{text}\n")
    sys.stdout.flush()


def keep_touch(store: Store, credential: dict[str, str], method: str, direction: str, at: datetime) -> int:
    """Keep one touch and show its receipt."""
    content: dict[str, Any] = {**credential, "touched_at": at.isoformat(timespec="milliseconds"), "method": method}
    content["site"] = store.fact("site")
    if direction:
        content["direction"] = direction
    if store.fact("offset_s"):
        content["offset_s"] = float(store.fact("offset_s"))
    seq = store.keep(content, at=at)
    shown = next(iter(credential.values()))[-7:]
    say(f"  読み取りました  …{shown}  {at.astimezone():%H:%M}  未送信 {store.count_waiting()}件  ", GREEN)
    return seq


def run_register(store: Store, options: argparse.Namespace) -> int:
    """Register this store as a device."""
    terminals = register(store, options.url, options.code, options.name)
    say(f"端末を登録しました。打刻する場所：{'、'.join(terminal['name'] for terminal in terminals)}")
    return 0


def run_touch(store: Store, options: argparse.Namespace) -> int:
    """Keep a touch of a typed number."""
    keep_touch(store, {"card": read_number(options.number)}, "typed", options.direction, datetime.now(UTC))
    return 0


def _check_offset(at: datetime) -> None:
    if at.tzinfo is None:
        raise NumberError("時刻に +09:00 などの時差がありません")


def run_csv(store: Store, options: argparse.Namespace) -> int:
    """Keep the touches of a file with the columns card, touched_at, direction. Bad rows are named, good ones kept."""
    kept, bad = 0, 0
    with options.file.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            try:
                at = datetime.fromisoformat((row.get("touched_at") or "").strip())
                _check_offset(at)
                credential = {"card": read_number(row.get("card") or "")}
                keep_touch(store, credential, "typed", (row.get("direction") or "").strip(), at)
                kept += 1
            except (ValueError, NumberError) as error:
                say(f"{line}行目は保存していません：{error}", RED)
                bad += 1
    say(f"{kept}件を保存しました。" + (f"{bad}行を直して、その行だけ読み込み直してください。" if bad else ""))
    return 1 if bad else 0


def run_send(store: Store, _options: argparse.Namespace) -> int:
    """Send everything now."""
    if not store.fact("device"):
        say("端末がまだ登録されていません。register で登録してください。", RED)
        return 1
    sent = send_all(store)
    say(f"{sent.stored}件が届きました。未送信は{sent.waiting}件です。")
    if sent.refused:
        say(f"{sent.refused}件は読み取れない打刻でした。status で確かめてください。", RED)
    return 0


def run_status(store: Store, _options: argparse.Namespace) -> int:
    """Show what waits and what was refused."""
    oldest = store.waiting(1)
    since = f"（最も古いもの {oldest[0].kept_at}）" if oldest else ""
    say(f"未送信 {store.count_waiting()}件{since}")
    for seq, code, content in store.refused():
        say(f"読み取れなかった打刻 {seq} {code} {content}", RED)
    return 0


def run_fork(store: Store, _options: argparse.Namespace) -> int:
    """Become a new store after a copy."""
    store.fork()
    say("新しい端末になりました。register で登録し直すと、未送信の打刻を送れます。")
    return 0


def run_selftest(store: Store, _options: argparse.Namespace) -> int:
    """Say of each part whether it works."""

    def readers() -> str:
        service = Pcsc()
        try:
            return "、".join(service.readers()) or "カードリーダーがつながっていません"
        finally:
            service.close()

    worst = 0
    for label, check in (("カードリーダー", readers), ("記録ファイル", lambda: store.fact("store")[:8]),
                         ("端末の登録", lambda: store.fact("device") or "未登録")):  # fmt: skip
        try:
            say(f"OK  {label}  {check()}")
        except CardError as error:
            say(f"NG  {label}  {error}", RED)
            worst = 1
    return worst


def run_reader(store: Store, options: argparse.Namespace) -> int:
    """Read cards until stopped; send whenever the server can be reached."""
    service, pause, next_send, taken = Pcsc(), 1.0, 0.0, 0
    try:
        while not options.cards or taken < options.cards:
            names = service.readers()
            if names and service.wait(names[0], present=True, seconds=1):
                taken += _take(service, names[0], store, options.direction)
                service.wait(names[0], present=False, seconds=SAME_CARD_SECONDS)
            elif not names:
                time.sleep(1)
            if store.fact("device") and store.count_waiting() and time.monotonic() >= next_send:
                pause = _try_to_send(store, pause)
                next_send = time.monotonic() + pause
    finally:
        service.close()
    return 0


def _take(service: Pcsc, reader: str, store: Store, direction: str) -> int:
    at = datetime.now(UTC)
    try:
        with service.card(reader) as card:
            credential = card.credential()
    except CardError as error:
        say(f"  {error}  ", RED)
        return 0
    keep_touch(store, credential, "card", direction, at)
    return 1


def _try_to_send(store: Store, pause: float) -> float:
    """Send one batch; returns the pause before the next try, longer after each failure."""
    try:
        sent = send_batch(store)
    except SendError as error:
        say(f"{error} 未送信 {store.count_waiting()}件")
        return min(pause * 2, LONGEST_PAUSE_SECONDS)
    say(f"送信しました。未送信 {sent.waiting}件")
    return 1.0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="reader", description="カードを読み取り、打刻を保存して送ります。")
    top.add_argument("--store", type=Path, default=DEFAULT_STORE, help="記録ファイル")
    commands = top.add_subparsers(required=True)

    def command(name: str, action: Callable[[Store, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(action=action)
        return made

    made = command("register", run_register, "端末を登録する")
    made.add_argument("--url", required=True, help="サーバーのアドレス")
    made.add_argument("--code", required=True, help="現場のページで出した登録コード")
    made.add_argument("--name", default="カードリーダー", help="端末の名前")
    made = command("run", run_reader, "カードを読み取る")
    made.add_argument("--direction", choices=["", "in", "out"], default="")
    made.add_argument("--cards", type=int, default=0, help="この枚数で終わる（0は止めるまで）")
    made = command("touch", run_touch, "番号を入力して打刻する")
    made.add_argument("number")
    made.add_argument("--direction", choices=["", "in", "out"], default="")
    command("csv", run_csv, "CSVから打刻を取り込む").add_argument("file", type=Path)
    command("send", run_send, "未送信の打刻を送る")
    command("status", run_status, "未送信の件数を見る")
    command("selftest", run_selftest, "動作を確かめる")
    command("fork", run_fork, "複写した記録ファイルを、新しい端末にする")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        with Store(options.store) as store:
            status: int = options.action(store, options)
    except StoreBusyError:
        say("この記録ファイルは、別の読み取りプログラムが使っています。", RED)
        return 2
    except (SendError, NumberError, CardError) as error:
        say(str(error), RED)
        return 1
    except KeyboardInterrupt:
        say("終了しました。保存した打刻は、次に動かしたときに送ります。")
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main())
