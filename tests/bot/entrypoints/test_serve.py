import pytest

from bot.entrypoints.serve import EVERYWHERE, THIS_MACHINE, listening_address


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("http://127.0.0.1:8080", THIS_MACHINE),
        ("http://LOCALHOST:8080/bot", THIS_MACHINE),
        ("https://dirsync.example.com", EVERYWHERE),
        ("https://localhost.example.com", EVERYWHERE),
    ],
)
def test_who_is_reached_on_this_machine_alone_listens_there_alone(public_url: str, address: str) -> None:
    assert listening_address(public_url) == address
