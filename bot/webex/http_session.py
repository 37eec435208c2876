"""HTTP to Webex through the SDK's session: one session, with one kept-alive connection, for each thread.

Why the SDK is used in this way (measured with webexteamssdk 1.7): its API classes know no `/broadworks`. They copy
the token when they are made, so a renewed token would be ignored. They accept one status for each method: 202 is an
error. They fail on a Retry-After that is no integer, and on an error body that is no object. So calls go to
`RestSession.request`, which adds the headers and, with `wait_on_rate_limit=False`, neither sleeps nor repeats.
`_AnyStatus` makes it return each response unread. The SDK has no way to set the token of one call, the retries or the
redirects: that is done on `_req_session`, its `requests` session. The SDK has no locks, so no two threads share a
session.
"""

import threading
import time
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import ReadTimeoutError
from webexteamssdk.restsession import RestSession

MAX_CONNECT_SECONDS = 5.0
"""Time for a connection to Webex: one that takes longer will not come."""

MAX_IDLE_SECONDS = 20.0
"""A connection that was unused for longer is closed, because Webex may be about to close it too."""

_PLACEHOLDER = "each call brings its own"
"""The SDK demands a token for all calls; the one of the call replaces it."""


class HttpSession(threading.local):
    """The SDK session of the thread that uses it, made at the thread's first call."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__()
        self._rest = RestSession(_PLACEHOLDER, base_url, wait_on_rate_limit=False)
        self._timeouts = (min(MAX_CONNECT_SECONDS, timeout), timeout)
        self._requests: requests.Session = self._rest._req_session
        self._requests.hooks["response"].append(_remove_redirect)
        for scheme in ("https://", "http://"):
            self._requests.mount(scheme, HTTPAdapter(max_retries=_RETRY))
        self._used_at = time.monotonic()

    def send(self, method: str, url: str, token: str, **content: object) -> requests.Response:
        """Return the response, with any status. Raise requests.RequestException if there is none."""
        if time.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            self._requests.close()
        content |= {"auth": _Bearer(token), "timeout": self._timeouts}
        response: requests.Response = self._rest.request(method, url, _AnyStatus(), **content)
        self._used_at = time.monotonic()
        return response


class _RetryBrokenGet(Retry):
    """Send a GET once more, at once, if its connection breaks before a response; retry nothing else.

    Webex may close a kept-alive connection at the moment when the next call is sent. A GET can be repeated safely, but
    Webex may have carried out a POST, PUT or DELETE.
    """

    def increment(self, *arguments: Any, **context: Any) -> Self:
        """Return the retries that are left; raise the error if this call is not retried."""
        error = context.get("error")
        if isinstance(error, ReadTimeoutError):  # a second wait would double the time limit
            raise error
        return super().increment(*arguments, **context)


_RETRY = _RetryBrokenGet(
    total=1, connect=0, redirect=0, status=0, other=0, allowed_methods=("GET",), respect_retry_after_header=False
)


class _AnyStatus:
    """Equal to every status, so that the SDK takes each response as the expected one."""

    def __eq__(self, other: object) -> bool:
        return True


class _Bearer(requests.auth.AuthBase):
    """Set the call's token; as an auth object, so that requests does not replace it by a password from .netrc."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


def _remove_redirect(response: requests.Response, **_: object) -> None:
    """Remove the target of a redirect, so that the token is not sent there: a 3xx is then a response like any other."""
    response.headers.pop("Location", None)
