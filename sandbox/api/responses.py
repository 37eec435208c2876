"""Responses: JSON, errors as Webex writes them, and pages of a list with a link to the next page."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from flask import Response, request

from sandbox.api.context import current_world
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json

Item = TypeVar("Item")


def json_response(body: object, status: int = 200) -> Response:
    """Return a JSON response."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(errors="replace"), status, content_type="application/json;charset=UTF-8")


def no_content() -> Response:
    """Return the response to a deletion."""
    return Response(status=204)


def error_body(message: str, tracking_id: str, code: int | None = None) -> Json:
    """Return the body of an error as Webex writes it."""
    error = {"description": message} | ({} if code is None else {"errorCode": code})
    return {"message": message, "errors": [error], "trackingId": tracking_id}


def page_size(default: int, max_size: int) -> int:
    """Return the `max` of the request, lowered to `max_size`. Raise 400 if it is not a positive number."""
    text = request.args.get("max")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise WebexError(400, "The parameter max must be a positive number.")
    return min(int(text), max_size)


def list_response(items: Sequence[Item], as_json: Callable[[Item], Json], default_size: int, max_size: int) -> Response:
    """Return the page of a complete list that the request asks for."""
    size, start = page_size(default_size, max_size), page_start()
    rest = items[start : start + size + 1]
    return page_response([as_json(item) for item in rest[:size]], start + size if len(rest) > size else None)


def page_response(items: list[Json], next_start: int | None) -> Response:
    """Return a page. `next_start` is where the next page starts, None on the last page."""
    response = json_response({"items": items})
    if next_start is not None:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        cursor = base64.urlsafe_b64encode(f"after:{next_start}".encode()).decode().rstrip("=")
        add_next_link([*kept, ("cursor", cursor)], response)
    return response


def add_next_link(parameters: Sequence[tuple[str, str]], response: Response) -> None:
    """Add the `Link` header with these parameters. `links_drop_filters` drops the filters, as Webex once did."""
    world = current_world()
    if world.links_drop_filters:
        parameters = [pair for pair in parameters if pair[0] in ("cursor", "max")]
    path = request.path.removeprefix("/v1/")
    response.headers["Link"] = f'<{world.base_url}{path}?{urlencode(parameters)}>; rel="next"'


def page_start() -> int:
    """Return where the requested page starts: 0 for the first. Raise 400 for an invalid cursor."""
    cursor = request.args.get("cursor")
    if cursor is None:
        return 0
    try:
        prefix, _, start = base64.urlsafe_b64decode(cursor + "==").decode().partition(":")
        if prefix != "after":
            raise ValueError(prefix)
        return int(start[:12])
    except ValueError as error:
        raise WebexError(400, "The cursor is not valid.") from error
