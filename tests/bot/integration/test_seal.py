"""What is sealed with one key, and what opens it."""

import pytest

from bot.integration.seal import Seal, Unreadable
from tests.bot.integration.imagined import KEY, OTHER_KEY


def test_what_is_sealed_shows_nothing_and_opens_again() -> None:
    seal = Seal([KEY])
    sealed = seal.sealed("żeton")
    assert "żeton" not in sealed
    assert seal.sealed("żeton") != sealed
    assert seal.opened(sealed) == "żeton"


def test_the_first_key_seals_and_each_key_opens() -> None:
    old = Seal([OTHER_KEY]).sealed("token")
    both = Seal([KEY, OTHER_KEY])
    assert both.opened(old) == "token"
    assert not both.has_first_key(old)
    new = both.sealed("token")
    assert both.has_first_key(new)
    assert Seal([KEY]).opened(new) == "token"


@pytest.mark.parametrize(
    "sealed", ["", "token", "gAAAA", "żeton", pytest.param(Seal([OTHER_KEY]).sealed("token"), id="other key")]
)
def test_what_no_key_opens_is_unreadable(sealed: str) -> None:
    with pytest.raises(Unreadable, match="BOT_SECRET_KEY"):
        Seal([KEY]).opened(sealed)
    assert not Seal([KEY]).has_first_key(sealed)
