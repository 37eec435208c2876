"""/contents: the files of messages, for those who may see the message."""

from urllib.parse import quote

from flask import Blueprint, Response

from sandbox.api.context import caller, the_world

blueprint = Blueprint("contents", __name__)


@blueprint.get("/contents/<file_id>")
def one(file_id: str) -> Response:
    """A file's bytes, its name in the Content-Disposition; HEAD tells both without the bytes."""
    file = the_world().messages.file(file_id, caller())
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in file.name)
    disposition = f'attachment; filename="{plain}"'
    if plain != file.name:
        disposition += f"; filename*=UTF-8''{quote(file.name, safe='')}"
    response = Response(file.content, content_type=file.content_type)
    response.headers["Content-Disposition"] = disposition
    return response
