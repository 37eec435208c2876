"""What a forged request costs: CPU in the process that the door is in."""

import time
from datetime import UTC, datetime

from bench.webhooks import SECRET
from bot.web import create_app
from storage.engine.database import Database

_TIMES = 3000


def milliseconds(folder: str) -> float:
    """CPU time of one request whose signature is wrong, as the application takes it; the database is not there."""
    database = Database(f"sqlite:///{folder}/nowhere/bot.db")
    client = create_app(database, (SECRET,), lambda: datetime.now(UTC)).test_client()
    body = b'{"resource": "messages", "event": "created", "data": {"id": "forged"}}'
    headers = {"X-Spark-Signature": "0" * 40}
    for _ in range(_TIMES // 10):
        client.post("/webhooks", data=body, headers=headers)
    started = time.process_time()
    for _ in range(_TIMES):
        response = client.post("/webhooks", data=body, headers=headers)
    spent = time.process_time() - started
    if response.status_code != 401:
        raise AssertionError(f"a forged request was answered with {response.status_code}")
    database.close()
    return spent / _TIMES * 1000
