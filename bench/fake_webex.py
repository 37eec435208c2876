"""A fake Webex that answers after a fixed time, as a program that does as little work as possible.

`/bench/` is for the bench only and answers at once: what was posted when, and how often each call was made. A POST to
`/bench/typed/COUNT` makes that many spaces, with one message each.
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bench import subscribers
from bench.webhooks import (
    ADMIN_EMAIL,
    ADMIN_ID,
    BOT_EMAIL,
    BOT_ID,
    BOT_NAME,
    COMMAND,
    CREATED,
    message_id,
    number_of,
    room_id,
)

BASE = "/v1/"
_FIRST_TYPED = 900_000_000_000
"""The number of the first message that is typed without a webhook; those with one have smaller numbers."""
_HTML = f'<spark-mention data-object-type="person" data-object-id="{BOT_ID}">{BOT_NAME}</spark-mention> {COMMAND}'
_ME = {
    "id": BOT_ID,
    "emails": [BOT_EMAIL],
    "displayName": BOT_NAME,
    "orgId": "bench",
    "created": CREATED,
    "type": "bot",
}


@dataclass
class State:
    """The messages, webhooks and call counts; times are seconds of the machine's monotonic clock."""

    delay: float
    calls: Counter[str] = field(default_factory=Counter)
    posts: list[tuple[int, float]] = field(default_factory=list)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    typed: dict[int, str] = field(default_factory=dict)
    """When something was typed last in each space, the newest last."""

    def reset(self) -> None:
        """Forget everything."""
        self.calls.clear()
        self.posts.clear()
        self.webhooks.clear()
        self.typed.clear()

    def type(self, count: int) -> list[int]:
        """Have a new message typed in new spaces; return their numbers."""
        first = _FIRST_TYPED + len(self.typed)
        for number in range(first, first + count):
            self.typed[number] = _now()
        return list(range(first, first + count))


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the answers."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Handle every complete request."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            size = _length(head)
            if len(self._buffer) < end + 4 + size:
                return
            body = self._buffer[end + 4 : end + 4 + size]
            self._buffer = self._buffer[end + 4 + size :]
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            path, _, query = target.partition("?")
            self._handle(method, path, dict(parse_qsl(query)), body)

    def _handle(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        if path.startswith("/bench/"):
            self._send(200, self._control(method, path))
            return
        kind, _, name = path.removeprefix(BASE).partition("/")
        listed = _listed(self._state, kind, query) if method == "GET" and not name else None
        if listed is not None:
            self._state.calls[f"GET {'more' if 'after' in query else 'list'} of {kind}"] += 1
            send = partial(self._send, 200, listed[0], headers=listed[1])
            asyncio.get_running_loop().call_later(self._state.delay, send)
            return
        self._state.calls[f"{method} {kind}"] += 1
        if name == "subscribers":
            asyncio.get_running_loop().call_later(self._state.delay, self._send_page, query)
            return
        status, answer = _response(self._state, method, kind, name, body)
        posted_number = number_of(answer["roomId"]) if (method, kind, status) == ("POST", "messages", 200) else None
        loop = asyncio.get_running_loop()
        loop.call_later(self._state.delay, self._send, status, answer, posted_number)

    def _send(self, status: int, answer: Any, posted_number: int | None = None, headers: str = "") -> None:
        content = json.dumps(answer).encode() if status != 204 else b""
        headers = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}"
        self._transport.write(f"HTTP/1.1 {status} Answer\r\n{headers}\r\n".encode() + content)
        if posted_number is not None:
            self._state.posts.append((posted_number, time.monotonic()))

    def _send_page(self, query: dict[str, str]) -> None:
        """Send a page of subscribers. None of them ever changes."""
        items, after = ([], None) if "lastStatusChange" in query else subscribers.page(int(query.get("page", 1)))
        link = {**query, "page": str(after)}
        headers = f'Link: </v1/broadworks/subscribers?{urlencode(link)}>; rel="next"\r\n' if after else ""
        self._send(200, {"items": items}, headers=headers)

    def _control(self, method: str, path: str) -> Any:
        if method == "DELETE":
            self._state.reset()
        if method == "POST":
            return self._state.type(int(path.rpartition("/")[2]))
        return {"/bench/posts": self._state.posts, "/bench/calls": self._state.calls}.get(path, len(self._state.posts))


def _length(head: str) -> int:
    found = head.lower().partition("\r\ncontent-length:")[2]
    return int(found.partition("\r\n")[0] or 0)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _listed(state: State, kind: str, query: dict[str, str]) -> tuple[dict[str, Any], str] | None:
    """Return a page of the spaces, or the message of a space, and the headers; None for any other call."""
    if kind == "rooms":
        numbers, after, size = list(reversed(state.typed)), int(query.get("after", 0)), int(query["max"])
        page = [
            {"id": room_id(number), "type": "group", "lastActivity": state.typed[number]}
            for number in numbers[after : after + size]
        ]
        link = urlencode({**query, "after": after + size})
        more = after + size < len(numbers)
        return {"items": page}, f'Link: <{BASE}rooms?{link}>; rel="next"\r\n' if more else ""
    if kind == "messages" and "roomId" in query:
        number = number_of(query["roomId"])
        message = {"id": message_id(number), "personId": ADMIN_ID, "created": state.typed[number]}
        return {"items": [message]}, ""
    return None


def _response(state: State, method: str, kind: str, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Return the status and body for the APIs that `help` needs: messages, people, memberships, webhooks."""
    match method, kind:
        case "GET", "people":
            return 200, _ME
        case "GET", "messages":
            return 200, {
                "id": name,
                "roomId": room_id(number_of(name)),
                "roomType": "group",
                "text": f"{BOT_NAME} {COMMAND}",
                "html": _HTML,
                "personId": ADMIN_ID,
                "personEmail": ADMIN_EMAIL,
                "mentionedPeople": [BOT_ID],
                "created": state.typed.get(number_of(name)) or _now(),
            }
        case "POST", "messages":
            message = {"id": f"posted-{len(state.posts)}", "roomType": "group", "personId": BOT_ID, "created": CREATED}
            return 200, message | {"personEmail": BOT_EMAIL, **json.loads(body)}
        case "GET", "memberships":
            return 200, {"items": [{"id": "membership", "personId": ADMIN_ID, "personEmail": ADMIN_EMAIL}]}
        case "GET", "webhooks":
            return 200, {"items": list(state.webhooks.values())}
        case "POST" | "PUT", "webhooks":
            key = name or f"webhook-{len(state.webhooks)}"
            state.webhooks[key] = {"status": "active", **state.webhooks.get(key, {}), **json.loads(body), "id": key}
            return 200, state.webhooks[key]
        case "DELETE", "webhooks":
            state.webhooks.pop(name, None)
            return 204, {}
    return 404, {"message": "The fake Webex does not have this."}


async def _serve(port: int, delay: float) -> None:
    state = State(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    gc.disable()
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
