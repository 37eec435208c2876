"""Counts the requests that the webhook server refuses for their signature, and says what the cause may be."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from storage.engine.database import Database
from storage.webhooks import SECRET

log = logging.getLogger(__name__)

_LOG_EVERY = timedelta(minutes=1)
"""How often refused requests are logged, so that nobody can fill the log."""

_LOG_WITHOUT_SECRET_EVERY = timedelta(hours=1)
"""How often they are logged by a process without a secret: somebody may see it, but nothing is broken."""

_SEND_SECRET_EVERY = timedelta(minutes=10)
"""How often Webex gets the secret again because of wrong signatures: forged requests must not cause many calls."""

_WRONG = (
    "Their signature is missing or wrong. If Webex sent them, its webhooks have another secret than "
    "WEBEX_WEBHOOK_SECRET of this process"
)
_LEFT_OVER = "BOT_PUBLIC_URL is not set; webhooks from before are ignored"


class RefusedRequests:
    """Counts the requests without a right signature, and logs them with one line a minute at most.

    A process has no secret only if it has no public address: then it refuses every request.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], *, has_secret: bool) -> None:
        self._database = database
        self._now = now
        self._has_secret = has_secret
        self._lock = threading.Lock()
        self._count = 0
        self._logged_at: datetime | None = None
        self._secret_sent_at: datetime | None = None

    def count(self, *, is_signed_otherwise: bool) -> None:
        """Count a request. If it is signed with another secret, have Webex get ours again: it may have another."""
        with self._lock:
            self._count += 1
            now = self._now()
            log_every = _LOG_EVERY if self._has_secret else _LOG_WITHOUT_SECRET_EVERY
            count = self._count if _is_due(self._logged_at, now, log_every) else 0
            if count:
                self._count, self._logged_at = 0, now
            may_differ = is_signed_otherwise and self._has_secret
            sends_secret = may_differ and _is_due(self._secret_sent_at, now, _SEND_SECRET_EVERY)
            if sends_secret:
                self._secret_sent_at = now
        if count:
            reason = _WRONG if self._has_secret else _LEFT_OVER
            log.warning("requests to /webhooks refused since the last such line: %d. %s", count, reason)
        if sends_secret:
            self._database.announce(frozenset({SECRET}))


def _is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    return last is None or now - last >= every
