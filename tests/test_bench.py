"""Checks the bench's own instruments on loads whose result is known."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from bench import (
    license_holders,
    licenses,
    licenses_command,
    load,
    measures,
    minimal_export,
    sync_worker,
    two_companies,
    webex_client,
)
from bench.load import quantile
from bench.processes import ROOT
from bench.report import Row
from bench.webex_client import FakeWebex
from bench.webhooks import message_id, number_of, room_id
from bot.formatting.csv_file import opened
from storage.engine.database import Database
from storage.models import AttachmentRow, LicenseHolderRow
from tests.storage.threads import wait_until

pytestmark = pytest.mark.server
DELAY = 0.05


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeWebex]:
    """Run a fake Webex that answers after 50 ms."""
    with webex_client.running(tmp_path, DELAY) as running:
        yield running


def test_the_fake_webex_answers_after_its_delay_and_records_posts(fake: FakeWebex) -> None:
    with requests.Session() as session:
        message = session.get(f"{fake.api}messages/{message_id(7)}", timeout=5)
        posted = session.post(f"{fake.api}messages", json={"roomId": message.json()["roomId"]}, timeout=5)
    assert message.json()["roomId"] == room_id(7)
    assert message.elapsed.total_seconds() >= DELAY
    assert posted.elapsed.total_seconds() >= DELAY
    assert [number for number, _ in fake.posts()] == [number_of(room_id(7))]


def test_a_message_of_two_companies_says_who_wrote_what(tmp_path: Path) -> None:
    with webex_client.running(tmp_path, DELAY, "bench.two_companies") as webex:
        person = two_companies.NEIGHBOURS[3]
        number = person.message(two_companies.Kind.COMMAS, 7)
        message = requests.get(f"{webex.api}messages/{message_id(number)}", timeout=5).json()
        file = requests.get(message["files"][0], timeout=5).content
        requests.post(f"{webex.api}messages", json={"roomId": room_id(number)}, timeout=5)
        answered = requests.get(f"http://127.0.0.1:{webex.port}/bench/answered/0", timeout=5).json()
    assert (message["personId"], message["personEmail"], message["text"]) == (person.id, person.email, "locations")
    assert (file, list(answered)) == (two_companies.FILE, [room_id(number)])


def test_the_two_calls_any_bot_must_make_take_two_delays(fake: FakeWebex) -> None:
    assert 2 * DELAY <= measures.two_calls_time(fake, seconds=1.0) < 4 * DELAY


def test_each_connection_sends_one_request_at_a_time(fake: FakeWebex) -> None:
    sent = load.send(load.Plan(fake.port, "/v1/webhooks", 1, seconds=0.5, connections=4))
    assert fake.calls() == {"POST webhooks": len(sent.accepted)}
    assert [request.number for request in sorted(sent.sent, key=lambda request: request.number)] == list(
        range(1, len(sent.sent) + 1)
    )
    assert 4 < sent.per_second <= 4 / DELAY


def test_a_backlog_has_the_requested_number_of_events(fake: FakeWebex) -> None:
    sent = load.send(load.Plan(fake.port, "/v1/webhooks", 1, seconds=30.0, connections=8, max_count=20))
    assert fake.calls() == {"POST webhooks": 20}
    assert len(sent.accepted) == 20


def test_slow_responses_do_not_change_the_rate(fake: FakeWebex) -> None:
    sent = load.send(load.Plan(fake.port, "/v1/webhooks", 1, seconds=0.5, rate=100.0))
    times = sorted(request.due_at for request in sent.sent)
    assert fake.calls() == {"POST webhooks": 50}
    assert times[-1] - times[0] == pytest.approx(0.49)
    assert sent.answer_time(0.0) >= DELAY


def test_refused_requests_are_not_counted_as_accepted(fake: FakeWebex) -> None:
    sent = load.send(load.Plan(fake.port, "/v1/nothing", 1, seconds=30.0, connections=1, max_count=3))
    assert len(sent.sent) == 3
    assert sent.accepted == []


def test_a_quantile_is_the_smallest_sample_that_covers_its_share() -> None:
    samples = [float(number) for number in range(1, 101)]
    assert quantile(samples, 0.5) == 50
    assert quantile(samples, 0.99) == 99
    assert quantile([3.0], 0.99) == 3


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (Row("", "", ours=50, baseline=2, bound=25, at_least=True), "kept"),
        (Row("", "", ours=49, baseline=2, bound=25, at_least=True), "MISSED"),
        (Row("", "", ours=130, baseline=100, bound=1.2), "MISSED"),
        (Row("", "", serve=119, bound=120), "kept"),
        (Row("", "", ours=1), ""),
    ],
)
def test_a_bound_is_for_the_ratio_or_else_for_the_figure(line: Row, verdict: str) -> None:
    assert line.verdict == verdict


def test_every_change_of_state_is_counted_once(postgres_url: str, tmp_path: Path) -> None:
    shared = tmp_path / "starts"
    shared.write_bytes(bytes(8 * sync_worker.MAX_ENTERPRISES))
    database = Database(postgres_url)
    provider = sync_worker.Provider(database)
    provider.add_enterprises(2, with_status=True)
    assert (provider.state_changes(), provider.top_up()) == (0, 0)
    context, jobs = sync_worker.context(database, shared), sync_worker.jobs({"syncs", "rosters"})
    wait_until(lambda: not [job for job in jobs if job.run_one(context)] and provider.state_changes() == 10)
    assert provider.top_up() == 2
    database.close()


def test_the_bare_script_writes_the_file_that_the_bot_makes(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(database_url)
    license_holders.fill(database_url, 2_000)
    licenses_command.main(database_url, licenses.HALF)
    plain = str(database.url.database) if database.is_sqlite else database.plain_url
    minimal_export.main(plain, licenses.HALF_QUERY, str(tmp_path / "minimal.csv"))
    with database.read() as session:
        made = session.scalars(select(AttachmentRow.body).order_by(AttachmentRow.id.desc()).limit(1)).one()
    database.close()
    assert opened(made).read() == (tmp_path / "minimal.csv").read_bytes()
    assert len(opened(made).read().splitlines()) == 1 + 1_000
    assert [line.count('"seconds"') for line in capsys.readouterr().out.splitlines()] == [1, 0]


def test_the_bench_has_the_stated_number_of_rare_license_holders(database: Database, database_url: str) -> None:
    license_holders.fill(database_url, 2_000)
    with database.read() as session:
        found = session.scalars(select(LicenseHolderRow.email).where(LicenseHolderRow.email.like("%@rare.example")))
        assert len(found.all()) == license_holders.RARE


GROWTH = """
from bench import memory
idle = memory.resident()
held = bytearray(50_000_000)
held[::4096] = b"x" * len(held[::4096])
del held
print(memory.largest() - idle)
"""


def test_a_temporary_growth_of_memory_is_measured_afterwards() -> None:
    # In a process of its own: what other tests have freed may be used again, and then nothing grows.
    grown = subprocess.run([sys.executable, "-c", GROWTH], check=True, capture_output=True, cwd=ROOT)
    assert 45_000_000 <= int(grown.stdout) < 80_000_000
