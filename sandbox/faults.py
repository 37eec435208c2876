"""Faults that a test asks for: error responses, delays and lost connections."""

import json
import re
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Literal

Drop = Literal["before", "after"]


@dataclass(slots=True)
class Fault:
    """One fault. `times` counts down to 0; None means it applies until `clear`."""

    method: str | None
    path: re.Pattern[str]
    token: str | None
    times: int | None
    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: Drop | None = None
    delay: float = 0.0

    def matches(self, method: str, path: str, token: str) -> bool:
        """Return whether the fault applies to this request."""
        return (
            self.times != 0
            and self.method in (None, method)
            and self.token in (None, token)
            and self.path.match(path) is not None
        )


class Faults:
    """The faults that still apply. A request gets the first one that matches it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._cleared = Event()
        self._stopping = False

    def add(
        self,
        *,
        path: str,
        method: str | None = None,
        token: str | None = None,
        times: int | None = 1,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        body: object = None,
        drop: Drop | None = None,
        delay: float = 0.0,
    ) -> Fault:
        """Add a fault.

        Args:
            path: a regular expression for the start of the path after /v1.
            token: applies only to the caller with this token.
            times: how many requests get the fault; None means all until `clear`.
            status: the status to answer instead of serving the request, with `body` (bytes, text, or a value to write
                as JSON). Without `body`, the answer is an error as Webex writes it.
            drop: close the connection without an answer, `before` or `after` serving the request.
            delay: seconds to wait first; `clear` ends the wait. If nothing else is set, the request is then served.
        """
        if body is not None and not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        fault = Fault(method, re.compile(path), token, times, status, headers or {}, body, drop, delay)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method: str, path: str, token: str) -> Fault | None:
        """Return the fault that applies to this request and count it, or None."""
        if not self._faults:
            return None
        with self._lock:
            fault = next((fault for fault in self._faults if fault.matches(method, path, token)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
            return fault

    @property
    def is_clear(self) -> bool:
        """Return whether every fault has been used up."""
        return not self._faults

    def clear(self) -> None:
        """Remove all faults. Delayed requests go on at once."""
        with self._lock:
            self._faults.clear()
            self._cleared.set()
            self._cleared = Event()

    def wait(self, seconds: float) -> bool:
        """Delay a request until the time is over or `clear` is called. Return False if the sandbox stops meanwhile."""
        with self._lock:
            if self._stopping:
                return False
            cleared = self._cleared
        return not (cleared.wait(seconds) and self._stopping)

    def start(self) -> None:
        """Let requests wait from now on."""
        self._stopping = False

    def stop(self) -> None:
        """End all waits."""
        with self._lock:
            self._stopping = True
            self._cleared.set()
            self._cleared = Event()
