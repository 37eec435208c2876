"""Looks whether Webex accepts the bot's tokens, while nothing else finds out."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from bot.jobs.access_watch import DatabaseWatch
from bot.jobs.engine.context import AccessMemory, Context
from bot.webex.access_watch import AccessWatch
from bot.webex.errors import AccessRefused, TokenRefused, WebexFailure
from storage.values.provider_access import AccessSubject

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)
"""How soon it is noticed that a refused access works again."""

LOOK_AFTER = timedelta(minutes=10)
"""How long no call may have told anything of the provider's access: a token can end while nobody asks anything."""

_FOUND_BY_A_LOOK = frozenset({AccessSubject.ADMIN, AccessSubject.ENTERPRISES, AccessSubject.LICENSE_HOLDERS})


def watch(context: Context) -> None:
    """Look again while something is refused, and when nothing else has called Webex for a while.

    Also take over what other processes have found, so that one that was refused before notices the recovery.
    """
    refresh(context)
    memory = context.access
    if memory.called_at is None:
        memory.called_at = context.now()
    if memory.refused & _FOUND_BY_A_LOOK or context.now() - memory.called_at >= LOOK_AFTER:
        context.broadworks.look()
    if AccessSubject.BOT in memory.refused:
        with suppress(AccessRefused):
            context.webex.me()


def refresh(context: Context) -> None:
    """Take over from the database what is refused."""
    of_process(context).refresh()


def of_process(context: Context) -> DatabaseWatch:
    """Return the watch of this process."""
    return DatabaseWatch(context.access, context.database, context.now, context.settings.webex_admin_client_id)


def confirm_bot_refusal(ask: Callable[[], object], memory: AccessMemory, watch: AccessWatch) -> None:
    """Look whether Webex refuses the bot's token, after it refused one call."""
    if AccessSubject.BOT in memory.refused and memory.is_looked_at:
        return
    try:
        ask()
    except TokenRefused as refused:
        watch.refused({AccessSubject.BOT: refused})
    except WebexFailure as failure:
        log.debug("the look at the bot's token failed: %s", failure)
