"""The bot beside which ours is measured: PyPI's webexteamsbot with one command, in an environment of its own."""

import os

from webexteamsbot import TeamsBot  # type: ignore[import-not-found]

from bench.webhooks import ANSWER, BOT_EMAIL, BOT_NAME, COMMAND


def door() -> TeamsBot:
    """The application, for gunicorn; at the start it makes its webhook."""
    bot = TeamsBot(
        BOT_NAME,
        teams_bot_token="token",
        teams_bot_email=BOT_EMAIL,
        teams_bot_url=os.environ["BOT_PUBLIC_URL"],
        teams_api_url=os.environ["WEBEX_API_URL"],
    )
    answer = os.environ[ANSWER]
    bot.add_command(COMMAND, "*", lambda _message: answer)
    return bot
