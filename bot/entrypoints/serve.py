"""`serve`: runs the door and the clock in one process, under gunicorn."""

import errno
import gc
import logging
import multiprocessing
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.entrypoints import gunicorn_config, provider_access, startup, wiring
from bot.entrypoints.door_worker import DoorWorker
from bot.entrypoints.token_look import look_at_tokens
from bot.jobs.engine.clock import Clock
from bot.settings.load import Settings
from bot.web import create_app

log = logging.getLogger(__name__)

ALL_INTERFACES, LOOPBACK = "0.0.0.0", "127.0.0.1"  # noqa: S104  Webex calls from outside
_SIGNAL_SECONDS = 1.0
"""Time in which an idle gunicorn worker sees that it is to stop."""
_MAX_CLOCK_STOP_SECONDS = wiring.MAX_STOP_SECONDS - gunicorn_config.MAX_REQUEST_STOP_SECONDS - _SIGNAL_SECONDS


def serve(settings: Settings) -> None:
    """Serve until stopped. Exit with code 2 if the port is taken."""
    problem = _port_problem(listening_address(settings), settings.port)
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        raise SystemExit(2)
    # In a child process, so that the memory that a migration needs is free again afterwards.
    fork = multiprocessing.get_context("fork")
    is_looked_at = fork.Value("b", 0)
    child = fork.Process(target=_prepare, args=(settings, is_looked_at))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(child.exitcode)
    gc.freeze()  # the worker then shares the memory of what is imported
    _Server(settings, is_looked_at=bool(is_looked_at.value)).run()


def _prepare(settings: Settings, is_looked_at: Any) -> None:
    """Prepare the database and look at the tokens; set `is_looked_at` if Webex could be reached."""
    with startup.exit_on_database_error():
        database = startup.open_database(settings)
        startup.ensure_up_to_date(database)
        startup.apply_settings(database, settings)
        provider_access.ensure_refresh_token(settings, database)
        context = wiring.build_context(settings, database)
        look_at_tokens(context)
        is_looked_at.value = context.access.is_looked_at
        database.close()


class _Server(BaseApplication):  # type: ignore[misc]
    """One gunicorn worker with threads. Its clock starts after the fork, because threads do not survive one."""

    def __init__(self, settings: Settings, *, is_looked_at: bool) -> None:
        self._settings = settings
        self._is_looked_at = is_looked_at
        self._clock: Clock | None = None
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        options: dict[str, Any] = {
            "bind": f"{listening_address(self._settings)}:{self._settings.port}",
            "workers": 1,
            "worker_class": DoorWorker,
            "threads": 8,
            "graceful_timeout": wiring.MAX_STOP_SECONDS,
            "keepalive": wiring.KEEP_ALIVE_SECONDS,
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": self._start_clock,
            "worker_exit": lambda _server, _worker: self._stop_clock(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app, in the worker."""
        self._database = startup.open_database(self._settings)
        return create_app(self._database, self._settings.webhook_secrets, startup.now)

    def _start_clock(self, worker: Any) -> None:
        gunicorn_config.post_worker_init(worker)  # which leaves the rest of the time to the clock
        context = wiring.build_context(self._settings, self._database)
        context.access.is_looked_at = self._is_looked_at
        self._clock = wiring.start_clock(context)
        log.info("ready on port %d", self._settings.port)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            wiring.stop_clock(self._clock, _MAX_CLOCK_STOP_SECONDS)
        log.info("stopped")


def listening_address(settings: Settings) -> str:
    """Return where to listen: on this machine alone if nothing needs to reach the bot from another one.

    Heroku ends a web process whose port it cannot reach.
    """
    if not settings.bot_public_url:
        return ALL_INTERFACES if settings.is_on_heroku else LOOPBACK
    return LOOPBACK if urlsplit(settings.bot_public_url).hostname in ("localhost", LOOPBACK) else ALL_INTERFACES


def _port_problem(address: str, port: int) -> str | None:
    """Return why nothing can listen on the port. gunicorn would try again and again without saying why."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use by another program: stop that program, or set PORT to another port."
            return f"Cannot listen on port {port} ({error.strerror}): set PORT to another port."
    return None
