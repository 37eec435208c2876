"""webexteamsbot from PyPI with one command, for comparison. It runs in its own virtual environment."""

import os

from webexteamsbot import TeamsBot  # type: ignore[import-not-found]

from bench.webhooks import ANSWER_VARIABLE, BOT_EMAIL, BOT_NAME, COMMAND


def create_app() -> TeamsBot:
    """Return the application for gunicorn. It creates its webhook at the start."""
    bot = TeamsBot(
        BOT_NAME,
        teams_bot_token="token",
        teams_bot_email=BOT_EMAIL,
        teams_bot_url=os.environ["BOT_PUBLIC_URL"],
        teams_api_url=os.environ["WEBEX_API_URL"],
    )
    answer = os.environ[ANSWER_VARIABLE]
    bot.add_command(COMMAND, "*", lambda _message: answer)
    return bot
