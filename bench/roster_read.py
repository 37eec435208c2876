"""Measures how fast an enterprise's license holders are read from Webex, against the calls alone. A program.

Prints as JSON the seconds of both and the bytes by which the memory of the process grew at most.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from bench import license_holders, memory
from bench.subscribers import ENTERPRISE
from bot.jobs import rosters as job
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.settings.secret import Secret
from bot.webex.access_token import FixedToken
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient
from storage import rosters
from storage.engine.database import Database
from storage.engine.upgrade import upgrade


def main(url: str, api: str) -> None:
    """Make the calls alone, then read the whole roster, then read again when nothing has changed."""
    database = Database(url)
    upgrade(database)
    now = datetime.now(UTC)
    enterprise = license_holders.add_enterprise(database, ENTERPRISE, now)
    client = WebexClient(FixedToken("token"), api)
    started = time.perf_counter()
    calls = sum(1 for _ in client.pages("broadworks/subscribers", {"spEnterpriseId": ENTERPRISE, "max": "100"}))
    alone = time.perf_counter() - started
    idle = memory.resident()
    started = time.perf_counter()
    job.JOB.run_one(_context(database, client))
    seconds = time.perf_counter() - started
    grown = memory.largest() - idle
    with database.read() as session:
        roster = rosters.current(session, enterprise.id)
    size = roster.size if roster else 0
    with database.write() as session:
        rosters.request(session, enterprise.id, now)
    job.JOB.run_one(_context(database, client))
    print(json.dumps({"calls": calls, "alone": alone, "read": seconds, "size": size, "grown": grown}))
    database.close()


def _context(database: Database, client: WebexClient) -> Context:
    token = Secret("token")
    settings = Settings(webex_bot_token=token, webex_admin_token=token, database_url=Secret(database.plain_url))
    nobody: Any = None
    return Context(settings, database, nobody, BroadWorks(client), lambda: datetime.now(UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
