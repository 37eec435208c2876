"""Looks at both tokens: who owns them, a bot or a person, and what Webex lets them do. The log says what is found."""

import logging
from collections.abc import Callable

from bot.jobs import access_looks
from bot.jobs.engine.context import Context
from bot.webex.errors import NotABot, Rejected, TokenRefused
from bot.webex.models import Account
from storage import provider_tokens
from storage.values.provider_access import AccessSubject

log = logging.getLogger(__name__)


def look(context: Context) -> None:
    """Look at both tokens. Raise NotABot if the bot's is a person's, and Unavailable if Webex cannot be reached.

    What Webex refuses is told by the watch of the calls: one ERROR at every start, and a message to the operators.
    """
    access_looks.refresh(context)
    bot = _account(context.webex.account, "WEBEX_BOT_TOKEN")
    if bot is not None and bot.is_human:
        raise NotABot(_not_a_bot(bot))
    admin_token = "The integration's token" if context.settings.uses_integration else "WEBEX_ADMIN_TOKEN"
    admin = _account(context.broadworks.account, admin_token)
    if bot is not None:
        context.webex.me()  # tells the watch that the token works
        if bot.kind == "bot":
            log.info("WEBEX_BOT_TOKEN is the token of the bot %s", _named(bot))
        else:
            log.warning("Webex does not say whether the account of WEBEX_BOT_TOKEN is a bot: %s", _named(bot))
    if admin is not None and admin.kind == "bot" and not context.settings.uses_integration:
        is_own = bot is not None and bot.person_id == admin.person_id
        context.access.admin_bot = "the bot's own token" if is_own else "the token of a bot"
    refused = context.broadworks.look()
    whose = f"the token of {_named(admin)}" if admin is not None else "a token that works"
    if not refused:
        log.info("%s is %s: it can read enterprises and license holders. %s", admin_token, whose, _scopes(context))
    elif admin is not None and not context.access.admin_bot:
        log.warning("%s is %s, and Webex does not let it do all that the bot needs", admin_token, whose)
    access_looks.of_process(context).log_at_start()
    context.access.is_looked_at = True


def _scopes(context: Context) -> str:
    if context.settings.uses_integration:
        with context.database.quick_read() as session:
            kept = provider_tokens.find(session, context.settings.webex_admin_client_id)
        if kept is not None and kept.scopes:
            return f"Its scopes are {kept.scopes}"
    return "Webex does not tell its scopes, so the first sync shows whether it can start syncs"


def _account(ask: Callable[[], Account], token: str) -> Account | None:
    """Return the account of a token; None if Webex does not tell it."""
    try:
        return ask()
    except TokenRefused:
        return None
    except Rejected as rejected:
        log.warning("Webex does not say whose the token of %s is: %s", token, rejected)
        return None


def _not_a_bot(bot: Account) -> str:
    kind = "a guest" if bot.kind == "appuser" else "a person"
    return (
        f"WEBEX_BOT_TOKEN is the access token of {kind}, {_named(bot)}, not of a bot. Set it to the token that "
        "developer.webex.com shows when you create the bot."
    )


def _named(account: Account) -> str:
    return account.names[0] if account.names else "without a name"


def make_up(context: Context) -> None:
    """Look at the tokens if Webex could not be reached at the start. A person's token is told, and nothing is done."""
    if context.access.is_looked_at:
        return
    try:
        look(context)
    except NotABot as refusal:
        access_looks.of_process(context).refused({AccessSubject.BOT: refusal})
        context.access.is_looked_at = True
