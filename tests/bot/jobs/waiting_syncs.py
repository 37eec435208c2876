"""Ask for syncs and move them, one step at a time."""

from bot.jobs import inbox, syncs
from storage.models import SyncRow
from tests.bot.jobs.sync_house import House


def ask(house: House, email: str) -> None:
    """Type `sync`, and have it answered."""
    house.type(email, "sync")
    house.work(inbox.JOB.run_one)


def move(house: House) -> None:
    """Let time pass until a sync is due, and move it."""
    house.wait_for_a_sync()
    house.work(syncs.JOB.run_one)


def sync_of(house: House, name: str) -> SyncRow:
    """Return the last sync of an enterprise."""
    with house.database.read() as session:
        rows = session.query(SyncRow).filter_by(enterprise_id=house.enterprises[name])
        return rows.order_by(SyncRow.id.desc()).limit(1).one()
