"""The bots that are measured, started as in production."""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from bench import load, webhooks
from bench.other_programs import python_of
from bench.processes import ROOT, answers, environment, free_port, running, wait_for
from bench.webex_client import FakeWebex
from bot.commands import COMMANDS
from bot.replies import help as help_reply
from tests import postgres

WEBEXTEAMSBOT_THREADS = 8
_WARM_UP_COUNT = 32


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot: its port and webhook path, its processes, and the seconds until it was ready."""

    port: int
    path: str
    processes: list[psutil.Process]
    ready_after: float


Start = Callable[[], AbstractContextManager[Bot]]
"""Starts a bot with an empty database and lets it answer a few commands to warm up."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What all bots share: the fake Webex, the PostgreSQL server, and a folder for data and logs."""

    webex: FakeWebex
    server: postgres.Server
    folder: Path

    @contextmanager
    def web_and_worker(self) -> Iterator[Bot]:
        """Run our bot as in the Procfile: web and worker on PostgreSQL."""
        with self.web_and_worker_of(self.webex) as (bot, _):
            yield self._warm_up(bot)

    @contextmanager
    def web_and_worker_of(self, webex: FakeWebex, **settings: str) -> Iterator[tuple[Bot, str]]:
        """Run web and worker with another fake Webex; yield the address of the database, too."""
        lines = (line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
        commands = {name: ["sh", "-c", f"exec {command}"] for name, command in lines}
        port = free_port()
        with ExitStack() as stack:
            url = stack.enter_context(self.server.empty())
            plain = url.replace("postgresql+psycopg", "postgres")
            environ = {**self._settings(port, plain), "WEBEX_API_URL": webex.api, **settings}
            subprocess.run(commands["release"], env=environ, cwd=ROOT, check=True, capture_output=True)
            started = time.monotonic()
            processes = [
                stack.enter_context(running(commands[name], environ, self.folder / f"{name}.log"))
                for name in ("web", "worker")
            ]
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "web")
            yield Bot(port, "/webhooks", processes, time.monotonic() - started), url

    @contextmanager
    def serve_without_address(self) -> Iterator[Bot]:
        """Run our bot as one process on SQLite, without a public address and so without webhooks."""
        with self.serve_of(self.webex, BOT_PUBLIC_URL="", WEBEX_WEBHOOK_SECRET="") as (bot, _):
            yield bot

    @contextmanager
    def serve(self) -> Iterator[Bot]:
        """Run our bot as one process on SQLite."""
        with self.serve_of(self.webex) as (bot, _):
            yield self._warm_up(bot)

    @contextmanager
    def serve_of(self, webex: FakeWebex, **settings: str) -> Iterator[tuple[Bot, str]]:
        """Run one process with another fake Webex; yield the address of the database, too."""
        port = free_port()
        data = self.folder / f"serve-{port}"
        data.mkdir()
        url = f"sqlite:///{data}/bot.db"
        environ = {**self._settings(port, url), "WEBEX_API_URL": webex.api, **settings}
        command = [sys.executable, "-m", "bot", "serve"]
        started = time.monotonic()
        with running(command, environ, self.folder / "serve.log") as process:
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "serve", pause=0.005)
            yield Bot(port, "/webhooks", [process], time.monotonic() - started), url
        shutil.rmtree(data)

    @contextmanager
    def webexteamsbot(self) -> Iterator[Bot]:
        """Run webexteamsbot from PyPI under gunicorn with eight threads."""
        python = python_of("webexteamsbot")
        port = free_port()
        environ = self._settings(port, "")
        environ |= {
            webhooks.ANSWER_VARIABLE: help_reply.overview(COMMANDS),
            "PATH": f"{python.parent}:{environ['PATH']}",
        }
        options = f"--bind 127.0.0.1:{port} --workers 1 --threads {WEBEXTEAMSBOT_THREADS} --no-control-socket"
        command = [str(python), "-m", "gunicorn", *shlex.split(options), "bench.webexteamsbot_app:create_app()"]
        started = time.monotonic()
        with running(command, environ, self.folder / "webexteamsbot.log") as process:
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/health"), "webexteamsbot")
            yield self._warm_up(Bot(port, "/", [process], time.monotonic() - started))

    def _settings(self, port: int, database_url: str) -> dict[str, str]:
        return environment(
            WEBEX_BOT_TOKEN="token",
            WEBEX_ADMIN_TOKEN="token",
            WEBEX_WEBHOOK_SECRET=webhooks.SECRET,
            WEBEX_API_URL=self.webex.api,
            BOT_PUBLIC_URL=f"http://127.0.0.1:{port}",
            BOT_OPERATORS=webhooks.ADMIN_EMAIL,  # an operator: the rate limit does not apply
            BOT_ENTERPRISE="Reseller1+acme",
            BOT_ADMINS=webhooks.ADMIN_EMAIL,
            DATABASE_URL=database_url,
            PORT=str(port),
        )

    def _warm_up(self, bot: Bot) -> Bot:
        self.webex.reset()
        plan = load.Plan(bot.port, bot.path, self.webex.next_numbers(), 30.0, connections=8, max_count=_WARM_UP_COUNT)
        assert len(load.send(plan).accepted) == _WARM_UP_COUNT
        wait_for(lambda: self.webex.post_count() == _WARM_UP_COUNT, "the first answers")
        self.webex.reset()
        return bot


@contextmanager
def real_postgres() -> Iterator[postgres.Server]:
    """Run a PostgreSQL that writes commits to disk, as in production; the one of the tests does not."""
    with postgres.running() as server:
        with server.empty() as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET fsync")
            connection.execute("SELECT pg_reload_conf()")
            wait_for(lambda: connection.execute("SHOW fsync").fetchone() == ("on",), "fsync")
        yield server
