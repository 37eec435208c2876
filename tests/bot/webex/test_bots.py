"""How a bot is told from a person."""

import pytest

from bot.webex.bots import is_bot


@pytest.mark.parametrize("email", ["dirsync@webex.bot", "DirSync@WEBEX.BOT"])
def test_an_address_at_webex_bot_belongs_to_a_bot(email: str) -> None:
    assert is_bot(email)


@pytest.mark.parametrize("email", ["ana@acme.example", "ana@webex.bot.example", "webex.bot", "ana@notwebex.bot", ""])
def test_any_other_address_does_not_belong_to_a_bot(email: str) -> None:
    assert not is_bot(email)
