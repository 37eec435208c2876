"""One `licenses` command as a worker runs it, from the claimed row to the finished file. A program.

Prints as JSON the seconds it took and the bytes by which the memory of the process grew at most.
"""

import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from bench import memory
from bench.webhooks import ADMIN_EMAIL, ADMIN_ID
from bot.chat.message import Message
from bot.dispatch import router
from bot.dispatch.pending_request import Detail
from bot.jobs import typed_message
from bot.settings.load import Settings
from bot.settings.secret import Secret
from storage import inbox
from storage.engine.database import Database
from storage.values.messages import Event
from storage.values.records import Identity


def answer(database: Database, settings: Settings, text: str, message_id: str) -> float:
    """Answer the command and return the seconds it took."""
    now = datetime.now(UTC)
    with database.single_write() as connection:
        inbox.record(connection, [Event("messages", "created", message_id, message_id, "room", ADMIN_ID)], now)
    with database.single_write() as connection:
        row = inbox.claim(connection, now)
    if row is None:
        raise LookupError("no event is due")
    message = Message(row.data_id, "room", True, Identity(ADMIN_ID, ADMIN_EMAIL), text)
    started = time.perf_counter()
    request = replace(typed_message.pending_request(row, message), already_waited=True)
    if isinstance(router.answer(database, settings.command_settings, request, now), Detail):
        raise LookupError("the answer needs something from Webex")
    return time.perf_counter() - started


def main(url: str, text: str) -> None:
    """Answer once to warm up, then measure."""
    database = Database(url)
    token = Secret("token")
    settings = Settings(webex_bot_token=token, webex_admin_token=token, database_url=Secret(database.plain_url))
    answer(database, settings, "licenses ext=none", f"warming {time.time()}")
    idle = memory.resident()
    seconds = answer(database, settings, text, f"measured {time.time()}")
    grown = memory.largest() - idle
    print(json.dumps({"seconds": seconds, "grown": grown}))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
