"""Asks whether another installation of the bot, which has the webhooks, still answers."""

import threading
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

import requests

MAX_SECONDS = 5.0
"""Time for the whole question, so that an address which answers byte by byte holds up nothing."""

_THREAD = "other-installation"
_NOT_THERE = frozenset({404, 410})
"""What a hoster answers for an address that no program has any more."""


def answers(target_url: str) -> bool:
    """Return whether a program answers at this webhook's address; only yes or no is taken from the answer.

    `/healthz` is asked first. A proxy may forward nothing but the webhook's own path, so that is asked next.
    """
    try:
        urls = (urljoin(target_url, "healthz"), target_url)
        if urlsplit(target_url).scheme not in ("http", "https"):
            return False
    except ValueError:
        return False
    if any(thread.name == _THREAD for thread in threading.enumerate()):
        return False  # the last question still hangs
    heard = threading.Event()
    asking = threading.Thread(target=_ask, args=(urls, heard), name=_THREAD, daemon=True)
    asking.start()
    asking.join(MAX_SECONDS)
    return heard.is_set()


def _ask(urls: Sequence[str], heard: threading.Event) -> None:
    for url in urls:
        try:
            with requests.get(url, timeout=MAX_SECONDS / 2, stream=True, allow_redirects=False, auth=_keep) as answer:
                status = answer.status_code
        except (requests.RequestException, OSError, ValueError):
            continue
        if status < 300 or (400 <= status < 500 and status not in _NOT_THERE):
            heard.set()
            return


def _keep(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no password from .netrc."""
    return request
