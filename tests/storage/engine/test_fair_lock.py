import threading
from functools import partial

import pytest

from storage.engine.fair_lock import FairLock
from tests.storage.threads import TIMEOUT, in_thread, run_together, wait_until


def _waits_at(lock: FairLock, count: int) -> bool:
    return len(lock._waiting) == count


def test_threads_get_the_lock_in_the_order_they_arrive() -> None:
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


def test_a_thread_that_releases_the_lock_goes_to_the_end_of_the_queue() -> None:
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


def test_one_thread_at_a_time_has_the_lock() -> None:
    lock, inside, counted = FairLock(), threading.Semaphore(1), list[int]()

    def count() -> None:
        for _ in range(200):
            with lock:
                assert inside.acquire(blocking=False)
                counted.append(1)
                inside.release()

    run_together([count] * 4)
    assert len(counted) == 800


def test_an_exception_releases_the_lock() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError

    def serve() -> bool:
        with lock:
            return True

    assert in_thread(serve).result(TIMEOUT)
