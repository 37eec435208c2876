"""Keeps the log short when clients send malformed requests: gunicorn would write a line for each."""

import logging
import time

_LOG_EVERY = 60.0
"""Seconds between two such lines, so that nobody can fill the log."""

_MAX_LENGTH = 200
"""How much of gunicorn's line is kept: the client's text in it may have 8 KiB."""

_START = "Invalid request from ip="


class MalformedRequests(logging.Filter):
    """Counts gunicorn's lines about malformed requests, and lets one through each minute, with the count."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._logged_at = -_LOG_EVERY

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is logged."""
        line = record.getMessage()
        if not line.startswith(_START):
            return True
        self._count += 1
        now = time.monotonic()
        if now - self._logged_at < _LOG_EVERY:
            return False
        record.msg = f"malformed requests since the last such line: {self._count}. {line[:_MAX_LENGTH]!r}"
        record.args = ()
        self._count, self._logged_at = 0, now
        return True
