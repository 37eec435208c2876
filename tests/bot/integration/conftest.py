"""Access tokens of two processes on one database, with an imagined endpoint and time."""

from collections.abc import Iterator

import pytest

from bot.integration.renewed_token import RenewedToken
from storage.engine.database import Database
from tests.bot.integration.imagined import ImaginedEndpoint, Time, renewed_token


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def endpoint(time: Time) -> ImaginedEndpoint:
    return ImaginedEndpoint(time)


@pytest.fixture
def token(database: Database, endpoint: ImaginedEndpoint) -> RenewedToken:
    """Return the token of a process that has begun with the refresh token `given`."""
    return renewed_token(database, endpoint)


@pytest.fixture
def other(database: Database, endpoint: ImaginedEndpoint, token: RenewedToken) -> Iterator[RenewedToken]:
    """Yield the token of another process on the same database, which began later."""
    others = Database(database.url.render_as_string(hide_password=False))
    yield renewed_token(others, endpoint)
    others.close()
