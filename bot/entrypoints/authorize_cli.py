"""`python -m bot authorize`: a partner admin consents to the integration in a browser, and the bot keeps the tokens."""

import click

from bot.entrypoints import startup
from bot.settings.catalog import Process
from bot.webex.consent import DEFAULT_REDIRECT_URI, check_redirect_uri, receiving_place


def _redirect_uri(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        return check_redirect_uri(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} {error}.") from None


@click.command("authorize")
@click.option("--paste", is_flag=True, help="Paste the address at which the browser ends, for a server or Heroku.")
@click.option(
    "--redirect-uri",
    default=DEFAULT_REDIRECT_URI,
    show_default=True,
    callback=_redirect_uri,
    help="A redirect address of the integration.",
)
@click.option("--show", is_flag=True, help="Print the refresh token for WEBEX_ADMIN_REFRESH_TOKEN, and keep nothing.")
def authorize(redirect_uri: str, *, paste: bool, show: bool) -> None:
    """Get the provider's access: a partner administrator consents in a browser, and the bot keeps the tokens."""
    from bot.entrypoints import authorize_flow  # other commands do without Authlib

    settings = startup.load_settings(Process.AUTHORIZE_SHOW if show else Process.AUTHORIZE)
    if not paste:
        _check_receiving(redirect_uri, is_on_heroku=settings.is_on_heroku)
    authorize_flow.run(settings, redirect_uri, is_pasted=paste, is_shown=show)


def _check_receiving(redirect_uri: str, *, is_on_heroku: bool) -> None:
    """Exit unless a browser on this computer can bring the answer."""
    if is_on_heroku:
        raise click.UsageError("No browser reaches a dyno of Heroku. Add --paste.")
    try:
        receiving_place(redirect_uri)
    except ValueError as error:
        raise click.BadParameter(f"{redirect_uri} {error}.", param_hint="--redirect-uri") from None
