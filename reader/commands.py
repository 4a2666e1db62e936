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
from reader.sites import site_by_time, site_for
from reader.store import Store, StoreError
from reader.texts import listed, phrase
from reader.web import AddressError, NetworkError
from reader.window import Answers, Window, opened

DONE, LATER, WRONG = 0, 1, 2
REFUSED_CODES = frozenset({"TOUCH_SHAPE", "TOUCH_ID_SHAPE", "TOUCH_ID_CHECK_DIGIT", "TOUCH_ID_KIND"})
OWN_NAME = socket.gethostname()[:100] or "reader"


def _places(terminals: Iterable[Terminal]) -> str:
    return listed(phrase("reader.place", name=one.name, site=one.site) for one in terminals)


def _remedy_of(code: str) -> str:
    """What to do about a touch that the server refused with a code."""
    return phrase(f"reader.refused.{code if code in REFUSED_CODES else 'OTHER'}")


def do_register(store: Store, options: argparse.Namespace) -> int:
    """Register this store as a device, or for a further place."""
    url, code = read_qr_text(options.qr_text) if options.qr_text else (options.url, options.code)
    if not url or not code:
        raise RegistrationError(phrase("reader.register.url_and_code"))
    terminals = register(store, url=url, code=code, name=options.name, allow_http=options.allow_http)
    say(phrase("reader.register.done", places=_places(terminals)))
    return DONE


def do_run(store: Store, options: argparse.Namespace) -> int:
    """Read cards until stopped."""
    site_for(store, options.site)  # said before anybody touches
    habits, shared = Habits(options.site, options.direction, options.cards), Shared()
    with ExitStack() as stack:
        run(store, _faces(store, options, shared, stack), habits, shared)
    return DONE


def _faces(store: Store, options: argparse.Namespace, shared: Shared, stack: ExitStack) -> list[Face]:
    if not options.window:
        return [Lines() if options.headless or not sys.stdout.isatty() else Screen()]
    window = Window(_answers(store.path, shared, options.site))
    address = stack.enter_context(window.serving(options.port))
    say(phrase("reader.run.window_at", address=address))
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
        return listed(one.name for one in terminals if site in {"", one.site})

    return Answers(typed, registered, place)


def do_lines(store: Store, options: argparse.Namespace) -> int:
    """Keep what a logging reader writes, and send beside it."""
    site_for(store, options.site)  # said before the first line is taken
    shared = Shared()
    with sending(store.path, shared):
        bad = take_lines(store, sys.stdin.fileno(), shared, site=options.site, method=options.method)
    say(unsent_line(store.summary()))
    return WRONG if bad else DONE


def do_touch(store: Store, options: argparse.Namespace) -> int:
    """Keep a touch whose number was typed."""
    number = card_number(options.number)
    touch = NewTouch("card", number, rfc3339(now()), "typed", options.direction, site_for(store, options.site))
    store.keep([touch])
    Lines().show(receipt(touch, "", store.summary()))
    return DONE


def do_csv(store: Store, options: argparse.Namespace) -> int:
    """Keep the touches of a file."""
    found = read_csv(options.file, method=options.method, site=site_by_time(store, options.site))
    store.keep(found.touches)
    say(phrase("reader.csv.done", count=len(found.touches), unsent=unsent_line(store.summary())))
    for line, message in found.bad:
        say(phrase("reader.csv.bad", line=line, cause=message))
    return WRONG if found.bad else DONE


def do_send(store: Store, _options: argparse.Namespace) -> int:
    """Send everything now."""
    outcome = drain(Sender(store))
    say(phrase("reader.send.done", count=outcome.stored, unsent=unsent_line(store.summary())))
    if outcome.refused:
        say(phrase("reader.send.refused", count=outcome.refused))
    if outcome.message:
        say(outcome.message)
    return {State.EMPTY: DONE, State.ACT: WRONG}.get(outcome.state, LATER)


def do_status(store: Store, _options: argparse.Namespace) -> int:
    """Show what waits, what was refused and what was no touch, each with its remedy."""
    identity = store.identity()
    known = phrase("reader.status.device", device=identity.device, places=_places(identity.terminals))
    say(known if identity.device else phrase("reader.status.no_device"))
    say(unsent_line(store.summary()))
    say(phrase("reader.status.readers", readers=_readers()))
    for one in store.refused():
        at, card, remedy = one.touch.touched_at, masked(one.touch.credential), _remedy_of(one.code)
        say(phrase("reader.status.refused", at=at, card=card, remedy=remedy, code=one.code))
    for line in store.unread():
        say(phrase("reader.status.unread", at=line.at, line=line.line, cause=line.cause))
    return DONE


def _readers() -> str:
    """The card readers that are plugged in, or why none can be used."""
    try:
        pcsc = Pcsc()
        names = pcsc.readers()
        pcsc.close()
    except ReaderError as error:
        return str(error)
    return listed(names) or phrase("reader.status.no_readers")


def do_selftest(path: Path, url: str) -> int:
    """Test every part."""
    return DONE if selftest(path, url) else LATER


def do_rotate(store: Store, _options: argparse.Namespace) -> int:
    """Change the secret."""
    rotate(store)
    say(phrase("reader.rotate.done"))
    return DONE


def do_fork(store: Store, _options: argparse.Namespace) -> int:
    """Become a new device."""
    count = store.fork(store.identity().store)
    say(phrase("reader.fork.done", count=count))
    return DONE
