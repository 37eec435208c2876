"""What must be true of every message of the bot in every journey."""

import re
import threading
import time
from collections.abc import Iterator

from sqlalchemy import select

from bot.formatting.limits import MAX_MESSAGE_BYTES
from sandbox.seed import ACME, BOREALIS, CUMULUS
from sandbox.webex.records import Message
from sandbox.world import BOT
from storage import admins, enterprises
from storage.models import AuditRow, InboxRow, OutboxRow, SyncRow
from tests.journeys.house import SECRET, House


def said_by_the_bot(house: House) -> list[Message]:
    """Return every version of every message of the bot."""
    return [one for one in house.versions if one.person_email == BOT]


def check_length(house: House) -> None:
    """Check that no message is longer than Webex allows."""
    for one in said_by_the_bot(house):
        assert len((one.markdown or "").encode()) <= MAX_MESSAGE_BYTES
        assert len((one.text or "").encode()) <= MAX_MESSAGE_BYTES


def check_privacy(house: House) -> None:
    """Check that no personal data is where a person without rights can read it.

    Personal data are license holders' addresses and last names, and admins' addresses. Trusted spaces are excepted.
    """
    for sp_enterprise_id in (ACME, BOREALIS, CUMULUS):
        telltale = _telltale(house, sp_enterprise_id)
        entitled = _entitled(house, sp_enterprise_id)
        for one in said_by_the_bot(house):
            readers = {member.person.email for member in house.world.rooms.members(one.room_id)} - {BOT}
            if readers <= entitled or one.room_id in house.trusted:
                continue
            for text in _texts(one):
                found = telltale.search(text)
                assert found is None, f"{sorted(readers - entitled)} can read {found} in:\n{text}"


def check_secrets(house: House, logged: str) -> None:
    """Check that the webhooks' secret is in no log, no message and no row."""
    assert SECRET not in logged
    assert not [one for one in said_by_the_bot(house) if SECRET in (one.markdown or "")]
    with house.database.read() as session:
        for table in (AuditRow, InboxRow, OutboxRow, SyncRow):
            assert SECRET not in str(session.execute(select(table.__table__)).all())


def check_threads(before: set[threading.Thread]) -> None:
    """Check that no thread of the journey is left."""
    deadline = time.monotonic() + 5
    while left := [thread for thread in threading.enumerate() if thread not in before]:
        assert time.monotonic() < deadline, f"still running: {left}"
        left[0].join(0.05)


def _texts(message: Message) -> Iterator[str]:
    yield message.markdown or message.text or ""
    yield from (file.content.decode("utf-8-sig") for file in message.files)


def _telltale(house: House, sp_enterprise_id: str) -> re.Pattern[str]:
    """Match the personal data of an enterprise. Last names also used in other enterprises of the bot do not count."""
    holders = house.world.subscribers.of_enterprise(sp_enterprise_id)
    words = {one.email for one in holders if one.email} | _admins(house, sp_enterprise_id)
    if sp_enterprise_id == house.settings.bot_enterprise:
        with house.database.read() as session:
            served = {enterprise.sp_enterprise_id for enterprise in enterprises.in_use(session)} - {sp_enterprise_id}
        elsewhere = {one.last_name for other in served for one in house.world.subscribers.of_enterprise(other)}
        words |= {one.last_name for one in holders} - elsewhere
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)")


def _entitled(house: House, sp_enterprise_id: str) -> set[str]:
    with house.database.read() as session:
        operators = {operator.email for operator in admins.operators(session)}
    return operators | _admins(house, sp_enterprise_id) | house.former_admins


def _admins(house: House, sp_enterprise_id: str) -> set[str]:
    with house.database.read() as session:
        found = [one.id for one in enterprises.in_use(session) if one.sp_enterprise_id == sp_enterprise_id]
        listed = [admin for one in found for admin in admins.of_enterprise(session, one)]
        return {admin.email for admin in listed if not admin.is_kept_out}
