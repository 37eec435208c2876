"""The content of a message before it is posted, and the limits Webex sets on it."""

from dataclasses import dataclass

from sandbox.webex.clients import Client
from sandbox.webex.errors import WebexError
from sandbox.webex.ids import make_id

MAX_TEXT_BYTES = 7439
MAX_FILE_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file attached to a message."""

    id: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a message. The constructor checks the limits of Webex and raises 400 or 415.

    `client` is what it is written with; None for the client that its author uses.
    """

    text: str | None = None
    markdown: str | None = None
    files: tuple[File, ...] = ()
    attachments: tuple[dict[str, object], ...] = ()
    parent_id: str | None = None
    client: Client | None = None

    def __post_init__(self) -> None:
        if not (self.text or self.markdown or self.files or self.attachments):
            raise WebexError(400, "A message needs text, markdown, a file or a card.")
        for name, value in (("text", self.text), ("markdown", self.markdown)):
            if value and len(value.encode()) > MAX_TEXT_BYTES:
                raise WebexError(400, f"The {name} exceeds the limit of {MAX_TEXT_BYTES} bytes.")
        if len(self.files) > 1:
            raise WebexError(400, "Only one file per message is supported.")


def make_file(name: str, content_type: str, content: bytes) -> File:
    """Create a file. Raise 415 for TIFF and 400 above 100 MB: the limits of Webex, with statuses of our choice."""
    if content_type == "image/tiff" or name.lower().endswith((".tif", ".tiff")):
        raise WebexError(415, "TIFF files are not supported.")
    if len(content) > MAX_FILE_BYTES:
        raise WebexError(400, "The file exceeds the limit of 100 MB.")
    return File(make_id("CONTENT"), name, content_type, content)
