"""Answers: JSON, errors in Webex's shape, and pages with a link to the next."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from flask import Response, request

from sandbox.api.context import the_world
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json

Item = TypeVar("Item")


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(written.encode(errors="replace"), status, content_type="application/json;charset=UTF-8")


def no_content() -> Response:
    """The answer to a deletion."""
    return Response(status=204)


def error_body(message: str, tracking_id: str, code: int | None = None) -> Json:
    """Webex's shape of an error."""
    error: Json = {"description": message}
    if code is not None:
        error["errorCode"] = code
    return {"message": message, "errors": [error], "trackingId": tracking_id}


def page_size(default: int, most: int) -> int:
    """The `max` of the request: what is above the limit is silently lowered, nonsense is 400."""
    written = request.args.get("max")
    if written is None:
        return default
    if not (written.isascii() and written.isdigit()) or len(written) > 9 or int(written) < 1:
        raise WebexError(400, "The parameter max must be a positive number.")
    return min(int(written), most)


def page(items: Sequence[Item], shape: Callable[[Item], Json], default: int, most: int) -> Response:
    """One page of a list that is at hand in full."""
    size, start = page_size(default, most), cursor()
    rest = items[start : start + size + 1]
    return linked([shape(item) for item in rest[:size]], start + size if len(rest) > size else None)


def linked(items: list[Json], next_cursor: int | None) -> Response:
    """A page, with the link to the next one where there is one; the link keeps every parameter of the request."""
    response = answer({"items": items})
    if next_cursor is not None:
        keep = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        link_next([*keep, ("cursor", _seal(next_cursor))], response)
    return response


def link_next(parameters: Sequence[tuple[str, str]], response: Response) -> None:
    """Add the `Link` header of a page; a world switch drops the filters, as Webex has been known to do."""
    world = the_world()
    if world.links_drop_filters:
        parameters = [pair for pair in parameters if pair[0] in ("cursor", "max")]
    path = request.path.removeprefix("/v1/")
    response.headers["Link"] = f'<{world.base_url}{path}?{urlencode(parameters)}>; rel="next"'


def cursor() -> int:
    """Where this page begins: 0 for the first; 400 for a cursor that is not ours."""
    sealed = request.args.get("cursor")
    if sealed is None:
        return 0
    try:
        prefix, _, place = base64.urlsafe_b64decode(sealed + "==").decode().partition(":")
        if prefix != "after":
            raise ValueError(prefix)
        return int(place[:12])
    except ValueError as error:
        raise WebexError(400, "The cursor is not valid.") from error


def _seal(place: int) -> str:
    return base64.urlsafe_b64encode(f"after:{place}".encode()).decode().rstrip("=")
