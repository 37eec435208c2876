"""`worker`: the clock in a process of its own."""

import logging
import os
import signal
import threading

from bot.entrypoints import startup, wiring
from bot.settings.load import Settings

log = logging.getLogger(__name__)

MAX_STOP_SECONDS = 9.0


def work(settings: Settings) -> None:
    """Move rows until stopped by SIGTERM or SIGINT."""
    database = startup.open_database(settings)
    startup.bring_up_to_date(database)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    startup.seed(database, settings)
    clock = wiring.clock(wiring.context(settings, database))
    log.info("working")
    stop.wait()
    if not clock.stop(MAX_STOP_SECONDS):
        log.warning("some work did not end in time")
        logging.shutdown()
        os._exit(0)
