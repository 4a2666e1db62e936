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
    """A request that waits until it was asked, or until it is its turn to lead."""

    __slots__ = ("answer", "is_asked", "question", "turn")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.turn = Lock()
        self.turn.acquire()
        self.answer: A | None = None
        self.is_asked = False


class Gathering(Generic[Q, A]):
    """Answers what several threads ask, by one thread at a time, as far as it can be answered together."""

    def __init__(self, answer_all: Callable[[Sequence[Q]], Sequence[A | None]]) -> None:
        """`answer_all` answers questions in their order, None where one has to be answered alone."""
        self._answer_all = answer_all
        self._waiting: deque[_Waiting[Q, A]] = deque()
        self._guard = Lock()
        self._is_led = False

    def ask(self, question: Q) -> A | None:
        """The answer to one question; None where its own thread has to find it.

        A failure of the group is raised to who leads it, and the others are left to their own threads.
        """
        own: _Waiting[Q, A] = _Waiting(question)
        with self._guard:
            self._waiting.append(own)
            waits, self._is_led = self._is_led, True
        if waits:
            own.turn.acquire()
        if not own.is_asked:
            self._lead()
        return own.answer

    def _lead(self) -> None:
        """Answer all who wait, of whom the caller is one; then the first of those who came meanwhile leads."""
        with self._guard:
            group = [*self._waiting]
            self._waiting.clear()
        try:
            for one, answer in zip(group, self._answer_all([one.question for one in group]), strict=True):
                one.answer = answer
        finally:
            self._release(group)

    def _release(self, group: Sequence[_Waiting[Q, A]]) -> None:
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        for one in group:
            one.is_asked = True
        for one in [*group, *([following] if following else [])]:
            one.turn.release()
