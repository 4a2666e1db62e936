"""The window: a page for a browser on this PC, full screen at the gate. Nobody else's address reaches it.

Without script it loads itself anew; with script it waits for the next view, sounds, and says when the program stopped.
"""

import html
import json
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from reader.screen import Tone, View
from reader.texts import phrase, spoken

PAGE = (Path(__file__).parent / "window.html").read_text(encoding="utf-8")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
MOST_BYTES, MOST_SIGNS = 2048, 200
WAIT_S = 20.0
_GAP = re.compile(r"\{\{([\w.]+)\}\}")  # a key of the texts, or with no dot in it a value
SIGNS = {
    Tone.READY: '<rect x="6" y="14" width="36" height="24" rx="3"/><path d="M6 22h36M12 31h10"/>',
    Tone.TAKEN: '<path d="M8 26l11 11 21-25"/>',
    Tone.FAILED: '<path d="M12 12l24 24M36 12L12 36"/>',
    Tone.CLOSED: '<circle cx="24" cy="24" r="18"/><path d="M12 36L36 12"/>',
}


@dataclass(frozen=True)
class Answers:
    """What the window may ask of the program: the two that take what was typed answer why not, or nothing."""

    typed: Callable[[str], str]
    registered: Callable[[str], str]
    place: Callable[[], str]  # where this reader is; empty while it is not registered and needs a code


class Window:
    """Shows views in a browser. It is a face like the terminal."""

    def __init__(self, answers: Answers) -> None:
        """Show nothing yet."""
        self.answers = answers
        self._view = View(Tone.READY, phrase("reader.screen.starting"))
        self._version = 0
        self._changed = threading.Condition()

    def show(self, view: View) -> None:
        """Show a view, also to those who wait for it."""
        with self._changed:
            self._view, self._version = view, self._version + 1
            self._changed.notify_all()

    def wait(self, after: int) -> tuple[int, View]:
        """The view that follows a version; after a while the present one, so that no browser gives up."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != after, WAIT_S)
            return self._version, self._view

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve on this PC alone; gives the address."""
        handler: type[_Handler] = type("Handler", (_Handler,), {"window": self})
        with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            server.daemon_threads, server.block_on_close = True, False
            handler.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()


@contextmanager
def opened(address: str) -> Iterator[None]:
    """Show an address full screen in a browser of its own; where none is known, in the usual one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        webbrowser.open(address)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ccus-reader-", ignore_cleanup_errors=True) as profile:
        options = [
            "--kiosk",
            "--no-first-run",
            "--autoplay-policy=no-user-gesture-required",
            f"--user-data-dir={profile}",
        ]
        browser = subprocess.Popen([found, *options, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(10)


def shown(view: View) -> str:
    """A view as the page holds it."""
    lines = "".join(f"<p class=line>{html.escape(line)}</p>" for line in view.lines)
    notes = "".join(f'<p class="{"alert" if one.act else "note"}">{html.escape(one.text)}</p>' for one in view.notes)
    big = f"<p class=big>{html.escape(view.big)}</p>" if view.big else ""
    sign = f'<svg viewBox="0 0 48 48" aria-hidden="true">{SIGNS[view.tone]}</svg>'
    return (
        f"<div class=middle>{sign}<h1>{html.escape(view.title)}</h1>{big}{lines}</div>"
        f"<div class=foot>{notes}<p class=unsent>{html.escape(view.unsent)}</p></div>"
    )


def _unregistered() -> str:
    """What stands for the place as long as there is none."""
    return phrase("reader.window.unregistered")


class _Handler(BaseHTTPRequestHandler):
    window: Window
    port: int
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if not self._is_ours():
            self._answer(403, b"")
        elif path == "/":
            self._page()
        elif path == "/next":
            self._next(parse_qs(query).get("after", [""])[0])
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not self._is_ours() or not size.isdigit() or int(size) > MOST_BYTES:
            self.close_connection = True
            self._answer(403, b"")
            return
        form = parse_qs(self.rfile.read(int(size)).decode("utf-8", "replace"))
        answers = {"/typed": self.window.answers.typed, "/code": self.window.answers.registered}
        if self.path not in answers:
            self._answer(404, b"")
            return
        text = form.get("text", [""])[0][:MOST_SIGNS]
        wrong = answers[self.path](text)
        if self.headers.get("Accept") == "text/plain":
            self._answer(422 if wrong else 200, wrong.encode(), "text/plain; charset=utf-8")
        elif wrong:
            self._page(**{self.path[1:]: text, f"{self.path[1:]}_wrong": wrong}, status=422)
        else:
            self._answer(303, b"", location="/")

    def _is_ours(self) -> bool:
        """No page of another address may read the window or type into it."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = self.headers.get("Origin")
        return self.headers.get("Host") in hosts and (origin is None or origin.removeprefix("http://") in hosts)

    def _page(self, *, status: int = 200, **fields: str) -> None:
        """The whole page; `fields` are what was typed, and what is wrong with it."""
        version, view = self.window.wait(-1)
        place = self.window.answers.place()
        nonce = secrets.token_urlsafe(16)
        values = {
            "nonce": nonce, "language": spoken(), "tone": view.tone.value, "version": str(version), "view": shown(view),
            "place": html.escape(place or _unregistered()), "code_hidden": "hidden" if place else "",
            **{name: html.escape(fields.get(name, "")) for name in ("typed", "typed_wrong", "code", "code_wrong")},
        }  # fmt: skip
        page = _GAP.sub(lambda found: html.escape(phrase(found[1])) if "." in found[1] else values[found[1]], PAGE)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        self._answer(status, page.encode(), "text/html; charset=utf-8", policy=policy)

    def _next(self, after: str) -> None:
        version, view = self.window.wait(int(after) if after.isascii() and after.isdigit() else -1)
        place = self.window.answers.place()
        found = {
            "version": version, "tone": view.tone.value, "view": shown(view),
            "needs_code": not place, "place": place or _unregistered(),
        }  # fmt: skip
        self._answer(200, json.dumps(found).encode(), "application/json")

    def _answer(
        self, status: int, body: bytes, kind: str = "text/plain", *, policy: str = "", location: str = ""
    ) -> None:
        headers = {
            "Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": policy, "Location": location,
        }  # fmt: skip
        try:
            self.send_response(status)
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # the browser went away while it waited
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Names are shown, not logged."""
