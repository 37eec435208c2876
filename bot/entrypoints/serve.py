"""`serve`: door and clock in one process, under gunicorn."""

import errno
import gc
import logging
import multiprocessing
import os
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.entrypoints import startup, wiring
from bot.jobs.engine.clock import Clock
from bot.settings.load import Settings
from bot.web import create_app

log = logging.getLogger(__name__)

EVERYWHERE, THIS_MACHINE = "0.0.0.0", "127.0.0.1"  # noqa: S104  Webex calls from outside
MAX_STOP_SECONDS = 9
_REQUESTS_STOP = 2
_NOTICED = 1.0
"""Seconds in which a worker that waits for requests sees that it is to stop."""


def serve(settings: Settings) -> None:
    """Serve until stopped; ends with exit code 2 where the port is taken."""
    fault = _port_fault(listening_address(settings.bot_public_url), settings.port)
    if fault is not None:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(2)
    # In a child, so that what a migration takes of memory is not kept for the whole run.
    child = multiprocessing.get_context("fork").Process(target=_prepare, args=(settings,))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(child.exitcode)
    gc.freeze()  # what was imported stays shared with the worker after the fork
    _Server(settings).run()


def _prepare(settings: Settings) -> None:
    with startup.telling_database_faults():
        database = startup.open_database(settings)
        startup.bring_up_to_date(database)
        startup.seed(database, settings)
        database.close()


class _Server(BaseApplication):  # type: ignore[misc]
    """One worker with threads. Its clock starts after the fork, since threads do not survive one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clock: Clock | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn how to run."""
        options: dict[str, Any] = {
            "bind": f"{listening_address(self._settings.bot_public_url)}:{self._settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "graceful_timeout": MAX_STOP_SECONDS,
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": self._start,
            "worker_exit": lambda _server, _worker: self._stop(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the parts, in the worker."""
        self._database = startup.open_database(self._settings)
        return create_app(self._database, self._settings.webhook_secrets, startup.now)

    def _start(self, worker: Any) -> None:
        """Start the clock."""
        # Both count it from SIGTERM: the arbiter until it kills, a worker until it leaves its last requests.
        worker.cfg.set("graceful_timeout", _REQUESTS_STOP)
        self._clock = wiring.clock(wiring.context(self._settings, self._database))
        log.info("ready on port %d", self._settings.port)

    def _stop(self) -> None:
        if self._clock is not None and not self._clock.stop(MAX_STOP_SECONDS - _REQUESTS_STOP - _NOTICED):
            log.warning("some work did not end in time")
            logging.shutdown()
            os._exit(0)


def listening_address(public_url: str) -> str:
    """Where to listen: where the bot's own address is this machine, nobody outside has any business."""
    return THIS_MACHINE if urlsplit(public_url).hostname in ("localhost", THIS_MACHINE) else EVERYWHERE


def _port_fault(address: str, port: int) -> str | None:
    """What keeps us from listening on a port, said before gunicorn tries again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use by another program: stop that one, or set PORT to another."
            return f"Cannot listen on port {port} ({error.strerror}): set PORT to another."
    return None
