"""A Webex by script, and a connection to it."""

from collections.abc import Iterator

import pytest

from bot.webex.access_token import FixedToken
from bot.webex.client import WebexClient
from tests.bot.webex.scripted import TOKEN, Scripted


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A web server that answers as a test says."""
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def line(server: Scripted) -> WebexClient:
    """A connection to it."""
    return WebexClient(FixedToken(TOKEN), server.url)
