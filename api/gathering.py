"""Requests that come at the same moment are answered together, by one thread of their process.

A database can make a hundred small requests durable at the price of a few: they need only be put to it at once. Nobody waits
for others to come: while one group is being answered, the next one gathers. It is always the same thread that answers: its
connection and the plans behind it are the ones that were just in use.
"""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Waiting(Generic[Q, A]):
    """A request whose thread waits for its answer."""

    __slots__ = ("answer", "error", "is_over", "question")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | None = None
        self.error: BaseException | None = None
        self.is_over = Lock()
        self.is_over.acquire()


class Gathering(Generic[Q, A]):
    """Answers what several threads ask by a thread of its own, as far as it can be answered together."""

    def __init__(self, answer_all: Callable[[Sequence[Q]], Sequence[A | None]]) -> None:
        """`answer_all` answers questions in their order, None where one has to be answered alone."""
        self._answer_all = answer_all
        self._waiting: SimpleQueue[_Waiting[Q, A]] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None

    def ask(self, question: Q) -> A | None:
        """The answer to one question; None where its own thread has to find it.

        A failure of the group is raised to the first of it, and the others are left to their own threads.
        """
        own: _Waiting[Q, A] = _Waiting(question)
        self._waiting.put(own)
        if self._thread is None:
            self._start()
        own.is_over.acquire()
        if own.error is not None:
            raise own.error
        return own.answer

    def _start(self) -> None:
        """Begin at the first question: a process that was forked before has none of its parent's threads."""
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._answer_for_ever, name="gathering", daemon=True)
                self._thread.start()

    def _answer_for_ever(self) -> None:
        while True:
            group = self._next_group()
            try:
                for one, answer in zip(group, self._answer_all([one.question for one in group]), strict=True):
                    one.answer = answer
            except BaseException as error:  # noqa: BLE001 -- whatever it was, who waits behind it must be answered
                group[0].error = error
            for one in group:
                one.is_over.release()

    def _next_group(self) -> list[_Waiting[Q, A]]:
        """All that wait, as soon as anybody does."""
        group = [self._waiting.get()]
        try:
            while True:
                group.append(self._waiting.get_nowait())
        except Empty:
            return group
