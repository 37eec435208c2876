"""Renews the access token of the provider's integration ahead, and reminds operators before its refresh token ends."""

import logging
from datetime import timedelta

from bot.formatting.escape import unformatted
from bot.jobs.engine.context import Context
from bot.replies import provider_token as replies
from bot.services import operators
from bot.webex.errors import TokenRefused, TokenUnavailable
from storage import access_refusals, provider_tokens
from storage.values.provider_access import AccessSubject

log = logging.getLogger(__name__)

REMINDERS = (14, 7, 1)
"""Days before the end of the refresh token at which operators are told."""

_REFUSED = -1
"""Kept as the last reminder once operators were told that Webex refuses to renew the access token."""


def renew(context: Context) -> None:
    """Renew the access token if it nears its end, so that no call has to. If Webex refuses, have a call tell that."""
    if context.provider_token is None:
        return
    try:
        context.provider_token.current()
    except TokenRefused:
        if AccessSubject.ADMIN not in context.access.refused:
            context.broadworks.look()
    except TokenUnavailable as unavailable:
        log.debug("the provider's access token is not renewed yet: %s", unavailable)


def remind(context: Context) -> None:
    """Tell operators that the refresh token ends soon, or that Webex refuses it; each of these once for a token."""
    token, client_id = context.provider_token, context.settings.webex_admin_client_id
    if token is None:
        return
    token.look()
    with context.database.quick_read() as session:
        kept = provider_tokens.find(session, client_id)
    if kept is None:
        return
    now, zone, ends_at = context.now(), context.settings.bot_timezone, kept.refresh_ends_at
    if refusal := token.refusal:
        if kept.told_days == _REFUSED or _is_access_refused(context):
            return
        days, text = _REFUSED, replies.refused(refusal.summary, kept.access_ends_at, now, zone)
    elif ends_at is not None and (step := _step(ends_at - now)) is not None:
        days, text = step, replies.ends(ends_at, now, zone)
    else:
        return
    with context.database.write() as session:
        if not provider_tokens.mark_told(session, client_id, kept.version, days):
            return
        operators.tell(session, text, now)
    if refusal:
        log.error(unformatted(replies.log_refused(str(refusal))))
    else:
        log.warning("the refresh token ends at %s: run `python -m bot authorize`", ends_at)


def _is_access_refused(context: Context) -> bool:
    """Return whether Webex refuses the access token, too. Operators are told that as one thing, and only once."""
    with context.database.quick_read() as session:
        if access_refusals.current(session, (AccessSubject.ADMIN,)):
            return True
    return AccessSubject.ADMIN in context.broadworks.look()


def _step(left: timedelta) -> int | None:
    """Return the nearest reminder whose time has come, None if none has."""
    return min((days for days in REMINDERS if left <= timedelta(days=days)), default=None)
