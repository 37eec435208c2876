"""Asks who answers at the address of webhooks: this installation of the bot, another one, or nobody."""

import threading
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

import requests

from bot.webex.own_webhooks import TURN_HEADER, UNKNOWN_TURN, Answer

MAX_SECONDS = 5.0
"""Time for the whole question, so that an address which answers byte by byte holds up nothing."""

_THREAD = "other-installation"
_NOT_THERE = frozenset({404, 410})
"""What a hoster answers for an address that no program has any more."""


def ask(target_url: str, turn: str) -> Answer:
    """Return who answers at this webhook's address. `turn` is what a server of this installation would say.

    The webhook's own path is asked first, because a proxy may forward nothing else. `/healthz` is asked next: a program
    that says nothing of a turn is another installation.
    """
    try:
        urls = (target_url, urljoin(target_url, "healthz"))
        if urlsplit(target_url).scheme not in ("http", "https"):
            return Answer.NOBODY
    except ValueError:
        return Answer.NOBODY
    if any(thread.name == _THREAD for thread in threading.enumerate()):
        return Answer.NOBODY  # the last question still hangs
    heard: list[Answer] = []
    asking = threading.Thread(target=_ask, args=(urls, turn, heard), name=_THREAD, daemon=True)
    asking.start()
    asking.join(MAX_SECONDS)
    return heard[0] if heard else Answer.NOBODY


def _ask(urls: Sequence[str], turn: str, heard: list[Answer]) -> None:
    for url in urls:
        try:
            with requests.get(url, timeout=MAX_SECONDS / 2, stream=True, allow_redirects=False, auth=_keep) as answer:
                status, said = answer.status_code, answer.headers.get(TURN_HEADER)
        except (requests.RequestException, OSError, ValueError):
            continue
        if said is not None:
            heard.append({turn: Answer.OWN, UNKNOWN_TURN: Answer.UNKNOWN}.get(said, Answer.ANOTHER))
            return
        if status < 300 or (400 <= status < 500 and status not in _NOT_THERE):
            heard.append(Answer.ANOTHER)
            return


def _keep(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no password from .netrc."""
    return request
