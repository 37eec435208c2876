from typing import Any

import pytest

from sandbox.webex.cards import CARD
from tests.sandbox.client import Caller


def card(**content: Any) -> dict[str, Any]:
    return {"contentType": CARD, "content": {"type": "AdaptiveCard", "version": "1.3", **content}}


def test_a_card_is_read_as_it_was_sent(space: str, ana: Caller) -> None:
    sent = card(body=[{"type": "TextBlock", "text": "Sync?"}])
    said = ana.say(space, "Sync?", attachments=[sent])
    assert ana.get(f"messages/{said['id']}").json()["attachments"] == [sent]


@pytest.mark.parametrize(
    "attachments",
    [
        [card(), card()],
        [card(version=None)],
        [card(type="Card")],
        [card(actions=[{"type": "Action.Submit"}] * 6)],
        [{"contentType": "text/plain", "content": {}}],
        ["card"],
        "card",
    ],
)
def test_an_invalid_card_is_400(space: str, ana: Caller, attachments: object) -> None:
    response = ana.post("messages", roomId=space, text="Sync?", attachments=attachments)
    assert response.status_code == 400


def test_a_message_with_a_card_is_not_edited(space: str, ana: Caller) -> None:
    said = ana.say(space, "Sync?", attachments=[card()])
    assert ana.put(f"messages/{said['id']}", roomId=space, text="other").status_code == 400


def test_the_poster_of_a_card_can_read_the_inputs_of_a_pressed_button(
    space: str, ana: Caller, bot: Caller, sam: Caller
) -> None:
    said = bot.say(space, "Sync?", attachments=[card()])
    pressed = ana.post("attachment/actions", type="submit", messageId=said["id"], inputs={"go": "yes"})
    assert pressed.status_code == 202
    read = bot.get(f"attachment/actions/{pressed.json()['id']}")
    assert read.json() == pressed.json()
    assert (read.json()["inputs"], read.json()["messageId"]) == ({"go": "yes"}, said["id"])
    assert sam.get(f"attachment/actions/{pressed.json()['id']}").status_code == 404


def test_a_bot_cannot_read_buttons_pressed_on_cards_of_others(
    space: str, ana: Caller, ben: Caller, bot: Caller
) -> None:
    said = ben.say(space, "Sync?", attachments=[card()])
    pressed = ana.post("attachment/actions", type="submit", messageId=said["id"], inputs={}).json()
    assert bot.get(f"attachment/actions/{pressed['id']}").status_code == 404


def test_a_message_without_a_card_has_no_buttons(space: str, ana: Caller) -> None:
    said = ana.say(space, "hello")
    response = ana.post("attachment/actions", type="submit", messageId=said["id"], inputs={})
    assert response.status_code == 400
