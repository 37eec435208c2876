"""Every text that an admin types gets an answer, and none makes the bot fail."""

import random
from collections.abc import Iterator

import pytest

from bot.commands import COMMANDS
from bot.formatting.limits import MAX_MESSAGE_BYTES, size
from storage import admins, rosters
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Claim, Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.conversation import Conversation
from tests.storage.sample_rows import NOW

_ANA, _OLGA = Identity("ana", "ana@acme.example"), Identity("olga", "olga@provider.example")
_PIECES = (
    *("'", '"', "“", "=", "!=", ":", "*", ",", "-", "\\", "`", "```", "<@all>", "<@personEmail:x@y|z>", "&lt;", "\0"),
    *(
        "\ud800",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\n",
        "\r\n",
        "\t",
        "%s",
        "{0}",
        "$(x)",
        "'; DROP TABLE audit; --",
        "🧑‍🚀",
    ),
    *("location", "sort", "type", "name", "admin", "sp-enterprise-id", "add", "set", "remove", "acme", "on", "off"),
    *(
        "2026-13-45",
        "999999999d",
        "-1",
        "1e308",
        "٣",
        "ﬀ",
        "İ",
        "ß",
        "a" * 300,
        "x@y.z",
        "é" * 200,
        "10000000000000000000",
    ),
)


def _texts(number: int) -> Iterator[str]:
    chance = random.Random(4)
    names = [command.name for command in COMMANDS]
    for _ in range(number):
        word = chance.choice([*names, "", chance.choice(_PIECES), chance.choice(names).upper()])
        pieces = (chance.choice(_PIECES) + chance.choice(["", " ", " ", "\n"]) for _ in range(chance.randrange(9)))
        yield f"{word} {''.join(pieces)}"


@pytest.mark.slow
def test_a_thousand_hostile_texts_on_each_database_are_all_answered(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA.email)
    with database.write() as session:
        admins.set_operators(session, [_OLGA.email])
        rosters.request(session, acme.id, NOW)
    with database.single_write() as connection:
        row = rosters.claim(connection, NOW)
    assert row is not None
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 0, [("a", LicenseHolder("Dallas", last_name="=Ana"))])
        rosters.make_current(session, claim, acme.id, NOW, 1)
    talk = Conversation(database)
    for number, text in enumerate(_texts(1000)):
        heeded = talk.type(_OLGA if number % 4 == 0 else _ANA, text)
        assert heeded.said, text
        assert all(size(markdown) <= MAX_MESSAGE_BYTES for _, markdown in heeded.said), text
