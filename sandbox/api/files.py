"""/contents: the files of messages. A caller who can see the message can read its files."""

from urllib.parse import quote

from flask import Blueprint, Response

from sandbox.api.context import caller, current_world

blueprint = Blueprint("files", __name__)


@blueprint.get("/contents/<file_id>")
def get_file(file_id: str) -> Response:
    """Return the bytes of a file, with its name in Content-Disposition. HEAD returns the headers only."""
    file = current_world().messages.file(file_id, caller())
    ascii_name = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in file.name)
    disposition = f'attachment; filename="{ascii_name}"'
    if ascii_name != file.name:
        disposition += f"; filename*=UTF-8''{quote(file.name, safe='')}"
    response = Response(file.content, content_type=file.content_type)
    response.headers["Content-Disposition"] = disposition
    return response
