"""Helpers for the journeys of syncs."""

import pytest
from sqlalchemy import delete

from bot.jobs import SCHEDULE
from bot.jobs.engine.job import Chore
from sandbox.seed import ACME
from sandbox.webex.records import Message
from sandbox.world import PARTNER_ADMIN
from storage import admins, enterprises
from storage.models import AdminRow
from tests.journeys.house import ANA, House

BO = "bo@borealis.example"
ENTERPRISES = "/broadworks/enterprises/"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For journeys that do not depend on the kind of database."""

ENDS = ("completed", "❌ failed", "cancelled")


def text(message: Message) -> str:
    """Return the text of a message."""
    return message.markdown or ""


def versions(house: House, message: Message) -> list[str]:
    """Return every version of a message."""
    return [text(version) for version in house.versions if version.id == message.id]


def results(house: House, where: str = ANA) -> list[Message]:
    """Return the bot's messages with a file."""
    return [message for message in house.heard(where) if message.files]


def _titled(house: House, where: str) -> list[Message]:
    return [message for message in house.heard(where) if text(message).startswith("**Directory sync of")]


def ends(house: House, where: str = ANA) -> list[Message]:
    """Return the messages that say how a sync ended. The edited status message is not one of them: it has one line."""
    long_messages = [message for message in _titled(house, where) if "\n" in text(message)]
    return [message for message in long_messages if any(end in text(message).splitlines()[0] for end in ENDS)]


def shown(house: House, where: str = ANA) -> str:
    """Return the current text of the last status message."""
    ended = ends(house, where)
    return next((text(message) for message in reversed(_titled(house, where)) if message not in ended), "")


def let_webex_run_one(house: House, sp_enterprise_id: str = ACME) -> None:
    """Let Webex run one of its own syncs until `let_finish`; a requested sync stays queued meanwhile."""
    house.world.broadworks.keep_running(sp_enterprise_id)
    house.world.broadworks.start_scheduled_sync(sp_enterprise_id)


def queue_up(house: House, where: str = ANA) -> Message:
    """Request a sync that stays first in the queue, because Webex runs one of its own."""
    let_webex_run_one(house)
    asked = house.ask(where, "sync")
    house.wait_for(lambda: "running its own sync" in shown(house, where))
    return asked


def hang_up(house: House, sp_enterprise_id: str) -> None:
    """Delay Webex's answers about the syncs of an enterprise until the faults are cleared."""
    path = f"{ENTERPRISES}{house.world.enterprise(sp_enterprise_id).id}"
    house.faults.add(method="GET", path=path, token=PARTNER_ADMIN, delay=30, times=None)


def add_enterprise(house: House, sp_enterprise_id: str, email: str, cluster: str = "default") -> None:
    """Add another enterprise with one admin to the bot."""
    key = sp_enterprise_id.partition("+")[2]
    with house.database.write() as session:
        added = enterprises.add(
            session,
            key=key,
            name=key.title(),
            sp_enterprise_id=sp_enterprise_id,
            cluster=cluster,
            timezone="UTC",
            now=house.now(),
        )
        admins.add(session, added.id, email, house.now())


def take_rights(house: House, email: str) -> None:
    """Remove an admin."""
    with house.database.write() as session:
        session.execute(delete(AdminRow).where(AdminRow.email == email))


def do(house: House, chore: str) -> None:
    """Run a chore of the schedule now."""
    next(entry for entry in SCHEDULE if isinstance(entry, Chore) and entry.name == chore).run(house.context)
