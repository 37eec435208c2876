"""What the journeys of syncs look at and set up."""

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
"""For journeys in which the kind of database makes no difference."""

ENDS = ("completed", "❌ failed", "cancelled")


def text(message: Message) -> str:
    """What a message says."""
    return message.markdown or ""


def versions(house: House, message: Message) -> list[str]:
    """Everything that a message has said."""
    return [text(one) for one in house.versions if one.id == message.id]


def results(house: House, where: str = ANA) -> list[Message]:
    """What came with a file."""
    return [one for one in house.heard(where) if one.files]


def _titled(house: House, where: str) -> list[Message]:
    return [one for one in house.heard(where) if text(one).startswith("**Directory sync of")]


def ends(house: House, where: str = ANA) -> list[Message]:
    """The new messages that told how a sync has ended; a status message is a single line by then."""
    told = [one for one in _titled(house, where) if "\n" in text(one)]
    return [one for one in told if any(end in text(one).splitlines()[0] for end in ENDS)]


def shown(house: House, where: str = ANA) -> str:
    """The last status message, as it stands."""
    told = ends(house, where)
    return next((text(one) for one in reversed(_titled(house, where)) if one not in told), "")


def let_webex_run_one(house: House, sp_enterprise_id: str = ACME) -> None:
    """Have Webex run a sync of its own until it is released: one that is asked for stays queued meanwhile."""
    house.world.broadworks.keep_running(sp_enterprise_id)
    house.world.broadworks.start_scheduled_sync(sp_enterprise_id)


def queue_up(house: House, where: str = ANA) -> Message:
    """Ask for a sync that stays at the head of the queue, since Webex runs one of its own."""
    let_webex_run_one(house)
    asked = house.ask(where, "sync")
    house.wait_for(lambda: "of its own" in shown(house, where))
    return asked


def hang_up(house: House, sp_enterprise_id: str) -> None:
    """Have Webex not tell how an enterprise's syncs stand, until the faults are cleared."""
    path = f"{ENTERPRISES}{house.world.enterprise(sp_enterprise_id).id}"
    house.faults.add(method="GET", path=path, token=PARTNER_ADMIN, delay=30, times=None)


def add_enterprise(house: House, sp_enterprise_id: str, email: str, cluster: str = "default") -> None:
    """Have the bot serve another enterprise, with one admin."""
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
    """Make somebody an admin no more."""
    with house.database.write() as session:
        session.execute(delete(AdminRow).where(AdminRow.email == email))


def do(house: House, chore: str) -> None:
    """Run a chore of the schedule now."""
    next(entry for entry in SCHEDULE if isinstance(entry, Chore) and entry.name == chore).run(house.context)
