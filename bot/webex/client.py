"""The way to Webex: one kept-alive connection per thread; what comes back is an answer or a failure."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from tempfile import TemporaryFile
from urllib.parse import parse_qsl, urlsplit

import requests
from requests_toolbelt import MultipartEncoder
from urllib3.exceptions import ProtocolError

from bot.webex.downloads import beginning
from bot.webex.error_responses import error_for, parsed, redacted
from bot.webex.errors import AnswerLost, TooLarge, WebexFailure
from bot.webex.http_session import Transport
from bot.webex.json_fields import Item, not_understood, objects
from bot.webex.models import Upload
from bot.webex.urls import at_webex, following

MAX_PAGES = 10_000
_MAX_ERROR_BYTES = 64 * 1024


class Connection:
    """Calls to Webex with one token, from any thread."""

    def __init__(self, token: str, base_url: str, *, timeout: int = 8) -> None:
        """Raise ValueError where the token cannot stand in a header, or `base_url` is no web address.

        `timeout` is in seconds, for connecting and again for each wait on Webex.
        """
        if not token or not all("!" <= character <= "~" for character in token):
            raise ValueError("an access token is visible ASCII characters without spaces")
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
            raise ValueError("the base of the Webex API is an address like https://webexapis.com/v1/")
        self._token = token
        self._base = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}/"
        self._transport = Transport(token, self._base, timeout)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        data: MultipartEncoder | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Webex's answer where it is a success, any 2xx; `path` is below the base, without a leading slash.

        A GET whose kept connection breaks is asked once more at once. Raises the failures of bot.webex.errors.
        """
        asked = f"{method} {path.partition('?')[0]}"
        content = {"params": params, "json": json, "data": data, "headers": headers}
        response = self._answer(asked, method, self._base + path, **content)
        if response.status_code < 300:
            return response
        raise self._error_for(asked, response, response.content)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> Item:
        """The JSON object that Webex answers, empty where it answers without a body."""
        return self._read(self.request(method, path, params=params, json=json))

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[list[Item]]:
        """The items of a list, page by page."""
        response = self.request("GET", path, params=params)
        seen = {_fingerprint(response)}
        while True:
            answer = self._read(response)
            if answer.get("items") is None:
                raise not_understood("items are missing")
            yield objects(answer, "items")
            link = response.links.get("next", {}).get("url")
            if link is None:
                return
            response = self.request("GET", following(link, response.url, self._base, params))
            here = _fingerprint(response)
            if here in seen or len(seen) >= MAX_PAGES:
                raise not_understood("its pages do not end")
            seen.add(here)

    def upload(self, path: str, fields: Mapping[str, str], upload: Upload) -> Item:
        """Post a form with a file, as one attempt; the file is never in memory as a whole.

        Its copy on disk has a known length, which must be told beforehand, and starts at its beginning.
        """
        with upload.open() as source, TemporaryFile() as copy:
            shutil.copyfileobj(source, copy)
            copy.seek(0)
            form = MultipartEncoder({**fields, "files": (upload.name, copy, upload.content_type)})
            kind = {"Content-type": form.content_type}
            return self._read(self.request("POST", path, data=form, headers=kind))

    def download(self, address: str, most: int) -> bytes:
        """The file at an address that Webex gave; raises TooLarge for one of more than `most` bytes, once those are
        read, whatever its headers said, and Rejected for an address at which the token has no business.
        """
        asked = "GET of a file"
        url = at_webex(address, self._base)
        with self._answer(asked, "GET", url, stream=True, headers={"Accept-Encoding": "identity"}) as response:
            well = response.status_code < 300
            try:
                content = beginning(response, most + 1 if well else _MAX_ERROR_BYTES)
            except (requests.RequestException, TimeoutError) as error:
                self._transport.close()
                raise self._lost(asked, error) from None
        if not well:
            raise self._error_for(asked, response, content)
        if len(content) > most:
            raise TooLarge(f"a file of more than {most:,} bytes")
        return content

    def _answer(self, asked: str, method: str, url: str, **content: object) -> requests.Response:
        """Webex's answer, whatever it says."""
        transport = self._transport
        transport.drop_idle()
        again = method == "GET" and transport.kept_alive
        while True:
            try:
                return transport.send(method, url, **content)
            except requests.RequestException as error:
                transport.close()
                if not (again and _is_cut_off(error)):
                    raise self._lost(asked, error) from None
                again = False

    def _lost(self, asked: str, error: Exception) -> AnswerLost:
        reason = redacted(f"{type(error).__name__}: {error}", self._token)
        return AnswerLost(f"no answer from Webex to {asked}: {reason}")

    def _error_for(self, asked: str, response: requests.Response, content: bytes) -> WebexFailure:
        return error_for(
            asked, response.status_code, response.headers, content, token=self._token, now=datetime.now(UTC)
        )

    def _read(self, response: requests.Response) -> Item:
        """The JSON object of a success; one that is garbled is a lost answer, for Webex may have done it."""
        try:
            answer = parsed(response.content)
        except ValueError:
            tracking_id = redacted(response.headers.get("TrackingID"), self._token) or None
            raise AnswerLost("Webex's answer was no JSON", tracking_id=tracking_id) from None
        if not isinstance(answer, dict):
            raise not_understood("it is not an object")
        return answer


def _is_cut_off(error: requests.RequestException) -> bool:
    """Whether the connection broke before any answer, as one does that the other side had just given up."""
    return isinstance(error, requests.ConnectionError) and bool(error.args) and isinstance(error.args[0], ProtocolError)


def _fingerprint(response: requests.Response) -> tuple[str, tuple[tuple[str, str], ...]]:
    address = urlsplit(response.url)
    return address.path, tuple(sorted(parse_qsl(address.query, keep_blank_values=True)))
