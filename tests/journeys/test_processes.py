"""The bot's processes as they are really started, stopped, killed and started again."""

import hashlib
import hmac
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.web import MAX_BODY_BYTES
from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN
from storage.models import InboxRow, OutboxRow, SyncRow
from tests.journeys.processes import MAX_STOP_SECONDS, PROCFILE, SECRET, House, Process, house, until
from tests.postgres import Server

SYNC_PATH = "/broadworks/enterprises/[^/]+/broadworksDirectorySync"
HANGING = 30.0


def sync_starts(house: House) -> int:
    return house.asked("POST", "/broadworks/enterprises", who=PARTNER_ADMIN)


def test_the_processes_of_the_procfile_work_together(sandbox: Sandbox, postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.empty() as url, house(sandbox, url, tmp_path) as bot:
        bot.more["DYNO"] = "run.1"
        assert bot.start(PROCFILE["worker"]).wait() == 2
        assert bot.start(PROCFILE["release"]).wait() == 0
        web = bot.start(PROCFILE["web"], WEBEX_BOT_TOKEN="", WEBEX_ADMIN_TOKEN="", BOT_OPERATORS="", BOT_PUBLIC_URL="")
        bot.wait_until_ready(web)
        assert list(sandbox.world.requests) == []
        worker = bot.start(PROCFILE["worker"], PORT="")
        second = bot.start(PROCFILE["worker"], PORT="")
        until(lambda: bot.webhooks() == [f"{bot.url}/webhooks"] * 5)
        bot.type("status")
        assert "no directory sync is under way" in (bot.wait_for_answers(1)[0].markdown or "")
        refuses_what_is_too_much(bot)
        for process in (web, worker, second):
            assert umasks(process) <= {"0077"}
            assert process.terminate(all_of_it=True) < MAX_STOP_SECONDS
        assert worker.said.endswith("stopped\n")
        assert len(bot.answers()) == 1
        for process in bot.processes:
            hides_its_secrets(process.said)
            assert "Traceback" not in process.said


def refuses_what_is_too_much(house: House) -> None:
    """A body that comes in chunks, so that nothing tells its length beforehand."""
    chunk = b"x" * 0x4000
    head = b"POST /webhooks HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n"
    signature = hmac.new(SECRET.encode(), chunk * 5, hashlib.sha1).hexdigest().encode()
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as line:
        line.sendall(head + b"X-Spark-Signature: " + signature + b"\r\n\r\n")
        line.sendall((b"4000\r\n" + chunk + b"\r\n") * (MAX_BODY_BYTES // len(chunk) + 1) + b"0\r\n\r\n")
        assert b" 413 " in line.makefile("rb").readline()


def umasks(process: Process) -> set[str]:
    """Return what the processes take away from the mode of the files they make. Only Linux says so."""
    said = [Path(f"/proc/{each.pid}/status") for each in process.family()]
    return {path.read_text().partition("Umask:")[2].split()[0] for path in said if path.exists()}


def hides_its_secrets(said: str) -> None:
    assert not [secret for secret in (BOT, PARTNER_ADMIN, SECRET) if secret in said]


def test_serve_runs_on_sqlite_without_preparation(small: House) -> None:
    serve = small.serve()
    assert set(small.webhooks()) == {f"{small.url}/webhooks"}
    small.sandbox.faults.add(path="/messages/", token=BOT, status=502, body={"message": f"token {BOT} of no use"})
    small.type("sync")
    until(lambda: len(small.answers()) == 2 and small.nothing_to_do())
    status, ended = small.answers()
    assert "✅ completed" in (status.markdown or "")
    assert [file.name.split("_")[0] for file in ended.files] == ["licenses"]
    small.type("sync")
    assert "will work again" in (small.wait_for_answers(3)[2].markdown or "")
    assert sync_starts(small) == 1
    assert serve.terminate() < MAX_STOP_SECONDS
    assert serve.said.endswith("stopped\n")
    assert "token [token] of no use" in serve.said
    hides_its_secrets(serve.said)
    assert "Traceback" not in serve.said


def test_a_port_in_use_is_reported_in_one_sentence(small: House) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        small.port = other.getsockname()[1]
        serve = small.start("python -m bot serve")
        assert serve.wait() == 2
    (line,) = serve.said.splitlines()
    assert line.startswith(f"Port {small.port} is in use")


def test_a_stop_while_webex_hangs_is_short_and_frees_the_claimed_row(
    small: House, postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "large").mkdir()
    with Sandbox() as other, house(other, postgres_url, tmp_path / "large") as large, ThreadPoolExecutor(2) as both:
        large.wait_until_ready(large.start(PROCFILE["web"]))
        ways = [(small, "python -m bot serve"), (large, PROCFILE["worker"])]
        for stopped in [both.submit(stops_while_webex_hangs, bot, command) for bot, command in ways]:
            stopped.result(60)


def stops_while_webex_hangs(bot: House, command: str) -> None:
    process = bot.start(command)
    until(lambda: len(bot.webhooks()) == 5)
    bot.type("help")
    bot.wait_for_answers(1)
    bot.sandbox.faults.add(path="/messages/", method="GET", token=BOT, delay=HANGING)
    bot.type("status")
    until(lambda: bot.sandbox.faults.is_clear and bot.in_hand(InboxRow))
    assert process.terminate() < MAX_STOP_SECONDS
    assert not bot.in_hand(InboxRow)
    bot.start(command)
    assert "no directory sync is under way" in (bot.wait_for_answers(2)[1].markdown or "")
    assert "Traceback" not in process.said


def test_a_command_interrupted_by_a_crash_is_answered_once(small: House) -> None:
    serve = small.serve()
    small.sandbox.faults.add(path="/messages/", method="GET", token=BOT, delay=HANGING)
    small.type("status")
    until(lambda: small.sandbox.faults.is_clear and small.in_hand(InboxRow))
    serve.kill()
    small.let_a_minute_pass()
    small.serve()
    small.wait_for_answers(1)
    until(lambda: small.nothing_to_do())
    assert len(small.answers()) == 1


@pytest.mark.parametrize(("delivered", "answers"), [(False, 1), (True, 2)])
def test_a_crash_repeats_a_csv_only_if_webex_already_had_it(small: House, delivered: bool, answers: int) -> None:
    serve = small.serve()
    if delivered:
        small.sandbox.world.add_message_listener(lambda _kind, message: serve.strike() if message.files else None)
    else:
        small.sandbox.faults.add(path="/messages$", method="POST", token=BOT, drop="before", delay=HANGING)
    small.type("licenses location=Dallas")
    if not delivered:
        until(lambda: small.sandbox.faults.is_clear and small.in_hand(OutboxRow))
    else:
        small.wait_for_answers(1)
    serve.kill()
    assert len(small.answers()) == answers - 1
    small.sandbox.world.messages.listeners.clear()
    small.let_a_minute_pass()
    small.serve()
    small.wait_for_answers(answers)
    until(small.nothing_to_do)
    said = small.answers()
    assert len(said) == answers
    assert len({message.markdown for message in said}) == 1
    assert len({message.files[0].content for message in said}) == 1
    assert said[-1].files[0].content.count(b"\r\n") == 89


def test_a_sync_that_began_before_a_crash_is_adopted(small: House) -> None:
    serve = small.serve()
    small.sandbox.faults.add(path=SYNC_PATH, method="POST", drop="after", delay=1.0)
    small.type("sync")
    until(lambda: small.sandbox.faults.is_clear)
    serve.kill()
    small.let_a_minute_pass()
    small.serve()
    until(lambda: len(small.answers()) == 2 and small.nothing_to_do())
    assert "✅ completed" in (small.answers()[0].markdown or "")
    assert sync_starts(small) == 1


def test_a_sync_that_a_crash_prevented_starts_after_the_adopt_window(small: House) -> None:
    serve = small.serve()
    small.sandbox.faults.add(path=SYNC_PATH, method="POST", drop="before", delay=HANGING)
    small.type("sync")
    until(lambda: small.sandbox.faults.is_clear)
    serve.kill()
    small.let_a_minute_pass()
    small.serve()
    looked = small.asked("GET", "/broadworks/enterprises/", who=PARTNER_ADMIN)
    until(lambda: small.asked("GET", "/broadworks/enterprises/", who=PARTNER_ADMIN) >= looked + 4)
    assert sync_starts(small) == 0
    with small.database.write() as session:
        past = datetime.now(UTC) - timedelta(minutes=2)
        session.execute(update(SyncRow).where(SyncRow.state == "starting").values(starting_at=past))
    until(lambda: len(small.answers()) == 2 and small.nothing_to_do())
    assert "✅ completed" in (small.answers()[0].markdown or "")
    assert sync_starts(small) == 1


def test_events_of_a_worker_that_crashed_are_still_answered(large: House) -> None:
    large.wait_until_ready(large.start(PROCFILE["web"]))
    worker = large.start(PROCFILE["worker"])
    until(lambda: len(large.webhooks()) == 5)
    large.sandbox.faults.add(path="/messages/", method="GET", token=BOT, delay=HANGING)
    large.type("status")
    until(lambda: large.sandbox.faults.is_clear and large.in_hand(InboxRow))
    worker.kill()
    large.type("help")
    until(lambda: large.messages_kept() >= 2)
    large.let_a_minute_pass()
    large.start(PROCFILE["worker"])
    large.wait_for_answers(2)
    until(large.nothing_to_do)
    status, guide = large.answers()
    assert "no directory sync is under way" in (status.markdown or "")
    assert "What you can type" in (guide.markdown or "")
