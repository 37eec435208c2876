"""What `authorize` does: it asks for consent, tests the tokens that Webex gives for it, and keeps them."""

import sys
from datetime import timedelta

import click

from bot.entrypoints import authorize_report, provider_access, startup
from bot.entrypoints.authorize_check import AccessFault, check_access
from bot.entrypoints.authorize_receiver import Receiver
from bot.entrypoints.authorize_report import NOTHING_KEPT
from bot.settings.load import Settings
from bot.webex.access_token import FixedToken
from bot.webex.client import WebexClient
from bot.webex.consent import (
    MAX_ADDRESS_LENGTH,
    SCOPES,
    ConsentRefused,
    NotTheAnswer,
    code_in,
    without_wrapping,
)
from bot.webex.errors import TokenRefused, WebexFailure
from bot.webex.tokens import ConsentRequest
from storage.engine.database import Database

ANSWER_WAIT = timedelta(minutes=10)
"""How long the answer may take: time to sign in, with a second factor."""

MAX_PASTES = 10
"""Addresses that are read before the command gives up."""


class NotAuthorized(click.ClickException):
    """Webex or the person gave no access. Nothing is kept."""

    exit_code = 1

    def __init__(self, reason: object) -> None:
        super().__init__(f"{reason}\n{NOTHING_KEPT}")


class CannotListen(click.ClickException):
    """The redirect address cannot be received on."""

    exit_code = 2


def run(settings: Settings, redirect_uri: str, *, is_pasted: bool, is_shown: bool) -> None:
    """Ask for consent, test the tokens, and keep them or show the refresh token.

    Raise NotAuthorized or CannotListen, with what to do.
    """
    database = None if is_shown else _open_database(settings)
    endpoint = provider_access.token_endpoint(settings, startup.now)
    request = endpoint.consent_request(redirect_uri, SCOPES)
    if warning := authorize_report.before(settings.set_fields):
        click.echo(f"{warning}\n")
    try:
        code = _pasted_code(request) if is_pasted else _received_code(request)
        tokens = endpoint.exchange(code, request.redirect_uri, request.verifier)
        owner = check_access(WebexClient(FixedToken(tokens.access_token), settings.webex_api_url), tokens.scopes)
    except ConsentRefused as refused:
        raise NotAuthorized(f"Webex did not agree: {refused}.\n{authorize_report.WHY_NOT}") from None
    except TokenRefused as refused:
        raise NotAuthorized(f"{authorize_report.not_granted(refused.summary)}\n{refused}.") from None
    except WebexFailure as failure:
        raise NotAuthorized(f"Webex gave no token. Authorize again in a few minutes.\n{failure}.") from None
    except AccessFault as fault:
        raise NotAuthorized(fault) from None
    except KeyboardInterrupt:
        click.echo(err=True)  # the shell has put ^C into the line
        raise NotAuthorized(authorize_report.STOPPED) from None
    if tokens.refresh_token is None:
        raise NotAuthorized("Webex sent no refresh token, and the bot needs one.")
    click.echo(authorize_report.about(owner, tokens, startup.now()))
    if database is None:
        click.echo(authorize_report.to_set(tokens.refresh_token))
    else:
        provider_access.token_store(settings, database).keep_authorized(tokens, startup.now())
        click.echo(authorize_report.kept(settings.set_fields))


def _open_database(settings: Settings) -> Database:
    database = startup.open_database(settings)
    startup.ensure_up_to_date(database)
    return database


def _received_code(request: ConsentRequest) -> str:
    """Return the code that the browser brings to this computer."""
    try:
        receiver = Receiver(request.redirect_uri, request.state)
    except OSError as error:
        reason = error.strerror or error
        raise CannotListen(authorize_report.CANNOT_LISTEN.format(address=request.redirect_uri, reason=reason)) from None
    with receiver:
        click.echo(authorize_report.to_open(request, ANSWER_WAIT))
        try:
            return receiver.wait(ANSWER_WAIT.total_seconds())
        except TimeoutError:
            raise NotAuthorized(authorize_report.no_answer(ANSWER_WAIT)) from None


def _pasted_code(request: ConsentRequest) -> str:
    """Return the code in the address that a person pastes. Say what is wrong with each other address."""
    click.echo(authorize_report.to_open_and_paste(request))
    for _ in range(MAX_PASTES):
        line = sys.stdin.buffer.readline(MAX_ADDRESS_LENGTH + 2).decode(errors="replace")
        if not line:
            break
        pasted = without_wrapping(line)
        if not pasted:
            continue
        try:
            return code_in(pasted, request.redirect_uri, request.state)
        except NotTheAnswer as fault:
            click.echo(f"{fault}\nPaste the address:")
    raise NotAuthorized("No address with an answer was pasted.")
