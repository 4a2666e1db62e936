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
from reader.sites import SiteError
from reader.store import DEFAULT_PATH, Store, StoreError
from reader.texts import JAPANESE, LANGUAGES, argparse_speaking, phrase, speak
from reader.web import AddressError, NetworkError

PROGRAM = "python -m reader"


def _language() -> argparse.ArgumentParser:
    """The option that is read before all others: help and errors are written in its language."""
    first = argparse.ArgumentParser(prog=PROGRAM, add_help=False)
    first.add_argument("--language", choices=LANGUAGES, default=JAPANESE, help=phrase("reader.option.language"))
    return first


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    top = argparse.ArgumentParser(prog=PROGRAM, description=phrase("reader.command.about"), parents=[_language()])
    top.add_argument("--store", type=Path, default=DEFAULT_PATH, help=phrase("reader.option.store"))
    subparsers = top.add_subparsers(dest="command", required=True)

    def command(name: str, action: Callable[..., int]) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=phrase(f"reader.command.{name}"))
        made.set_defaults(action=action)
        return made

    one = command("register", commands.do_register)
    one.add_argument("--url", default="", help=phrase("reader.option.url"))
    one.add_argument("--code", default="", help=phrase("reader.option.code"))
    one.add_argument("--qr-text", default="", help=phrase("reader.option.qr_text"))
    one.add_argument("--name", default=commands.OWN_NAME, help=phrase("reader.option.name"))
    one.add_argument("--allow-http", action="store_true", help=phrase("reader.option.allow_http"))
    one = command("run", commands.do_run)
    _touching(one)
    one.add_argument("--headless", action="store_true", help=phrase("reader.option.headless"))
    one.add_argument("--window", action="store_true", help=phrase("reader.option.window"))
    one.add_argument("--port", type=int, default=0, help=phrase("reader.option.port"))
    one.add_argument("--cards", type=int, default=0, help=phrase("reader.option.cards"))
    one = command("touch", commands.do_touch)
    one.add_argument("number", help=phrase("reader.option.number"))
    _touching(one)
    one = command("csv", commands.do_csv)
    one.add_argument("file", type=Path)
    _logging(one)
    _logging(command("lines", commands.do_lines))
    command("send", commands.do_send)
    command("status", commands.do_status)
    command("selftest", commands.do_selftest).add_argument("--url", default="", help=phrase("reader.option.url"))
    command("rotate", commands.do_rotate)
    command("fork", commands.do_fork)
    return top


def _touching(one: argparse.ArgumentParser) -> None:
    one.add_argument("--direction", choices=["", "in", "out"], default="", help=phrase("reader.option.direction"))
    one.add_argument("--site", default="", help=phrase("reader.option.site"))


def _logging(one: argparse.ArgumentParser) -> None:
    one.add_argument("--site", default="", help=phrase("reader.option.site"))
    one.add_argument("--method", choices=["typed", "card"], default="typed", help=phrase("reader.option.method"))


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    """What was asked for; from here on its language is spoken."""
    speak(JAPANESE)
    with argparse_speaking():
        first, rest = _language().parse_known_args(arguments)
    speak(first.language)
    with argparse_speaking():
        return parser().parse_args(rest)


def main(arguments: list[str] | None = None) -> int:
    """Run one command: 0 done, 1 later again, 2 something is wrong."""
    options = _parsed(arguments)
    try:
        if options.command == "selftest":
            return commands.do_selftest(Path(options.store), str(options.url))
        with Store(options.store) as store:
            code: int = options.action(store, options)
            return code
    except NetworkError as error:
        say(str(error))
        return commands.LATER
    except (AddressError, FileError, NumberError, RegistrationError, SiteError, StoreError) as error:
        say(str(error))
        return commands.WRONG


if __name__ == "__main__":
    sys.exit(main())
