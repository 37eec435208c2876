"""Twenty thousand random and hostile bodies at the door: none is our fault, and none stays in memory."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from bot.web import MAX_BODY_BYTES
from storage.engine.database import Database
from tests.bot.webhook_door import TYPED, door, signed

NUMBER = 20_000
GROWTH = 24 * 1024 * 1024
_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1e308,
        [],
        {},
        "",
        "x" * 501,
        "é" * 251,
        "a\0b",
        "\ud800",
        "\U0010ffff",
        "'; DROP TABLE inbox",
    ),
    *(
        "messages",
        "memberships",
        "rooms",
        "created",
        "deleted",
        "migrated",
        "2020-01-01T00:00:00Z",
        "9999-99-99",
        [[[[]]]],
    ),
)


def _mutated(chance: random.Random, value: Any) -> Any:
    """The same with something in it put wrong."""
    if not isinstance(value, dict) or chance.random() < 0.1:
        return chance.choice(_VALUES)
    changed = dict(value)
    name = chance.choice([*changed, "more"])
    if chance.random() < 0.2:
        changed.pop(name, None)
    else:
        changed[name] = _mutated(chance, changed.get(name))
    return changed


def _bodies(chance: random.Random) -> Iterator[bytes]:
    is_signed = json.dumps(TYPED).encode()
    while True:
        kind = chance.random()
        if kind < 0.5:
            yield json.dumps(_mutated(chance, TYPED)).encode()
        elif kind < 0.7:
            at = chance.randrange(len(is_signed))
            yield is_signed[:at] + chance.randbytes(chance.randrange(4)) + is_signed[at + chance.randrange(4) :]
        elif kind < 0.9:
            yield chance.randbytes(chance.randrange(300))
        elif kind < 0.99:
            yield b"[" * chance.randrange(5000)
        else:
            yield b"x" * (MAX_BODY_BYTES + chance.randrange(2000))


@pytest.mark.slow
def test_hostile_bodies_cause_no_500_and_no_memory_growth(sqlite_url: str) -> None:
    chance = random.Random(5)
    database = Database(sqlite_url)
    client = door(database)
    answers: Counter[int] = Counter()
    before = 0
    for number, body in zip(range(NUMBER), _bodies(chance), strict=False):
        if number == NUMBER // 4:
            before = psutil.Process().memory_info().rss
        headers = signed(body) if chance.random() < 0.9 else {"X-Spark-Signature": "0" * 40}
        answers[client.post("/webhooks", data=body, headers=headers).status_code] += 1
    grown = psutil.Process().memory_info().rss - before
    database.close()
    assert set(answers) == {204, 400, 401, 413}
    assert grown < GROWTH
