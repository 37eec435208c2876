"""Builds the provider's access from the settings: a fixed token, or an integration whose tokens are renewed.

What an integration needs, Authlib and Fernet, is imported only where there is one: it takes about 8 MB.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.settings.load import Settings
from storage.engine.database import Database

if TYPE_CHECKING:
    from bot.integration.renewed_token import RenewedToken
    from bot.integration.token_store import TokenStore
    from bot.webex.tokens import TokenEndpoint


def token_store(settings: Settings, database: Database) -> "TokenStore":
    """Return the place where the tokens of the settings' integration are kept."""
    from bot.integration.token_store import TokenStore

    environment_token = settings.webex_admin_refresh_token.reveal() or None
    return TokenStore(
        database, settings.webex_admin_client_id, settings.secret_keys, environment_token=environment_token
    )


def token_endpoint(settings: Settings, now: Callable[[], datetime]) -> "TokenEndpoint":
    """Return the place where Webex gives tokens to the settings' integration."""
    from bot.webex.tokens import TokenEndpoint

    secret = settings.webex_admin_client_secret.reveal()
    return TokenEndpoint(settings.webex_admin_client_id, secret, settings.webex_api_url, now)


def ensure_refresh_token(settings: Settings, database: Database) -> None:
    """Take over what the settings bring. Exit with code 2 and one sentence if an integration has no refresh token."""
    if not settings.uses_integration:
        return
    from bot.integration.token_store import NoRefreshToken

    try:
        token_store(settings, database).prepare()
    except NoRefreshToken as missing:
        sys.stderr.write(f"{missing}\n")
        raise SystemExit(2) from None


def renewed_token(settings: Settings, database: Database, now: Callable[[], datetime]) -> "RenewedToken":
    """Return the access token of the settings' integration."""
    from bot.integration.renewed_token import RenewedToken

    return RenewedToken(token_store(settings, database), token_endpoint(settings, now), now)
