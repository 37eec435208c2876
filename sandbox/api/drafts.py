"""The message in a request and its target: as JSON, or as a form with a file."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import requests
from flask import request
from werkzeug.datastructures import FileStorage

from sandbox.api.request_fields import Fields, json_fields
from sandbox.webex.cards import check_attachments
from sandbox.webex.clients import Client, parse_client
from sandbox.webex.drafts import MAX_FILE_BYTES, Draft, File, make_file
from sandbox.webex.errors import WebexError

FETCH_TIMEOUT = 5.0  # seconds
CLIENT_HEADER = "Sandbox-Client"
"""The request header that names the client of a message, which Webex does not have."""
_DEFAULT_CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: exactly one of a space, a person id and an e-mail address."""

    room_id: str | None
    person_id: str | None
    email: str | None


def read_post() -> tuple[Target, Draft]:
    """Return the target and the content of a new message."""
    if request.mimetype == "multipart/form-data":
        fields = Fields(dict(request.form.items()))
        if "attachments" in fields:
            raise WebexError(400, "A card cannot be sent along with an uploaded file.")
        files = [_uploaded_file(part) for part in request.files.getlist("files")]
        files += [_fetch_file(url) for url in request.form.getlist("files") if not files]
        return _target(fields), _draft(fields, files, [])
    fields = json_fields()
    target, urls = _target(fields), fields.array("files")
    if len(urls) > 1:
        raise WebexError(400, "Only one file per message is supported.")
    return target, _draft(fields, [_fetch_file(url) for url in urls], fields.array("attachments"))


def read_edit(fields: Fields) -> Draft:
    """Return the new content of a message. Raise 400 for `html`, which can be read but not set."""
    if "html" in fields:
        raise WebexError(400, "The html attribute cannot be set.")
    return Draft(text=fields.text("text"), markdown=fields.text("markdown"), client=_client())


def _target(fields: Fields) -> Target:
    target = Target(fields.text("roomId"), fields.text("toPersonId"), fields.text("toPersonEmail"))
    if [target.room_id, target.person_id, target.email].count(None) != 2:
        raise WebexError(400, "Exactly one of roomId, toPersonId and toPersonEmail is required.")
    return target


def _draft(fields: Fields, files: list[File], attachments: list[object]) -> Draft:
    return Draft(
        text=fields.text("text"),
        markdown=fields.text("markdown"),
        files=tuple(files),
        attachments=check_attachments(attachments),
        parent_id=fields.text("parentId"),
        client=_client(),
    )


def _client() -> Client | None:
    name = request.headers.get(CLIENT_HEADER)
    return None if name is None else parse_client(name)


def _uploaded_file(part: FileStorage) -> File:
    return make_file(part.filename or "file", part.mimetype or _DEFAULT_CONTENT_TYPE, part.read())


def _fetch_file(url: object) -> File:
    """Fetch a file that is given as a URL, as Webex does. Raise 400 if that fails."""
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise WebexError(400, "A file must be a public URL, or be uploaded.")
    try:
        with requests.get(url, timeout=FETCH_TIMEOUT, stream=True) as response:
            response.raise_for_status()
            content = response.raw.read(MAX_FILE_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise WebexError(400, "The file could not be fetched.") from error
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    return make_file(name, response.headers.get("Content-Type", _DEFAULT_CONTENT_TYPE).partition(";")[0], content)
