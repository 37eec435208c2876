"""Limits how long a call may take as a whole, whatever it waits for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result], thread_name: str) -> Result:
    """Run the call in a thread of its own, and return its result or raise its error.

    Raise TimeoutError if it takes longer, however slowly an answer comes. The thread then ends by itself, or with the
    process.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001  the thread that waits raises it
            future.set_exception(error)

    threading.Thread(target=run, name=thread_name, daemon=True).start()
    return future.result(seconds)
