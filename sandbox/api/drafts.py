"""What a request wants to say, and to whom: as JSON, or as a form with a file."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import requests
from flask import request
from werkzeug.datastructures import FileStorage

from sandbox.api.body import Fields, json_fields
from sandbox.webex.cards import check_attachments
from sandbox.webex.drafts import MAX_FILE_BYTES, Draft, File, make_file
from sandbox.webex.errors import WebexError

FETCH_SECONDS = 5.0
_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: exactly one of a space, a person's id, a person's address."""

    room_id: str | None
    person_id: str | None
    email: str | None


def posted_draft() -> tuple[Target, Draft]:
    """The message to post, from JSON or from a form."""
    if request.mimetype == "multipart/form-data":
        fields = Fields(dict(request.form.items()))
        if "attachments" in fields:
            raise WebexError(400, "A card cannot be sent along with an uploaded file.")
        files = [_uploaded(part) for part in request.files.getlist("files")]
        files += [_fetched(url) for url in request.form.getlist("files") if not files]
        return _target(fields), _draft(fields, files, [])
    fields = json_fields()
    target, urls = _target(fields), fields.array("files")
    if len(urls) > 1:
        raise WebexError(400, "Only one file per message is supported.")
    return target, _draft(fields, [_fetched(url) for url in urls], fields.array("attachments"))


def edited_draft(fields: Fields) -> Draft:
    """The new content of a message: text or markdown; `html`, which a fetched message carries, must go (400)."""
    if "html" in fields:
        raise WebexError(400, "The html attribute cannot be set.")
    return Draft(text=fields.text("text"), markdown=fields.text("markdown"))


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
    )


def _uploaded(part: FileStorage) -> File:
    return make_file(part.filename or "file", part.mimetype or _BINARY, part.read())


def _fetched(url: object) -> File:
    """Webex fetches a file that is given as a URL; 400 where it cannot."""
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise WebexError(400, "A file must be a public URL, or be uploaded.")
    try:
        with requests.get(url, timeout=FETCH_SECONDS, stream=True) as response:
            response.raise_for_status()
            content = response.raw.read(MAX_FILE_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise WebexError(400, "The file could not be fetched.") from error
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    return make_file(name, response.headers.get("Content-Type", _BINARY).partition(";")[0], content)
