"""A fake Webex with two companies, as a program: Acme, which asks for much, and Borealis, which wants an answer.

The number of a message says who wrote it and what. Every message has a 1:1 space of its own.
"""

import asyncio
import gc
import json
import re
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any
from urllib.parse import urlencode

from bench import fake_webex, subscribers, webhooks
from bench.webhooks import BOT_EMAIL, BOT_ID, BOT_NAME, CREATED, message_id, number_of, room_id

ACME, BOREALIS = "acme", "borealis"
ACME_ADMINS, BOREALIS_ADMINS = 50, 20
LICENSE_HOLDERS = 100_000
FILE = b"Ext,Location\n" + b"," * 4_900_000
"""The file of commas: it fits into what the bot reads of a file, and has 4.9 million cells."""

_PER_KIND, _PER_PERSON = 10**10, 10**6
_ROOM_OF_POST = re.compile(rb'roomId"\r\n\r\n([^\r]+)|"roomId": ?"([^"]+)"')


class Kind(IntEnum):
    """What a message says."""

    STATUS = 1
    COMMAS = 2
    REFRESH = 3
    LICENSES = 4


_TEXTS = {Kind.STATUS: "status", Kind.COMMAS: "locations", Kind.REFRESH: "licenses count refresh"}


@dataclass(frozen=True, slots=True)
class Person:
    """An admin of one of the two companies."""

    company: str
    index: int

    @property
    def id(self) -> str:
        """Return the person's id."""
        return f"person-{self.company}-{self.index}"

    @property
    def email(self) -> str:
        """Return the person's address."""
        return f"admin{self.index}@{self.company}.example"

    def message(self, kind: Kind, nth: int) -> int:
        """Return the number of this person's nth message of a kind."""
        place = self.index if self.company == ACME else ACME_ADMINS + self.index
        return kind * _PER_KIND + place * _PER_PERSON + nth


TROUBLE = [Person(ACME, index) for index in range(ACME_ADMINS)]
NEIGHBOURS = [Person(BOREALIS, index) for index in range(BOREALIS_ADMINS)]


def author(number: int) -> Person:
    """Return who wrote a message."""
    return (*TROUBLE, *NEIGHBOURS)[number % _PER_KIND // _PER_PERSON]


def event(number: int) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of the webhook for a message."""
    person = author(number)
    data = {"id": message_id(number), "roomId": room_id(number), "personId": person.id, "created": _now()}
    body = json.dumps({"resource": "messages", "event": "created", "actorId": person.id, "data": data}).encode()
    return body, {"Content-Type": "application/json", "X-Spark-Signature": webhooks.signature(body)}


@dataclass
class State(fake_webex.State):
    """How long a post takes, and when each space got its first message from the bot."""

    post_delay: float = 0.0
    answered: dict[str, float] = field(default_factory=dict)


class Connection(fake_webex.Connection):
    """One kept-alive connection."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._companies = state

    def _handle(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        state, loop = self._companies, asyncio.get_running_loop()
        kind, _, name = path.removeprefix(fake_webex.BASE).partition("/")
        if path.startswith("/bench/"):
            *_, value = path.split("/")
            if method == "POST":
                state.post_delay = float(value)
            self._send(200, state.answered)
        elif (method, kind) == ("POST", "messages"):
            loop.call_later(state.delay + state.post_delay, self._post, body)
        elif kind == "contents":
            self._send_bytes(FILE)
        elif name == "subscribers":
            loop.call_later(state.delay, self._send_holders, query)
        else:
            loop.call_later(state.delay, self._send, 200, _answer(kind, name, query))

    def _post(self, body: bytes) -> None:
        found = _ROOM_OF_POST.search(body)
        room = (found[1] or found[2]).decode() if found else "a 1:1 space"
        self._companies.answered.setdefault(room, time.monotonic())
        self._send(200, {"id": f"posted-{time.monotonic_ns()}", "roomId": room, "personId": BOT_ID, "created": CREATED})

    def _send_bytes(self, content: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)

    def _send_holders(self, query: dict[str, str]) -> None:
        """Send a page of Acme's license holders; Borealis has none, and nobody ever changes."""
        if query.get("spEnterpriseId") != ACME or "lastStatusChange" in query:
            self._send(200, {"items": []})
            return
        items, after = subscribers.page(int(query.get("page", 1)), LICENSE_HOLDERS)
        link = urlencode({**query, "page": str(after)})
        next_page = f'Link: </v1/broadworks/subscribers?{link}>; rel="next"\r\n' if after else ""
        self._send(200, {"items": items}, headers=next_page)


def _answer(kind: str, name: str, query: dict[str, str]) -> dict[str, Any]:
    match kind:
        case "messages" if name:
            return _message(number_of(name))
        case "people":
            emails, names = [BOT_EMAIL], {"displayName": BOT_NAME}
            return {"id": BOT_ID, "emails": emails, "orgId": "bench", "created": CREATED, "type": "bot", **names}
        case "broadworks" if name.endswith("broadworksDirectorySync"):
            return {"enableDirSync": True, "directorySyncStatus": {"syncStatus": "NOT_SYNCED"}}
        case "broadworks":
            ids = [query["spEnterpriseId"]] if "spEnterpriseId" in query else [ACME, BOREALIS]
            return {"items": [{"id": f"webex-{each}", "spEnterpriseId": each} for each in ids]}
    return {"items": []}


def _message(number: int) -> dict[str, Any]:
    person, kind = author(number), Kind(number // _PER_KIND)
    text = _TEXTS.get(kind, f"licenses ext={1000 + number % 7}*")
    return {
        "id": message_id(number),
        "roomId": room_id(number),
        "roomType": "direct",
        "text": text,
        "personId": person.id,
        "personEmail": person.email,
        "created": _now(),
        "files": [f"{_ADDRESS}contents/{number}"] if kind is Kind.COMMAS else [],
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


async def _serve(port: int, delay: float) -> None:
    state = State(delay)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    gc.disable()
    _ADDRESS = f"http://127.0.0.1:{sys.argv[1]}{fake_webex.BASE}"
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
