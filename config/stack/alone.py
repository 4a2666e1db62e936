"""One program at a time in a folder."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def alone_in(folder: Path, *, otherwise: str) -> Iterator[IO[str]]:
    """Hold a folder: two would stop each other's database. Where another program holds it, end with these words.

    What the holder writes into the file that comes back is told to who comes later.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        sys.exit(
            f"The folder {folder} cannot be written: {error.strerror}. Nothing was started."
            " Make it writable, or work in a clone of your own."
        )
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            sys.exit(f"{otherwise} {lock.read()} Nothing was started.")
        lock.truncate(0)
        yield lock
