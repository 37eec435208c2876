"""What the bot hears of a message in a group, whatever client wrote it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.chat.message import Message
from bot.jobs import message_reader
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.access_token import FixedToken
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient
from bot.webex.messaging import Webex
from storage.engine.database import Database
from storage.models import InboxRow
from tests.bot.jobs.imagined_webex import Clock
from tests.bot.jobs.message_shapes import BOT, BOT_NAMES, HEARD, UNHEARD, message
from tests.bot.webex.scripted import TOKEN, Answer, Scripted

pytestmark = pytest.mark.server

ME = {"id": BOT, "emails": ["dirsync@webex.bot"], "type": "bot", **BOT_NAMES}


class Reader:
    """A bot that reads messages from a Webex by script."""

    def __init__(self, server: Scripted) -> None:
        self.server, self.clock = server, Clock()
        webex = Webex(WebexClient(FixedToken(TOKEN), server.url))
        nothing = cast(BroadWorks, None)
        self.context = Context(Settings(), cast(Database, None), webex, nothing, lambda: self.clock.now)

    def read(self, shape: dict[str, Any], *after: dict[str, Any]) -> Message | None:
        """Return what the bot hears of a message. `after` is what it then asks Webex."""
        self.server.script(*(Answer(content=content) for content in (shape, *after)))
        row = InboxRow(resource="messages", event="created", data_id="m1", person_id="", received_at=self.clock.now)
        return message_reader.read(self.context, row)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Scripted() as server:
        server.script(Answer(content=ME))
        reader = Reader(server)
        reader.context.me()
        yield reader


@pytest.mark.parametrize("shape", HEARD)
def test_a_mention_from_any_client_is_heard_without_the_name(reader: Reader, shape: str) -> None:
    sent, text, others = HEARD[shape]
    heard = reader.read(sent)
    assert heard is not None
    assert (heard.text, heard.mentioned) == (text, others)


@pytest.mark.parametrize("shape", UNHEARD)
def test_a_message_that_is_not_for_the_bot_is_not_heard(reader: Reader, shape: str) -> None:
    assert reader.read(UNHEARD[shape]) is None


def test_a_renamed_bot_is_known_by_its_new_name_within_a_minute() -> None:
    renamed = ME | {"displayName": "Contacts Helper", "nickName": "Contacts"}
    with Scripted() as server:
        reader = Reader(server)
        server.script(Answer(content=ME))
        assert _text(reader.read(message("Directory status", None, BOT))) == "status"
        reader.clock.pass_by(timedelta(minutes=2))
        assert _text(reader.read(message("Contacts Helper status", None, BOT), renamed)) == "status"
        for _ in range(3):
            assert _text(reader.read(message("Nobody status", None, BOT))) == "Nobody status"
        assert [heard.path for heard in server.heard].count("/v1/people/me") == 2


def _text(heard: Message | None) -> str:
    assert heard is not None
    return heard.text
