import pytest

from bot.entrypoints.serve import ALL_INTERFACES, LOOPBACK, listening_address
from bot.settings.load import Settings


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("http://127.0.0.1:8080", LOOPBACK),
        ("http://LOCALHOST:8080/bot", LOOPBACK),
        ("https://dirsync.example.com", ALL_INTERFACES),
        ("https://localhost.example.com", ALL_INTERFACES),
    ],
)
def test_a_local_public_url_makes_the_bot_listen_only_locally(public_url: str, address: str) -> None:
    assert listening_address(Settings(bot_public_url=public_url)) == address


@pytest.mark.parametrize(("is_on_heroku", "address"), [(False, LOOPBACK), (True, ALL_INTERFACES)])
def test_without_a_public_url_only_heroku_reaches_the_port(is_on_heroku: bool, address: str) -> None:
    assert listening_address(Settings(is_on_heroku=is_on_heroku)) == address
