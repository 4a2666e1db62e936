"""How log lines look. Nothing that a person typed gets into them: an exception shows where it happened, not what it says."""

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """One line for what happened, and for an exception its kind and its way through the code.

    The message of an exception is left out: of a broken constraint it holds the row, of a wrong value the value.
    """

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 -- the library's name
        """Write a moment in UTC."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what another handler made of its exception is not taken over."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 -- the name of the library
        """Write an exception and those it came from, the first one first."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            kind = type(error)
            lines = [*traceback.format_tb(error.__traceback__), f"{kind.__module__}.{kind.__qualname__}\n", *lines]
            error = error.__cause__ or error.__context__
        return "".join(lines).rstrip()
