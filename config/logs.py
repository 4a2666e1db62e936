"""How log lines look. Nothing that a person typed gets into them: an exception shows where it happened, not what it says."""

import logging
import re
import time
import traceback

# Addresses with a secret in them: that of a gate's screen, which a failing server would write every few seconds, and
# a poster's code.
_SECRET = re.compile(r"(?<=/)(screen|scan)/[^/\s]+")


class QuietFormatter(logging.Formatter):
    """One line for what happened, and for an exception its kind and its way through the code.

    The message of an exception is left out: of a broken constraint it holds the row, of a wrong value the value. So is
    the secret of an address.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d+00:00"

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what another handler made of its exception is not taken over."""
        record.exc_text = _way(record.exc_info[1]) if record.exc_info else None
        return _SECRET.sub(r"\1/…", super().format(record))


def _way(error: BaseException | None) -> str:
    """An exception and those it came from, the first one first."""
    lines: list[str] = []
    while error is not None:
        kind = type(error)
        lines = [*traceback.format_tb(error.__traceback__), f"{kind.__module__}.{kind.__qualname__}\n", *lines]
        error = error.__cause__ or error.__context__
    return "".join(lines).rstrip()
