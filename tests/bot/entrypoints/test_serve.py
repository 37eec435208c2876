import pytest

from bot.entrypoints.serve import ALL_INTERFACES, LOOPBACK, listening_address


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("http://127.0.0.1:8080", LOOPBACK),
        ("http://LOCALHOST:8080/bot", LOOPBACK),
        ("https://dirsync.example.com", ALL_INTERFACES),
        ("https://localhost.example.com", ALL_INTERFACES),
    ],
)
def test_who_is_reached_on_this_machine_alone_listens_there_alone(public_url: str, address: str) -> None:
    assert listening_address(public_url) == address
