"""The bot beside which ours is measured: PyPI's webexteamsbot with one command, under gunicorn in its own environment."""

import os

from webexteamsbot import TeamsBot  # type: ignore[import-not-found]

from bench.webhooks import BOT_EMAIL, BOT_NAME, COMMAND

ANSWER = "**What you can ask**\n\n" + "\n".join(f"- `command{number}`: what it does in a sentence" for number in range(6))


def door() -> TeamsBot:
    """The application, for gunicorn; at the start it makes its webhook."""
    bot = TeamsBot(
        BOT_NAME,
        teams_bot_token="token",
        teams_bot_email=BOT_EMAIL,
        teams_bot_url=os.environ["BOT_PUBLIC_URL"],
        teams_api_url=os.environ["WEBEX_API_URL"],
    )
    bot.add_command(COMMAND, "*", lambda _message: ANSWER)
    return bot
