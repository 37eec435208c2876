import threading
from functools import partial

import pytest

from storage.engine.fair_lock import FairLock
from tests.storage.threads import TIMEOUT, in_thread, run_together, wait_until


def _waits_at(lock: FairLock, count: int) -> bool:
    return len(lock._waiting) == count


def test_whoever_comes_first_is_served_first() -> None:
    lock, served = FairLock(), list[int]()

    def serve(number: int) -> None:
        with lock:
            served.append(number)

    with lock:
        for number in range(8):
            in_thread(partial(serve, number))
            wait_until(partial(_waits_at, lock, number + 1))
        assert served == []
    wait_until(lambda: len(served) == 8)
    assert served == list(range(8))


def test_whoever_lets_go_does_not_overtake_those_who_wait() -> None:
    lock, served = FairLock(), list[str]()

    def serve() -> None:
        with lock:
            served.append("who waited")

    with lock:
        waiting = in_thread(serve)
        wait_until(partial(_waits_at, lock, 1))
    with lock:
        served.append("who came back")
    waiting.result(TIMEOUT)
    assert served == ["who waited", "who came back"]


def test_one_is_served_at_a_time() -> None:
    lock, inside, counted = FairLock(), threading.Semaphore(1), list[int]()

    def count() -> None:
        for _ in range(200):
            with lock:
                assert inside.acquire(blocking=False)
                counted.append(1)
                inside.release()

    run_together([count] * 4)
    assert len(counted) == 800


def test_a_failure_lets_go_of_the_lock() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError

    def serve() -> bool:
        with lock:
            return True

    assert in_thread(serve).result(TIMEOUT)
