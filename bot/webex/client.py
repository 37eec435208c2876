"""Calls to Webex: each returns what Webex answers, or raises one of bot.webex.errors."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests
from requests_toolbelt import MultipartEncoder
from urllib3.exceptions import MaxRetryError

from bot.webex.access_token import MUST_BE_VISIBLE_ASCII, AccessToken, fits_header
from bot.webex.error_responses import error_for, http_date, load_json, redacted
from bot.webex.errors import AnswerLost, TokenRefused, TooLarge, WebexFailure
from bot.webex.http_session import HttpSession
from bot.webex.json_fields import Item, not_understood, objects
from bot.webex.models import FileUpload
from bot.webex.urls import next_page_path, trusted_file_url

MAX_PAGES = 10_000
"""Pages of one list; a longer list is taken for one that never ends."""

MAX_WAIT_SECONDS = 8.0
"""How long the bot's own calls wait for Webex: turns and looks, and the order of a space, rely on short waits."""

MAX_BODY_SECONDS = 30.0
"""Time for the whole body of an answer, because one that comes byte by byte would never reach the session's timeout."""

MAX_ANSWER_BYTES = 10_000_000
"""Bytes of an answer that is no file: a page of a list has less than one million."""

MAX_ERROR_BYTES = 64 * 1024
"""Bytes that are read of an error: one line of them is shown."""

_CHUNK_BYTES = 64 * 1024


class Answer(NamedTuple):
    """A response of Webex whose body was read; the response itself does not keep it."""

    response: requests.Response
    body: bytes


