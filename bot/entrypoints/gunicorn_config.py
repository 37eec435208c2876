"""gunicorn's configuration of the web process, for what its command line in the Procfile cannot say."""

import threading
from typing import Any

MAX_REQUEST_STOP_SECONDS = 2
"""Time from SIGTERM that gunicorn leaves to requests in hand: each takes milliseconds."""


STARTED = "started"
"""The extension of the app that is called when the web process has started."""


def post_worker_init(worker: Any) -> None:
    """Have the worker wait for its connections for a shorter time than gunicorn's master waits for the worker.

    Otherwise a connection on which nothing was ever sent would keep the worker until the master kills it. Then call
    what the app wants to be done at the start, in a thread: it must not delay the first request.
    """
    worker.cfg.set("graceful_timeout", MAX_REQUEST_STOP_SECONDS)
    if (started := worker.wsgi.extensions.get(STARTED)) is not None:
        threading.Thread(target=started, daemon=True).start()
