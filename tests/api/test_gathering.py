"""Questions of several threads, answered together."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from api.gathering import Gathering


class Counter:
    """Answers numbers with their doubles, once it may, and remembers which came together; 7 it leaves, at 13 it fails."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_go_on = Event()

    def __call__(self, numbers: Sequence[int]) -> list[int | None]:
        self.groups.append(list(numbers))
        assert self.may_go_on.wait(10)
        if 13 in numbers:
            raise ValueError(13)
        if 99 in numbers:
            raise SystemExit
        return [None if number == 7 else 2 * number for number in numbers]


def asked_in_order(
    threads: ThreadPoolExecutor, gathering: Gathering[int, int], counter: Counter, numbers: Sequence[int]
) -> list[Future[int | None]]:
    """Each number asked by a thread of its own, one after the other; the first is being answered meanwhile."""
    found = []
    for place, number in enumerate(numbers):
        found.append(threads.submit(gathering.ask, number))
        while not counter.groups or gathering._waiting.qsize() < place:
            sleep(0.001)
    return found


def test_what_waits_is_answered_together() -> None:
    counter = Counter()
    gathering = Gathering(counter)
    with ThreadPoolExecutor(5) as threads:
        answers = asked_in_order(threads, gathering, counter, [1, 2, 7, 4, 5])
        counter.may_go_on.set()
        found = [answer.result(10) for answer in answers]
    assert (found, counter.groups) == ([2, 4, None, 8, 10], [[1], [2, 7, 4, 5]])


def test_a_failure_is_told_to_the_first_and_leaves_the_others_to_their_own_threads() -> None:
    counter = Counter()
    gathering = Gathering(counter)
    with ThreadPoolExecutor(4) as threads:
        answers = asked_in_order(threads, gathering, counter, [1, 2, 13, 4])
        counter.may_go_on.set()
        assert [answers[place].result(10) for place in (0, 2, 3)] == [2, None, None]
        with pytest.raises(ValueError, match="13"):
            answers[1].result(10)
    assert gathering.ask(5) == 10


def test_what_would_end_its_thread_holds_nobody_back() -> None:
    counter = Counter()
    gathering = Gathering(counter)
    with ThreadPoolExecutor(4) as threads:
        answers = asked_in_order(threads, gathering, counter, [1, 99, 3])
        counter.may_go_on.set()
        assert (answers[0].result(10), answers[2].result(10)) == (2, None)
        with pytest.raises(SystemExit):
            answers[1].result(10)
    assert gathering.ask(5) == 10


def test_many_questions_each_get_their_own_answer() -> None:
    def double(numbers: Sequence[int]) -> list[int]:
        sleep(0.0005)
        return [2 * number for number in numbers]

    gathering: Gathering[int, int] = Gathering(double)
    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(gathering.ask, range(600))) == [2 * number for number in range(600)]
