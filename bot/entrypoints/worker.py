"""`worker`: runs the clock in a process of its own."""

import logging
import signal
import threading

from bot.entrypoints import provider_access, startup, wiring
from bot.entrypoints.token_look import look_at_tokens
from bot.settings.load import Settings

log = logging.getLogger(__name__)


def run_worker(settings: Settings) -> None:
    """Run the jobs until SIGTERM or SIGINT."""
    database = startup.open_database(settings)
    startup.ensure_up_to_date(database)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    startup.apply_settings(database, settings)
    provider_access.ensure_refresh_token(settings, database)
    context = wiring.build_context(settings, database)
    look_at_tokens(context)
    clock = wiring.start_clock(context)
    log.info("working")
    try:
        stop.wait()
    finally:
        wiring.stop_clock(clock, wiring.MAX_STOP_SECONDS)
        log.info("stopped")
