"""gunicorn's configuration of the web process, for what its command line in the Procfile cannot say."""

from typing import Any

MAX_REQUEST_STOP_SECONDS = 2
"""Time from SIGTERM that gunicorn leaves to requests in hand: each takes milliseconds."""


def post_worker_init(worker: Any) -> None:
    """Have the worker wait for its connections for a shorter time than gunicorn's master waits for the worker.

    Otherwise a connection on which nothing was ever sent would keep the worker until the master kills it.
    """
    worker.cfg.set("graceful_timeout", MAX_REQUEST_STOP_SECONDS)
