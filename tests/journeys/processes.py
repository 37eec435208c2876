"""The bot as real processes; the sandbox runs in the test process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import psutil
import requests
from sqlalchemy import ColumnElement, func, select, update

from sandbox.server import Sandbox
from sandbox.webex.records import Message
from sandbox.world import BOT, PARTNER_ADMIN
from storage.engine.database import Database
from storage.models import InboxRow, OutboxRow, RosterRow, SyncRow
from tests.sandbox.client import Caller

ROOT = Path(__file__).parents[2]
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
SECRET = "a secret nobody guesses"
ANA = "ana@acme.example"
PATIENCE = 25.0
MAX_STOP_SECONDS = 10.0

Table = type[InboxRow] | type[OutboxRow] | type[RosterRow] | type[SyncRow]
TABLES: tuple[Table, ...] = (InboxRow, OutboxRow, RosterRow, SyncRow)


def free_port() -> int:
    """Return a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return as soon as the condition holds. Fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.02)


class Process:
    """A command in its own session, so that all its processes can be ended. Its output goes to a file."""

    def __init__(self, command: str, environ: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command, shell=True, cwd=ROOT, env=environ, stdout=output, stderr=output, start_new_session=True
            )
        self._seen: set[psutil.Process] = set()

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def family(self) -> set[psutil.Process]:
        """Return the process and every process it has started."""
        if self.running:
            try:
                shell = psutil.Process(self._popen.pid)
                self._seen |= {shell, *shell.children(recursive=True)}
            except psutil.NoSuchProcess:
                return self._seen
        return self._seen

    def terminate(self, *, all_of_it: bool = False) -> float:
        """Send SIGTERM and return the seconds until the end. It must end well.

        With `all_of_it`, its children get the signal too, as on Heroku.
        """
        family = self.family()
        began = time.monotonic()
        (os.killpg if all_of_it else os.kill)(self._popen.pid, signal.SIGTERM)
        code = self._popen.wait(30)
        took = time.monotonic() - began
        left = [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        assert not left, f"still there: {left}"
        assert "SIGKILL" not in self.said
        assert code == 0, self.said
        return took

    def strike(self) -> None:
        """Kill all of it at once, without a chance to clean up."""
        self.family()
        if self.running:
            os.killpg(self._popen.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill all of it at once, and wait until it has ended."""
        self.strike()
        self._popen.wait(10)
        psutil.wait_procs(self._seen, timeout=5)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return the exit code once it has ended by itself."""
        return self._popen.wait(seconds)


@dataclass
class House:
    """The settings, the database and the sandbox of one bot. Its processes end with it."""

    sandbox: Sandbox
    database_url: str
    folder: Path
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment of a process: the settings and the path of Python, nothing else."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "WEBEX_BOT_TOKEN": BOT,
            "WEBEX_ADMIN_TOKEN": PARTNER_ADMIN,
            "WEBEX_WEBHOOK_SECRET": SECRET,
            "WEBEX_API_URL": self.sandbox.url,
            "BOT_PUBLIC_URL": self.url,
            "BOT_OPERATORS": "olga@provider.example",
            "BOT_ENTERPRISE": "Reseller1+acme",
            "BOT_ADMINS": ANA,
            "SYNC_POLL": "200ms",
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            **self.more,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: str, **more: str) -> Process:
        """Start a process with these extra settings."""
        log = self.folder / f"log{len(self.processes)}"
        environ = {name: value for name, value in (self.environ | more).items() if value}
        process = Process(f"exec {command}", environ, log)
        self.processes.append(process)
        return process

    def serve(self) -> Process:
        """Start everything in one process. Wait until it is ready and has created its webhooks."""
        process = self.start("python -m bot serve")
        self.wait_until_ready(process)
        until(lambda: len(self.webhooks()) == 5)
        return process

    def wait_until_ready(self, process: Process) -> None:
        until(lambda: not process.running or self.status("/readyz") == 200)
        assert process.running, process.said

    def status(self, path: str) -> int | None:
        """Return the status of a GET, or None if nothing listens."""
        try:
            return requests.get(self.url + path, timeout=5).status_code
        except requests.ConnectionError:
            return None

    def webhooks(self) -> list[str]:
        """Return the target URLs of the bot's active webhooks."""
        answer = Caller(self.sandbox, BOT).get("webhooks").json()["items"]
        return [each["targetUrl"] for each in answer if each["status"] == "active"]

    def type(self, text: str) -> None:
        """Send a message from Ana to the bot in 1:1."""
        answer = Caller(self.sandbox, ANA).post("messages", toPersonEmail=BOT, text=text)
        assert answer.status_code == 200, answer.text

    def answers(self, to: str = ANA) -> list[Message]:
        """Return the bot's messages to a person in 1:1, oldest first."""
        room = self.sandbox.world.direct_room(to)
        said = self.sandbox.world.messages_in(room.id) if room else []
        return [message for message in said if message.person_email == BOT]

    def wait_for_answers(self, count: int) -> list[Message]:
        until(lambda: len(self.answers()) >= count)
        return self.answers()

    def asked(self, method: str, path: str, *, who: str = BOT) -> int:
        """Return how often a call was made to the sandbox, answered or not."""
        return sum(
            (request.method, request.token) == (method, who) and request.path.startswith(path)
            for request in list(self.sandbox.world.requests)
        )

    @cached_property
    def database(self) -> Database:
        """Return the database of the processes, for tests."""
        return Database(self.database_url)

    def messages_kept(self) -> int:
        """Return how many message events are in the inbox."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(InboxRow.resource == "messages")) or 0

    def in_hand(self, table: Table) -> bool:
        """Say whether a process has claimed a row of this table."""
        return self._any(table.lease_until.is_not(None), table)

    def nothing_to_do(self) -> bool:
        """Say whether no row is due any more."""
        return not any(self._any(table.due_at.is_not(None), table) for table in TABLES)

    def _any(self, condition: ColumnElement[bool], table: Table) -> bool:
        with self.database.read() as session:
            return session.scalars(select(table.id).where(condition)).first() is not None

    def let_a_minute_pass(self) -> None:
        """End the leases that a killed process has left, as a minute would."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        with self.database.write() as session:
            for table in TABLES:
                session.execute(update(table).where(table.lease_until.is_not(None)).values(lease_until=past))


@contextmanager
def house(sandbox: Sandbox, database_url: str, folder: Path) -> Iterator[House]:
    """Yield a house. Kill its processes at the end."""
    made = House(sandbox, database_url, folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
        made.database.close()
