"""The look at both tokens when a process starts: before any webhook is made, and before anything is posted or read."""

import logging
import sys
import threading
from contextlib import suppress

from bot.jobs import token_look
from bot.jobs.engine.context import Context
from bot.webex.errors import NotABot, WebexFailure

log = logging.getLogger(__name__)

MAX_SECONDS = 5.0
"""How long a start waits for Webex: without an answer the bot starts, and the look is made up for later."""

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
    problems: list[WebexFailure] = []
    thread = threading.Thread(target=_look, args=(context, problems), name="token look", daemon=True)
    thread.start()
    thread.join(MAX_SECONDS)
    if problems and isinstance(problems[0], NotABot):
        sys.stderr.write(f"{_SWAPPED if _is_swapped(context) else problems[0]}\n")
        raise SystemExit(2)
    if not context.access.is_looked_at:
        reason = problems[0] if problems else f"no answer in {MAX_SECONDS:.0f} s"
        log.warning("the tokens could not be looked at, so this is done later: %s", reason)


def _is_swapped(context: Context) -> bool:
    """Return whether the admin's token is a bot's, as far as Webex says so in time."""
    kinds: list[str] = []

    def ask() -> None:
        with suppress(WebexFailure):
            kinds.append(context.broadworks.account().kind)

    thread = threading.Thread(target=ask, name="admin token look", daemon=True)
    thread.start()
    thread.join(MAX_SECONDS)
    return kinds == ["bot"] and not context.settings.uses_integration


def _look(context: Context, problems: list[WebexFailure]) -> None:
    try:
        token_look.look(context)
    except WebexFailure as failure:
        problems.append(failure)
    except Exception:
        log.exception("the look at the tokens failed")
