"""Builds the parts of a process from its settings, and starts and stops the clock."""

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot.entrypoints import provider_access, startup
from bot.entrypoints.gunicorn_config import STARTED
from bot.jobs import SCHEDULE, access_looks
from bot.jobs.access_watch import DatabaseWatch
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import AccessMemory, Context
from bot.jobs.engine.job import Job
from bot.settings.catalog import Process
from bot.settings.load import Settings
from bot.web import create_app
from bot.webex.access_token import FixedToken, WatchedToken
from bot.webex.broadworks import BroadWorks
from bot.webex.client import MAX_WAIT_SECONDS, WebexClient
from bot.webex.messaging import Webex
from storage import space_looks
from storage.engine.database import Database
from storage.engine.listener import Listener

log = logging.getLogger(__name__)

MAX_STOP_SECONDS = 9
"""Time from SIGTERM to the end of the process. Docker kills a process after 10 seconds. The Procfile says the same."""

KEEP_ALIVE_SECONDS = 95
"""How long the webhook server keeps an idle connection: longer than Heroku's router (90 s) and other clients do.

So nobody posts into a connection that is being closed. The Procfile says the same."""


def build_context(settings: Settings, database: Database, now: Callable[[], datetime] = startup.now) -> Context:
    """Return what the jobs work with: the database and Webex, as the settings name them."""
    memory = AccessMemory()
    watch = DatabaseWatch(memory, database, now, settings.webex_admin_client_id)
    fixed, timeout = settings.webex_bot_token.reveal(), settings.webex_timeout.total_seconds()
    short = min(timeout, MAX_WAIT_SECONDS)
    unwatched = Webex(WebexClient(FixedToken(fixed), settings.webex_api_url, timeout=short), watch)
    watched = WatchedToken(fixed, partial(access_looks.confirm_bot_refusal, unwatched.me, memory, watch))
    bot = Webex(WebexClient(watched, settings.webex_api_url, timeout=short), watch)
    renewable = provider_access.renewed_token(settings, database, now) if settings.uses_integration else None
    admin_token = renewable or FixedToken(settings.webex_admin_token.reveal())
    admin = WebexClient(admin_token, settings.webex_api_url, timeout=timeout)
    return Context(settings, database, bot, BroadWorks(admin, watch), now, provider_token=renewable, access=memory)


def start_clock(context: Context) -> Clock:
    """Start the clock. On PostgreSQL, also listen for rows that other processes write."""
    clock = Clock(context, SCHEDULE)
    try:
        clock.start()
        if not context.database.is_sqlite:
            kinds = frozenset(entry.kind for entry in SCHEDULE if isinstance(entry, Job))
            Listener(context.database, kinds, context.stopping).start()
    except BaseException:
        clock.stop(0)  # its threads would keep the process from ending
        raise
    return clock


def stop_clock(clock: Clock, max_seconds: float) -> None:
    """Stop the clock. If work does not end in time, end the process without it: its rows are given back by then."""
    deadline = time.monotonic() + max_seconds
    if not clock.stop(max_seconds) or not clock.wait_for_chores(deadline - time.monotonic()):
        log.warning("some work did not end in time")
        logging.shutdown()
        os._exit(0)


def door() -> Flask:
    """Return the app of the web process, for gunicorn."""
    os.umask(0o077)  # the files and folders that the process makes are for its owner alone
    settings = startup.load_settings(Process.WEB)
    database = startup.open_database(settings, connections=1, single_writes=1)
    app = create_app(database, settings.webhook_secrets, startup.now)
    app.extensions[STARTED] = partial(_request_look, database)
    return app


def _request_look(database: Database) -> None:
    """Have the workers look for what was typed while no web process was there."""
    try:
        with database.write() as session:
            space_looks.request(session, startup.now())
    except SQLAlchemyError as error:
        log.warning("a look at the spaces could not be requested: %s", type(error).__name__)
