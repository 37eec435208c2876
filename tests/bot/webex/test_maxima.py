"""Whatever Webex sends, what the bot takes over from it has a greatest length."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from bot.webex import broadworks_items
from bot.webex.access_token import FixedToken
from bot.webex.client import WebexClient
from bot.webex.errors import Rejected
from bot.webex.messaging import Webex
from storage.values import maxima
from tests.bot.webex.scripted import TOKEN, Answer, Scripted

LONG = "x" * 200_000
CELLS = ("userId", "spEnterpriseGroupId", "firstName", "lastName", "email", "extension", "package", "status")
MESSAGE: dict[str, Any] = {
    "id": "m",
    "roomId": "r",
    "personId": "p",
    "personEmail": "sam@elsewhere.example",
    "text": "hi",
}


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))
    elif isinstance(value, dict):
        yield from _texts(list(value.items()))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)


def _lengths(value: object) -> list[int]:
    return sorted({len(text) for text in _texts(value)})


def test_the_fields_of_a_license_holder_are_cut() -> None:
    item = {"id": "1", "spEnterpriseId": "acme"} | dict.fromkeys(CELLS, LONG)
    assert _lengths(broadworks_items.subscriber(item)) == [1, 4, maxima.MAX_CELL]


@pytest.mark.parametrize("name", ["id", "spEnterpriseId"])
def test_an_id_of_a_license_holder_is_never_cut(name: str) -> None:
    with pytest.raises(Rejected, match="200,000 characters"):
        broadworks_items.subscriber({"id": "1", "spEnterpriseId": "acme"} | {name: LONG})


def test_the_status_of_a_sync_is_cut_in_every_direction() -> None:
    errors = [{"errorCode": 1, "description": LONG}] * 2 + [{"errorCode": 1, "description": "no"}] * 50_000
    status: dict[str, Any] = {"syncStatus": LONG, "lastSyncTrackingId": LONG, "errors": errors}
    found = broadworks_items.sync_status({"directorySyncStatus": status | {f"{n}{LONG}": 1 for n in range(500)}})
    assert max(_lengths(found)) == maxima.MAX_CELL
    assert len(found.errors) == maxima.MAX_LISTED
    assert len(found.counts) <= broadworks_items.MAX_COUNTS
    assert found.status is not None
    assert len(found.status) == maxima.MAX_NAME


@pytest.mark.server
@pytest.mark.parametrize("name", ["id", "roomId", "personId", "parentId", "text", "html"])
def test_a_message_that_is_too_long_somewhere_is_not_read(name: str) -> None:
    with Scripted() as server:
        server.script(Answer(content=MESSAGE | {name: LONG}))
        with pytest.raises(Rejected, match="200,000 characters"):
            Webex(WebexClient(FixedToken(TOKEN), server.url)).message("m")


@pytest.mark.server
def test_people_and_lists_from_webex_are_cut() -> None:
    many = {"personEmail": LONG, "files": [LONG], "mentionedPeople": ["p"] * 20_000}
    with Scripted() as server:
        webex = Webex(WebexClient(FixedToken(TOKEN), server.url))
        server.script(Answer(content=MESSAGE | many))
        message = webex.message("m")
        assert message.person_email == ""  # a part of an address is the address of another person
        assert (len(message.files[0]), len(message.mentioned_people)) == (maxima.MAX_URL, maxima.MAX_LISTED)
        server.script(Answer(content={"id": "p", "emails": [LONG], "displayName": LONG}))
        assert webex.person("p").email == ""
