"""Trouble on request: answers, delays and lost connections that a test asks for."""

import json
import re
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Literal

Drop = Literal["before", "after"]


@dataclass(slots=True)
class Fault:
    """One kind of trouble; `times` counts down to 0, None goes on until cleared."""

    method: str | None
    path: re.Pattern[str]
    who: str | None
    times: int | None
    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: Drop | None = None
    delay: float = 0.0

    def fits(self, method: str, path: str, who: str) -> bool:
        """Whether a request meets this fault."""
        return (
            self.times != 0
            and self.method in (None, method)
            and self.who in (None, who)
            and self.path.match(path) is not None
        )


class Faults:
    """The faults in waiting: the first that fits is met, and counts down."""

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
        who: str | None = None,
        times: int | None = 1,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        body: object = None,
        drop: Drop | None = None,
        delay: float = 0.0,
    ) -> Fault:
        """Ask for trouble.

        Args:
            path: the beginning of the path after /v1, a regular expression.
            who: only for this caller's token.
            times: how often; None means until `clear`.
            status: answer this instead of doing the work. `body` (bytes, text, or anything for JSON) is what is
                answered then, by default Webex's shape of an error.
            drop: close the connection without an answer, `before` or `after` the work is done.
            delay: seconds to wait first, or until `clear`; alone, the request is then served as usual.
        """
        if body is not None and not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        fault = Fault(method, re.compile(path), who, times, status, headers or {}, body, drop, delay)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method: str, path: str, who: str) -> Fault | None:
        """The fault this request meets, used up by one."""
        if not self._faults:
            return None
        with self._lock:
            fault = next((one for one in self._faults if one.fits(method, path, who)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
            return fault

    @property
    def is_clear(self) -> bool:
        """Whether every fault that was asked for has been met."""
        return not self._faults

    def clear(self) -> None:
        """No more trouble: what was delayed goes on at once."""
        with self._lock:
            self._faults.clear()
            self._cleared.set()
            self._cleared = Event()

    def wait(self, seconds: float) -> bool:
        """Let a request wait, at most until `clear`; False where the sandbox stops meanwhile."""
        with self._lock:
            if self._stopping:
                return False
            cleared = self._cleared
        return not (cleared.wait(seconds) and self._stopping)

    def start(self) -> None:
        """From now on requests may wait."""
        self._stopping = False

    def stop(self) -> None:
        """Let no request wait any longer."""
        with self._lock:
            self._stopping = True
            self._cleared.set()
            self._cleared = Event()
