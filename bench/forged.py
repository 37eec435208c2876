"""Measures what a webhook with a wrong signature costs."""

import time
from datetime import UTC, datetime
from pathlib import Path

from bench.webhooks import SECRET
from bot.web import create_app
from storage.engine.database import Database

_REQUESTS = 3000


def milliseconds(folder: Path) -> float:
    """Return the CPU time per request with a wrong signature. There is no database, so using it would fail."""
    database = Database(f"sqlite:///{folder}/nowhere/bot.db")
    client = create_app(database, (SECRET,), lambda: datetime.now(UTC)).test_client()
    body = b'{"resource": "messages", "event": "created", "data": {"id": "forged"}}'
    headers = {"X-Spark-Signature": "0" * 40}
    for _ in range(_REQUESTS // 10):
        client.post("/webhooks", data=body, headers=headers)
    started = time.process_time()
    for _ in range(_REQUESTS):
        response = client.post("/webhooks", data=body, headers=headers)
    spent = time.process_time() - started
    if response.status_code != 401:
        raise AssertionError(f"a forged request was answered with {response.status_code}")
    database.close()
    return spent / _REQUESTS * 1000
