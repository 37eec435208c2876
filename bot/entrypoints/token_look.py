"""The look at both tokens when a process starts: before any webhook is made, and before anything is posted or read."""

import logging
import sys
from functools import partial

from bot.jobs import token_look
from bot.jobs.engine.context import Context
from bot.webex.deadline import within
from bot.webex.errors import NotABot, WebexFailure

log = logging.getLogger(__name__)

MAX_SECONDS = 5.0
"""How long a start waits for Webex: without an answer the bot starts, and the look is made up for later."""

_LATER = "the tokens could not be looked at, so this is done later: %s"
_SWAPPED = "WEBEX_BOT_TOKEN and WEBEX_ADMIN_TOKEN are swapped: WEBEX_BOT_TOKEN must be the bot's. Exchange them."
_STATIC = (
    "WEBEX_ADMIN_TOKEN is a fixed token, which the bot cannot renew: it ends 14 days after it was made, and a personal "
    "access token after 12 hours. Set up an integration instead: see `python -m bot authorize`"
)


def look_at_tokens(context: Context) -> None:
    """Look at both tokens. Exit with code 2 and one sentence if the bot's token is a person's.

    `context.access.is_looked_at` is False afterwards if Webex could not be reached.
    """
    if not context.settings.uses_integration:
        log.warning(_STATIC)
    context.access.is_looked_at = False
    try:
        within(MAX_SECONDS, partial(token_look.look, context), "token look")
    except NotABot as refusal:
        sys.stderr.write(f"{_SWAPPED if _is_swapped(context) else refusal}\n")
        raise SystemExit(2) from None
    except WebexFailure as failure:
        log.warning(_LATER, failure)
    except TimeoutError:
        log.warning(_LATER, f"no answer in {MAX_SECONDS:.0f} s")
    except Exception:
        log.exception("the look at the tokens failed, so it is made later")


def _is_swapped(context: Context) -> bool:
    """Return whether the admin's token is a bot's, as far as Webex says so in time."""
    if context.settings.uses_integration:
        return False
    try:
        return within(MAX_SECONDS, context.broadworks.account, "admin token look").kind == "bot"
    except (WebexFailure, TimeoutError):
        return False
