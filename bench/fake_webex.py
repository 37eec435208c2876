"""A Webex that answers after a set time, in a process of its own, with as little work as it can.

`/bench/` is for the bench alone and answers at once: what was posted when, and how many calls there were.
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bench import subscribers
from bench.webhooks import ADMIN_EMAIL, ADMIN_ID, BOT_EMAIL, BOT_ID, BOT_NAME, COMMAND, CREATED, number_of, room_id

BASE = "/v1/"
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
class World:
    """What was said and how often Webex was called; the times are of the machine's monotonic clock, in seconds."""

    delay: float
    calls: Counter[str] = field(default_factory=Counter)
    posts: list[tuple[int, float]] = field(default_factory=list)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def forget(self) -> None:
        """Be as new."""
        self.calls.clear()
        self.posts.clear()
        self.webhooks.clear()


class Caller(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take every request that is whole."""
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
            self._asked(method, path, dict(parse_qsl(query)), body)

    def _asked(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        if path.startswith("/bench/"):
            self._answer(200, self._world_asked(method, path))
            return
        kind, _, name = path.removeprefix(BASE).partition("/")
        self._world.calls[f"{method} {kind}"] += 1
        if name == "subscribers":
            asyncio.get_running_loop().call_later(self._world.delay, self._page, query)
            return
        status, answer = _webex(self._world, method, kind, name, body)
        said = number_of(answer["roomId"]) if (method, kind, status) == ("POST", "messages", 200) else None
        loop = asyncio.get_running_loop()
        loop.call_later(self._world.delay, self._answer, status, answer, said)

    def _answer(self, status: int, answer: Any, said: int | None = None) -> None:
        content = json.dumps(answer).encode() if status != 204 else b""
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)
        if said is not None:
            self._world.posts.append((said, time.monotonic()))

    def _page(self, query: dict[str, str]) -> None:
        """A page of subscribers, of whom none has changed since."""
        items, after = ([], None) if "lastStatusChange" in query else subscribers.page(int(query.get("page", 1)))
        link = {**query, "page": str(after)}
        headers = f'Link: </v1/broadworks/subscribers?{urlencode(link)}>; rel="next"\r\n' if after else ""
        content = json.dumps({"items": items}).encode()
        head = f"HTTP/1.1 200 Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
        self._transport.write(head.encode() + content)

    def _world_asked(self, method: str, path: str) -> Any:
        if method == "DELETE":
            self._world.forget()
        return {"/bench/posts": self._world.posts, "/bench/calls": self._world.calls}.get(path, len(self._world.posts))


def _length(head: str) -> int:
    found = head.lower().partition("\r\ncontent-length:")[2]
    return int(found.partition("\r\n")[0] or 0)


def _webex(world: World, method: str, kind: str, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """What Webex answers: its messages, people, memberships and webhooks APIs, as far as a bot's `help` needs them."""
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
                "created": CREATED,
            }
        case "POST", "messages":
            said = {"id": f"posted-{len(world.posts)}", "roomType": "group", "personId": BOT_ID, "created": CREATED}
            return 200, said | {"personEmail": BOT_EMAIL, **json.loads(body)}
        case "GET", "memberships":
            return 200, {"items": [{"id": "membership", "personId": ADMIN_ID, "personEmail": ADMIN_EMAIL}]}
        case "GET", "webhooks":
            return 200, {"items": list(world.webhooks.values())}
        case "POST" | "PUT", "webhooks":
            key = name or f"webhook-{len(world.webhooks)}"
            world.webhooks[key] = {"status": "active", **world.webhooks.get(key, {}), **json.loads(body), "id": key}
            return 200, world.webhooks[key]
        case "DELETE", "webhooks":
            world.webhooks.pop(name, None)
            return 204, {}
    return 404, {"message": "The bench knows no such thing."}


async def _serve(port: int, delay: float) -> None:
    world = World(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Caller(world), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    gc.disable()
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
