"""HTTP with one token: each thread has a connection of its own that is kept alive, and goes where it is sent alone."""

import threading
import time

import requests
from webexteamssdk import WebexTeamsAPI

IDLE_LIMIT = 20.0
"""Seconds after which an unused connection is dropped: the other side may be about to close it."""


class Transport(threading.local):
    """One thread's own SDK object, made when the thread first calls."""

    def __init__(self, token: str, base: str, timeout: int) -> None:
        super().__init__()
        self._rest = WebexTeamsAPI(
            access_token=token, base_url=base, single_request_timeout=timeout, wait_on_rate_limit=False
        )._session
        self._http: requests.Session = self._rest._req_session
        self._http.auth = _Bearer(token)
        self._http.hooks["response"].append(_forget_redirect)
        self._used_at: float | None = None

    @property
    def kept_alive(self) -> bool:
        """Whether there is a connection that was used before."""
        return self._used_at is not None

    def drop_idle(self) -> None:
        """Close a connection that was not used for long."""
        if self._used_at is not None and time.monotonic() - self._used_at > IDLE_LIMIT:
            self.close()

    def send(self, method: str, url: str, **content: object) -> requests.Response:
        """Whatever is answered; raises what requests raises where nothing is."""
        response: requests.Response = self._rest.request(method, url, _AnyStatus(), **content)
        self._used_at = time.monotonic()
        return response

    def close(self) -> None:
        """Have the next call make a connection anew."""
        self._http.close()
        self._used_at = None


class _AnyStatus:
    """Equals every status, so the SDK hands each answer over unread.

    Its own reading breaks on a Retry-After that is no integer and on an error body that is no object, and knows
    one good status per method only.
    """

    def __eq__(self, other: object) -> bool:
        return True


class _Bearer(requests.auth.AuthBase):
    """Says the token itself, so that requests does not put a .netrc's password in its place."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


def _forget_redirect(response: requests.Response, **_: object) -> None:
    """Take away where a redirect leads: the token goes nowhere else, a 3xx is an answer like any other."""
    response.headers.pop("Location", None)
