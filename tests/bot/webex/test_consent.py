from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.webex.consent import (
    DEFAULT_REDIRECT_URI,
    MAX_ADDRESS_LENGTH,
    ConsentRefused,
    NotTheAnswer,
    check_redirect_uri,
    code_in,
    receiving_place,
    without_wrapping,
)

STATE = "the-state-of-this-run"


def answer(redirect_uri: str = DEFAULT_REDIRECT_URI, **fields: str) -> str:
    return f"{redirect_uri}?{urlencode({'state': STATE} | fields)}"


def code(address: str, redirect_uri: str = DEFAULT_REDIRECT_URI) -> str:
    return code_in(address, redirect_uri, STATE)


@pytest.mark.parametrize(
    "address",
    [
        answer(code="c/1+2 3"),
        answer(code="c/1+2 3").replace("127.0.0.1:8765", "127.0.0.1:8765", 1) + "&more=1",
        answer(code="c/1+2 3").removeprefix("http://"),
        answer(code="c/1+2 3") + "#",
        answer("https://127.0.0.1:8765/callback", code="c/1+2 3"),
    ],
)
def test_the_code_is_read_from_the_address(address: str) -> None:
    assert code(address) == "c/1+2 3"


def test_a_default_port_and_a_missing_path_make_no_difference() -> None:
    assert code(answer("https://bot.example:443/", code="c"), "https://bot.example") == "c"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "This is not an address."),
        ("c1", "This is not an address."),
        ("see http://127.0.0.1:8765/callback", "This is not an address."),
        ("http://[", "This is not an address."),
        ("http://127.0.0.1:99999/callback", "This is not an address."),
        ("http://127.0.0.1:8765/callback?code=\x1b[2J", "This is not an address."),
        ("x" * (MAX_ADDRESS_LENGTH + 1), "This is not an address."),
        ("https://webexapis.com/v1/people?state=x", "another address: “https://webexapis.com/v1/people”. The answer"),
        (
            "https://webexapis.com/v1/authorize?response_type=code&client_id=C1",
            "This is the address to open. The answer",
        ),
        (answer("http://127.0.0.1:8766/callback", code="hush"), "another address"),
        (answer("http://127.0.0.1:8765/callback/", code="hush"), "another address"),
        (answer("http://127.0.0.1:8765@evil.example/callback", code="hush"), "another address"),
        (answer(code="hush", state="hush2"), "does not belong to the address that was printed last"),
        (answer(code="hush", state="hüsh"), "does not belong to the address that was printed last"),
        (answer(code="hush", state=""), "has no state"),
        (f"{DEFAULT_REDIRECT_URI}?error=access_denied", "has no state. It says: access_denied."),
        (DEFAULT_REDIRECT_URI, "has no state"),
        (answer(), "has no code"),
        (answer(code="hush") + "&code=hush2", "code more than once"),
        (answer(code="hush") + f"&state={STATE}", "state more than once"),
        (answer(code="hush") + "&a=1" * 60, "too many parts"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_without_its_code(address: str, words: str) -> None:
    with pytest.raises(NotTheAnswer) as caught:
        code(address)
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"error": "access_denied"}, "access_denied"),
        (
            {"error": "access_denied", "error_description": "no,\n\x1b[31mthanks"},
            "access_denied (no, [31mthanks)",
        ),
        ({"error": "invalid_scope", "code": "c"}, "invalid_scope"),
        ({"error": "x" * 900}, "x" * 200),
    ],
)
def test_an_error_is_told_in_webexs_words(fields: dict[str, str], words: str) -> None:
    with pytest.raises(ConsentRefused) as caught:
        code(answer(**fields))
    assert str(caught.value) == words


@given(st.text())
def test_no_address_breaks_the_reading(address: str) -> None:
    with pytest.raises(NotTheAnswer):
        code(address)


@given(st.text(min_size=1))
def test_every_code_is_read_as_it_was_sent(sent: str) -> None:
    assert code(answer(code=sent)) == sent


@pytest.mark.parametrize("pasted", ["{}", "  {}\n", '"{}"', "'{}'", "“{}”", "<{}>", "` {} `"])
def test_what_surrounds_a_pasted_address_is_taken_off(pasted: str) -> None:
    address = answer(code="c")
    assert without_wrapping(pasted.format(address)) == address


@pytest.mark.parametrize(
    ("redirect_uri", "place"),
    [
        (DEFAULT_REDIRECT_URI, ("127.0.0.1", 8765)),
        ("http://localhost:3000/callback", ("127.0.0.1", 3000)),
        ("http://[::1]:3000", ("::1", 3000)),
        ("http://127.0.0.1/", ("127.0.0.1", 80)),
    ],
)
def test_a_loopback_address_is_received_on(redirect_uri: str, place: tuple[str, int]) -> None:
    assert receiving_place(check_redirect_uri(redirect_uri)) == place


@pytest.mark.parametrize(
    "redirect_uri", ["https://127.0.0.1:8765/callback", "http://bot.example/", "http://127.0.0.1.bot.example:1/"]
)
def test_another_address_is_not_received_on(redirect_uri: str) -> None:
    with pytest.raises(ValueError, match=r"only at http://127\.0\.0\.1, .* --paste$"):
        receiving_place(check_redirect_uri(redirect_uri))


@pytest.mark.parametrize(
    "text", ["", "callback", "ftp://a/", "http://", "http://a/?b", "http://a/#b", "http://u@a/", "http://a:x/"]
)
def test_a_redirect_address_is_an_address_of_the_web(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        check_redirect_uri(text)
