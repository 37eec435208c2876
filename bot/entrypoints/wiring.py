"""Where the parts are put together: the only room that knows them all."""

import logging
import sys

from flask import Flask

from bot.entrypoints import startup
from bot.jobs import SCHEDULE
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.catalog import Process
from bot.settings.load import Settings, SettingsFault, load
from bot.web import create_app
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient, fixed_token
from bot.webex.messaging import Webex
from storage.engine.database import Database
from storage.engine.listener import Listener

log = logging.getLogger(__name__)


def settings_for(process: Process) -> Settings:
    """The settings of a process; where something is wrong with them it ends, saying what, with exit code 2."""
    startup.log_to_stderr()
    try:
        settings = load(process)
    except SettingsFault as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(2) from None
    for warning in settings.warnings:
        log.warning(warning)
    return settings


def context(settings: Settings, database: Database) -> Context:
    """The outside world as the settings name it."""
    bot = WebexClient(fixed_token(settings.webex_bot_token.reveal()), settings.webex_api_url)
    admin = WebexClient(fixed_token(settings.webex_admin_token.reveal()), settings.webex_api_url)
    return Context(settings, database, Webex(bot), BroadWorks(admin), startup.now)


def clock(world: Context) -> Clock:
    """The clock, running: on PostgreSQL it also hears of rows that other processes write."""
    running = Clock(world, SCHEDULE)
    running.start()
    if not world.database.is_sqlite:
        kinds = frozenset(entry.kind for entry in SCHEDULE if isinstance(entry, Job))
        Listener(world.database, kinds, world.stopping).start()
    return running


def door() -> Flask:
    """The web process alone, for gunicorn."""
    settings = settings_for(Process.WEB)
    return create_app(
        startup.open_database(settings, connections=1, single_writes=1), settings.webhook_secrets, startup.now
    )
