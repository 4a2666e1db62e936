"""Requests that come at the same moment are answered together: the first does the work of all that wait behind it.

A database can make a hundred small requests durable at the price of a few: they need only be put to it at once. Nobody waits
for others to come: while one group is being answered, the next one gathers.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Waiting(Generic[Q, A]):
    """A request that waits until it is answered, or until it is its turn to lead."""

    __slots__ = ("answers", "failure", "question", "turn")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.turn = Lock()
        self.turn.acquire()
        self.answers: list[A] = []
        self.failure: Exception | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.answers) or self.failure is not None


class Gathering(Generic[Q, A]):
    """Answers what several threads ask, at most `most` at once, by one thread at a time."""

    def __init__(self, answer_all: Callable[[Sequence[Q]], Sequence[A]], *, most: int) -> None:
        """`answer_all` answers questions in their order, and may be asked the same one again."""
        self._answer_all, self._most = answer_all, most
        self._waiting: deque[_Waiting[Q, A]] = deque()
        self._guard = Lock()
        self._is_led = False

    def ask(self, question: Q) -> A:
        """The answer to one question. Raises what it fails with."""
        own: _Waiting[Q, A] = _Waiting(question)
        with self._guard:
            self._waiting.append(own)
            waits, self._is_led = self._is_led, True
        if waits:
            own.turn.acquire()
        if not own.is_done:
            self._lead()
        if own.failure is not None:
            raise own.failure
        return own.answers[0]

    def _lead(self) -> None:
        """Answer the first who wait, of whom the caller is one, and let the next one lead the others."""
        with self._guard:
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        self._answer(group)
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        for one in [*group, *([following] if following else [])]:
            one.turn.release()

    def _answer(self, group: Sequence[_Waiting[Q, A]]) -> None:
        """Answer a group; where that fails, each alone: a failure reaches only whom it concerns."""
        try:
            for one, answer in zip(group, self._answer_all([one.question for one in group]), strict=True):
                one.answers.append(answer)
        except Exception as failure:  # noqa: BLE001 -- raised again where the question was asked
            if len(group) == 1:
                group[0].failure = failure
                return
            for one in group:
                self._answer([one])
