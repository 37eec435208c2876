"""What goes wrong at the token endpoint, or when its answer is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.integration.renewed_token import RenewedToken
from bot.webex.errors import AnswerLost, TokenRefused, WebexFailure


def always(failure: Callable[[], WebexFailure]) -> Callable[[str], WebexFailure]:
    return lambda _refresh_token: failure()


def never(_refresh_token: str) -> None:
    """Renew every refresh token."""


def refused() -> WebexFailure:
    return TokenRefused("Webex answered 400: invalid_grant")


def lost() -> WebexFailure:
    return AnswerLost("no answer")


@contextmanager
def unkept(token: RenewedToken) -> Iterator[None]:
    """Have the database away whenever this process keeps an answer."""

    def fail(*_: object) -> None:
        raise ConnectionError("the database is away")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(token._store, "keep_renewed", fail)
        yield
