"""Messages that came while processes or the database were away, and a bot without a public address: real processes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from sandbox.server import Sandbox
from sandbox.webex.records import Message
from sandbox.world import BOT
from storage import space_looks
from storage.engine import leases
from storage.models import InboxRow, LeaseRow
from tests.journeys.cut_database import line_to
from tests.journeys.processes import ANA, PROCFILE, House, Process, house, until
from tests.sandbox.client import Caller

BEN, OLGA, SAM = "ben@acme.example", "olga@provider.example", "sam@elsewhere.example"
FOUR = (ANA, BEN, OLGA, SAM)
GROUP = "Acme telephony"


def write(bot: House, email: str, text: str, *, in_group: bool = False) -> None:
    """Have a person write to the bot."""
    to = {"roomId": bot.sandbox.world.room(GROUP).id} if in_group else {"toPersonEmail": BOT}
    mention = f"<@personEmail:{BOT}> " if in_group else ""
    answer = Caller(bot.sandbox, email).post("messages", markdown=mention + text, **to)
    assert answer.status_code == 200, answer.text


def said_in_group(bot: House) -> list[Message]:
    """Return what the bot says in the group."""
    room = bot.sandbox.world.room(GROUP)
    return [message for message in bot.sandbox.world.messages_in(room.id) if message.person_email == BOT]


def has_begun(bot: House) -> bool:
    """Return whether the bot has looked for the first time."""
    with bot.database.read() as session:
        return space_looks.cursor(session) is not None


def write_in_turn(bot: House) -> None:
    """Have four people write two words each in 1:1, and one each in a group."""
    for number in range(2):
        for email in FOUR:
            write(bot, email, f"nonsense{number}")
    for number, email in enumerate(FOUR[:3]):
        write(bot, email, f"nonsense{number}", in_group=True)


def check_answers(bot: House) -> None:
    """Wait until all that was written in turn is answered, and check that it is, once and in order."""

    def is_answered() -> bool:
        return all(len(bot.answers(email)) >= 2 for email in FOUR[:3]) and len(said_in_group(bot)) >= 3

    until(is_answered, 40)
    until(bot.nothing_to_do)
    for said in (*(bot.answers(email) for email in FOUR[:3]), said_in_group(bot)):
        words = [f"nonsense{number}" for number in range(len(said))]
        found = [word in (message.markdown or "") for word, message in zip(words, said, strict=True)]
        assert all(found), said
    assert [len(bot.answers(email)) for email in FOUR] == [2, 2, 2, 1]
    assert len(said_in_group(bot)) == 3


def join_group(bot: House) -> None:
    """Make an admin of Ben, and put Ana, Ben, Olga and the bot into the group."""
    bot.more["BOT_ADMINS"] = f"{ANA},{BEN}"
    world = bot.sandbox.world
    room = world.room(GROUP)
    creator = world.rooms.members(room.id)[0].person
    for email in (*FOUR[:3], BOT):
        person = world.person(email)
        if not world.rooms.is_member(room.id, person):
            world.rooms.join(room.id, person, creator)


def test_what_is_written_without_serve_is_answered_once_and_in_order(small: House) -> None:
    join_group(small)
    first = small.serve()
    until(lambda: has_begun(small))
    first.terminate()
    write_in_turn(small)
    second = small.serve()
    check_answers(small)
    assert second.terminate() < 10
    assert "Traceback" not in first.said + second.said


def test_what_is_written_without_a_web_process_is_answered_in_order(large: House) -> None:
    join_group(large)
    web, worker = large.start(PROCFILE["web"]), large.start(PROCFILE["worker"])
    large.wait_until_ready(web)
    until(lambda: has_begun(large) and len(large.webhooks()) == 5)
    web.terminate()
    write_in_turn(large)
    time.sleep(0.5)
    assert large.messages_kept() == 0
    large.wait_until_ready(large.start(PROCFILE["web"]))
    check_answers(large)
    assert worker.terminate() < 10
    with large.database.read() as session:
        assert session.scalar(select(func.count()).where(InboxRow.missed)) == 0


def test_what_is_written_while_the_database_is_away_is_answered_once(
    sandbox: Sandbox, postgres_url: str, tmp_path: Path
) -> None:
    with line_to(postgres_url) as (line, url), house(sandbox, url, tmp_path) as bot:
        web, worker = bot.start(PROCFILE["web"]), bot.start(PROCFILE["worker"])
        bot.wait_until_ready(web)
        until(lambda: has_begun(bot) and len(bot.webhooks()) == 5)
        bot.type("help")
        bot.wait_for_answers(1)
        until(bot.nothing_to_do)
        bot.database.close()
        line.cut()
        for number in range(2):
            bot.type(f"nonsense{number}")
        until(lambda: web.said.count("could not be stored") == 2 and "cannot look back" in worker.said)
        line.mend()
        until(lambda: len(bot.answers()) >= 3, 40)
        until(bot.nothing_to_do)
        assert ["nonsense" in (message.markdown or "") for message in bot.answers()] == [False, True, True]
        assert "nonsense0" in (bot.answers()[1].markdown or "")


def test_a_process_killed_in_a_look_delays_the_next_by_20_seconds_at_most(small: House) -> None:
    first = small.serve()
    until(lambda: has_begun(small))
    first.terminate()
    small.type("help")
    small.sandbox.faults.add(path="/rooms$", token=BOT, delay=30.0)
    killed = small.start("python -m bot serve")
    until(lambda: small.sandbox.faults.is_clear)
    killed.kill()
    small.serve()
    with small.database.write() as session:
        ends_at = leases.held_until(session, "look back")
        assert ends_at is not None
        assert ends_at - datetime.now(UTC) <= timedelta(seconds=20)
        session.execute(update(LeaseRow).where(LeaseRow.name == "look back").values(until=datetime.now(UTC)))
    small.wait_for_answers(1)
    until(small.nothing_to_do)
    assert len(small.answers()) == 1


def without_address(bot: House, command: str) -> Process:
    return bot.start(command, BOT_PUBLIC_URL="", WEBEX_WEBHOOK_SECRET="", WEBEX_POLL="1s")


def is_polling(process: Process) -> Callable[[], bool]:
    return lambda: "BOT_PUBLIC_URL is not set" in process.said


def test_serve_without_a_public_address_needs_no_secret_and_answers(small: House) -> None:
    serve = without_address(small, "python -m bot serve")
    until(is_polling(serve))
    until(lambda: has_begun(small))
    join_group(small)
    write(small, OLGA, "help", in_group=True)
    small.type("help")
    until(lambda: len(small.answers()) == 1 and len(said_in_group(small)) == 1)
    until(small.nothing_to_do)
    assert small.webhooks() == []
    assert small.asked("POST", "/webhooks") == 0
    assert serve.terminate() < 10
    assert "Traceback" not in serve.said


def test_of_two_workers_without_a_public_address_one_looks(large: House) -> None:
    workers = [without_address(large, PROCFILE["worker"]) for _ in range(2)]
    until(lambda: all(is_polling(worker)() for worker in workers) and has_begun(large))
    before, began = large.asked("GET", "/rooms"), time.monotonic()
    time.sleep(3.0)
    looks = large.asked("GET", "/rooms") - before
    assert looks <= time.monotonic() - began + 1
    large.type("help")
    large.wait_for_answers(1)
    with large.database.read() as session:
        assert space_looks.times(session).next_look_at is not None
    for worker in workers:
        assert worker.terminate() < 10
