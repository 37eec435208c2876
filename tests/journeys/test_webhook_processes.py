"""Webhooks and real processes: killed amid a look, away, idle, and two installations on one bot token."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from bot.webex.own_webhooks import NAMES
from sandbox.server import Sandbox
from sandbox.webex.webhooks import Webhook
from sandbox.world import BOT
from storage import webhooks
from storage.models import LeaseRow
from tests.journeys.processes import MAX_STOP_SECONDS, PROCFILE, House, Process, house, until
from tests.journeys.test_looking_back_processes import has_begun
from tests.sandbox.client import Caller

OLGA = "olga@provider.example"
HANGING = 30.0
GUNICORN_DEFAULT_SECONDS = 2.0
"""How long gunicorn keeps an idle connection if it is not told otherwise."""


def hooks(sandbox: Sandbox) -> list[Webhook]:
    return sandbox.world.webhooks.owned_by(sandbox.world.person(BOT))


def all_at(bot: House) -> bool:
    return bot.webhooks() == [f"{bot.url}/webhooks"] * 5


def heard(bot: House) -> str:
    """All that the operator heard."""
    return "\n".join(message.markdown or "" for message in bot.answers(OLGA))


def turn_until(bot: House) -> datetime:
    """Until when a process has its turn to look; in the past if none has."""
    with bot.database.read() as session:
        return session.scalars(select(LeaseRow.until).where(LeaseRow.name == "webhooks")).one()


def wait_until_looked(bot: House, since: datetime | None = None) -> None:
    """Wait until no process looks, and one did after `since`."""
    until(lambda: since != turn_until(bot) <= datetime.now(UTC))


def let_18_seconds_pass(bot: House) -> None:
    """Shorten the turn of a process that was killed."""
    with bot.database.write() as session:
        session.execute(update(LeaseRow).values(until=turn_until(bot) - timedelta(seconds=18)))


def test_a_kill_amid_a_look_leaves_no_webhook_wrong_for_30_seconds(small: House) -> None:
    serve = small.serve()
    wait_until_looked(small)
    serve.kill()
    for _ in range(100):
        small.type("help")
    until(lambda: len(small.webhooks()) == 4)
    for hook in hooks(small.sandbox):
        hook.status = "inactive"
    third = hooks(small.sandbox)[2].id
    for method, path in (("GET", "/webhooks"), ("PUT", f"/webhooks/{third}")):
        small.sandbox.faults.add(path=path, method=method, token=BOT, delay=HANGING, drop="before")
        process = small.start("python -m bot serve")
        until(lambda: small.sandbox.faults.is_clear)
        process.kill()
        let_18_seconds_pass(small)
    assert (
        "WARNING bot.jobs.webhooks: repaired the webhook directory-sync-bot messages created: inactive" in process.said
    )
    assert "I repaired" not in heard(small)
    began = time.monotonic()
    small.start("python -m bot serve")
    until(lambda: all_at(small), 15)
    assert time.monotonic() - began < 15
    until(lambda: "I repaired" in heard(small))
    until(small.nothing_to_do)
    assert heard(small).count("Webex had switched it off") == 5


def test_events_on_connections_that_were_idle_are_accepted(small: House, postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    with house(small.sandbox, postgres_url, tmp_path / "large") as large, ThreadPoolExecutor(2) as both:
        for outcome in [
            both.submit(keeps_idle_connections, *way)
            for way in ((small, "python -m bot serve"), (large, PROCFILE["web"]))
        ]:
            outcome.result(60)


def keeps_idle_connections(bot: House, command: str) -> None:
    process = bot.start(command)
    bot.wait_until_ready(process)
    lines = [socket.create_connection(("127.0.0.1", bot.port), timeout=5) for _ in range(25)]  # more than threads
    assert [posted(line) for line in lines] == [401] * len(lines)
    silent = [socket.create_connection(("127.0.0.1", bot.port), timeout=5) for _ in range(2)]
    time.sleep(GUNICORN_DEFAULT_SECONDS * 1.5)
    assert bot.status("/healthz") == 200
    assert [posted(line) for line in lines] == [401] * len(lines)
    assert process.terminate() < MAX_STOP_SECONDS
    for line in (*lines, *silent):
        line.close()


def posted(line: socket.socket) -> int:
    """Post an event without a signature on this connection, and return the status."""
    line.sendall(b"POST /webhooks HTTP/1.1\r\nHost: bot\r\nContent-Length: 2\r\n\r\n{}")
    answer = b""
    while not answer.endswith(b"missing or wrong\n"):
        part = line.recv(4096)
        assert part, "the connection was closed"
        answer += part
    return int(answer.split()[1])


def test_two_installations_never_take_the_webhooks_for_ever(
    sandbox: Sandbox, postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    with (
        house(sandbox, postgres_url, tmp_path) as first,
        house(sandbox, f"sqlite:///{tmp_path}/second/bot.db", tmp_path / "second") as second,
    ):
        worker = first.start(PROCFILE["worker"])
        until(lambda: all_at(first))
        wait_until_looked(first)

        taker = second.serve()
        until(lambda: all_at(second) and "I took webhooks over" in heard(first))
        assert f"taken over, other address ({first.url}/webhooks)" in taker.said
        rests(first, worker, second)
        assert "ERROR bot.jobs.webhook_rivals: another installation" in worker.said

        taker.kill()
        look(first)
        look(first)
        assert all_at(second)
        look(first)
        assert all_at(first)
        until(lambda: "I work again" in heard(first))

        second.serve()
        until(lambda: all_at(second))
        rests(first, worker, second)
        until(lambda: "took them again" in heard(first))


def test_a_new_database_behind_the_same_port_answers(small: House) -> None:
    for name, (resource, event) in NAMES.items():
        hook = {"name": name, "targetUrl": f"{small.url}/webhooks", "resource": resource, "event": event}
        assert Caller(small.sandbox, BOT).post("webhooks", **hook).status_code == 200
    for number, address in enumerate(("", small.url), 1):
        process = small.start("python -m bot serve", BOT_PUBLIC_URL=address, WEBEX_POLL="1s")
        small.wait_until_ready(process)
        until(lambda: has_begun(small))
        small.type("help")
        small.wait_for_answers(number)
        wait_until_looked(small)
        assert taken_by(small) is None
        assert "another installation" not in process.said
        assert ("are left as they are" in process.said) == (not address)
        process.terminate()


def rests(bot: House, worker: Process, other: House) -> None:
    """Have the bot look, and see that it rests beside the other one."""
    look(bot)
    assert taken_by(bot) == f"{other.url}/webhooks"
    until(lambda: "Another installation has my webhooks" in heard(bot))
    look(bot)
    assert all_at(other)
    assert worker.running


def look(bot: House) -> None:
    """Have a process look, and wait until it has."""
    before = turn_until(bot)
    bot.database.announce(frozenset({"webhooks"}))
    wait_until_looked(bot, before)


def taken_by(bot: House) -> str | None:
    with bot.database.read() as session:
        return webhooks.taken_by(session)
