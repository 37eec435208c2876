"""How a bot is told from a person."""

import pytest

from bot.webex.bots import is_bot


@pytest.mark.parametrize(
    "email", ["dirsync@webex.bot", "DirSync@WEBEX.BOT", "dirsync@sparkbot.io", "DirSync@SparkBot.io "]
)
def test_an_address_of_webexs_bots_belongs_to_a_bot(email: str) -> None:
    assert is_bot(email)


@pytest.mark.parametrize(
    "email",
    [
        "ana@acme.example",
        "ana@webex.bot.example",
        "webex.bot",
        "ana@notwebex.bot",
        "sparkbot.io",
        "ana@sparkbot.io.example",
        "",
    ],
)
def test_any_other_address_does_not_belong_to_a_bot(email: str) -> None:
    assert not is_bot(email)


def test_the_type_of_an_account_tells_a_bot_with_any_address() -> None:
    assert is_bot("helper@acme.example", "bot")
    assert not is_bot("ana@acme.example", "person")
    assert not is_bot("ana@acme.example", "appuser")
    assert is_bot("dirsync@webex.bot", "person")