class WebexClient:
    """Calls to Webex with one token, from any thread."""

    def __init__(self, access_token: AccessToken, base_url: str, *, timeout: float = MAX_WAIT_SECONDS) -> None:
        """Raise ValueError if `base_url` is no web address.

        `timeout` is in seconds, for each wait for Webex once there is a connection.
        """
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
            raise ValueError("the base of the Webex API is an address like https://webexapis.com/v1/")
        self._base = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}/"
        self._access_token = access_token
        self._session = HttpSession(self._base, timeout)
        self._dated = (datetime.now(UTC), time.monotonic())

    def now(self) -> datetime:
        """Return the time by Webex's clock: what the last answer said, and what has passed since.

        It is up to a second late, because answers say full seconds. Before the first answer it is this machine's time.
        """
        said, at = self._dated
        return said + timedelta(seconds=time.monotonic() - at)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        data: MultipartEncoder | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return Webex's answer to a successful call, any 2xx; `path` is below the base, without a leading slash.

        Raise AnswerLost if it is larger than MAX_ANSWER_BYTES: Webex may have carried out the call.
        """
        call = f"{method} {path.partition('?')[0]}"
        content = {"params": params, "json": json, "data": data, "headers": headers}
        answer = self._send(call, method, self._base + path, MAX_ANSWER_BYTES, **content)
        if len(answer.body) > MAX_ANSWER_BYTES:
            raise AnswerLost(f"no answer from Webex to {call}: it has more than {MAX_ANSWER_BYTES:,} bytes")
        return answer

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> Item:
        """Return the JSON object of the response, an empty one if the response has no body."""
        return _json_object(self.request(method, path, params=params, json=json))

    def pages(
        self, path: str, params: Mapping[str, str], before_call: Callable[[], None] = lambda: None
    ) -> Iterator[list[Item]]:
        """Yield the items of a list, page by page. `before_call` is called before each call."""
        before_call()
        answer = self.request("GET", path, params=params)
        seen = {_page_key(answer.response)}
        while True:
            page = _json_object(answer)
            if page.get("items") is None:
                raise not_understood("items are missing")
            yield objects(page, "items")
            link = answer.response.links.get("next", {}).get("url")
            if link is None:
                return
            before_call()
            answer = self.request("GET", next_page_path(link, answer.response.url, self._base, params))
            key = _page_key(answer.response)
            if key in seen or len(seen) >= MAX_PAGES:
                raise not_understood("its pages do not end")
            seen.add(key)

    def upload(self, path: str, fields: Mapping[str, str], file: FileUpload) -> Item:
        """Post a form with a file, in one attempt and without having the whole file in memory.

        The form's header needs the file's length, which the copy on disk has.
        """
        with file.open() as source, TemporaryFile() as copy:
            shutil.copyfileobj(source, copy)
            copy.seek(0)
            form = MultipartEncoder({**fields, "files": (file.name, copy, file.content_type)})
            headers = {"Content-type": form.content_type}
            return _json_object(self.request("POST", path, data=form, headers=headers))

    def download(self, url: str, max_bytes: int) -> bytes:
        """Return the file at a URL that Webex gave.

        Raise TooLarge if more than `max_bytes` come, whatever the headers say, and Rejected if the token must not be
        sent to this URL.
        """
        headers = {"Accept-Encoding": "identity"}
        url = trusted_file_url(url, self._base)
        content = self._send("GET of a file", "GET", url, max_bytes, headers=headers).body
        if len(content) > max_bytes:
            raise TooLarge(f"a file of more than {max_bytes:,} bytes")
        return content

    def _send(self, call: str, method: str, url: str, max_bytes: int, **content: object) -> Answer:
        """Return the answer to a successful call, or raise an error, in which `call` names the call.

        After a 401 the call is sent once more if there is another token: Webex has not carried it out.
        """
        token = self._access_token.current()
        answer = self._send_with(token, call, method, url, max_bytes, **content)
        is_read_already = content.get("data") is not None
        if answer.response.status_code == 401 and (other := self._access_token.renewed(token)) and not is_read_already:
            answer = self._send_with(other, call, method, url, max_bytes, **content)
        if answer.response.status_code >= 300:
            raise _failure(call, answer)
        return answer

    def _send_with(self, token: str, call: str, method: str, url: str, max_bytes: int, **content: object) -> Answer:
        """Return the answer, with any status. Of its body, one byte more than `max_bytes` is read at most."""
        if not fits_header(token):
            raise TokenRefused(f"{call} was not sent: {MUST_BE_VISIBLE_ASCII}")
        try:
            with self._session.send(method, url, token, stream=True, **content) as response:
                if (said := http_date(response.headers.get("Date"))) is not None:
                    self._dated = (said, time.monotonic())
                is_error = response.status_code >= 300
                body = _first_bytes(response, MAX_ERROR_BYTES if is_error else max_bytes + 1)
        except (requests.RequestException, TimeoutError) as error:
            raise _answer_lost(call, error, token) from None
        return Answer(response, body)


def _token_of(response: requests.Response) -> str:
    """Return the token that was sent; another call may have a newer one by now."""
    return response.request.headers["Authorization"].removeprefix("Bearer ")


def _failure(call: str, answer: Answer) -> WebexFailure:
    response, now = answer.response, datetime.now(UTC)
    return error_for(call, response.status_code, response.headers, answer.body, token=_token_of(response), now=now)


def _answer_lost(call: str, error: Exception, token: str) -> AnswerLost:
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError) and cause.reason:
        error = cause.reason  # the text of a MaxRetryError shows the whole URL, ids of people and spaces included
    reason = redacted(f"{type(error).__name__}: {error}", token)
    return AnswerLost(f"no answer from Webex to {call}: {reason}")


def _json_object(answer: Answer) -> Item:
    """Return the JSON object of a success. One that is garbled is a lost answer: Webex may have done the call."""
    response = answer.response
    try:
        content = load_json(answer.body)
    except ValueError:
        tracking_id = redacted(response.headers.get("TrackingID"), _token_of(response)) or None
        raise AnswerLost("Webex's answer was no JSON", tracking_id=tracking_id) from None
    if not isinstance(content, dict):
        raise not_understood("it is not an object")
    return content


def _page_key(response: requests.Response) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what tells a page from the others of its list: its path and its query, in any order."""
    address = urlsplit(response.url)
    return address.path, tuple(sorted(parse_qsl(address.query, keep_blank_values=True)))


def _first_bytes(response: requests.Response, max_bytes: int) -> bytes:
    """Return at most `max_bytes` of a body that is not read yet; raise TimeoutError if that takes too long."""
    deadline = time.monotonic() + MAX_BODY_SECONDS
    content = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        content += chunk
        if len(content) >= max_bytes:
            break
        if time.monotonic() > deadline:
            raise TimeoutError("the answer comes too slowly")
    return bytes(content[:max_bytes])
