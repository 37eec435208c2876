"""E-mail addresses as people type and paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.addresses import find_addresses
from bot.chat.checks import is_email
from storage.values.folding import address_key

_JANE, _BOB = "jane@acme.example", "bob@acme.example"


@pytest.mark.parametrize(
    "typed",
    [
        _JANE,
        "Jane Doe <jane@acme.example>",
        "Doe, Jane <jane@acme.example>",
        '"Doe, Jane" <jane@acme.example>;',
        "<mailto:jane@acme.example>",
        "MAILTO:jane@acme.example?subject=Rights",
        "[jane@acme.example](mailto:jane@acme.example)",
        "[Jane](mailto:jane@acme.example)",
        "jane@acme.example <JANE@acme.example>",
        "jane@acme.example (Jane Doe)",
        "(jane@acme.example),",
        "“jane@acme.example”.",
        "'jane@acme.example'!",
        "**jane@acme.example**",
        "`jane@acme.example`",
        "« jane@acme.example »",
        "< jane@acme.example >",
        "jane\u200b@acme.example\u2060",
    ],
)
def test_what_surrounds_an_address_is_taken_off(typed: str) -> None:
    assert find_addresses(typed) == ([_JANE], [])


@pytest.mark.parametrize(
    "typed",
    [
        f"{_JANE} {_BOB}",
        f"{_JANE},{_BOB}.",
        f"{_JANE}\n{_BOB}",
        f"{_JANE} and {_BOB}",
        f"{_JANE} / {_BOB}",
        f"Doe, Jane <{_JANE}>; Smith, Bob <{_BOB}>",
        f"{_JANE} Bob <{_BOB}>, {_JANE.upper()}",
    ],
)
def test_several_addresses_are_found_each_once_in_their_order(typed: str) -> None:
    assert find_addresses(typed) == ([_JANE, _BOB], [])


@pytest.mark.parametrize(
    ("typed", "left_over"),
    [
        ("ben", "ben"),
        (f"ben {_JANE}", "ben"),
        (f"{_JANE} please", "please"),
        (f"ben; Jane <{_JANE}>", "ben"),
        ("jane@acme", "jane@acme"),
        ("jane@acme..example", "jane@acme..example"),
        ("jane@acme.example/x", "jane@acme.example/x"),
        (f"jane@work <{_JANE}>", "jane@work"),
        (f"boss@acme.example <{_JANE}>", f"boss@acme.example <{_JANE}>"),
        (f"[boss@acme.example](mailto:{_JANE})", f"boss@acme.example <mailto:{_JANE}>"),
    ],
)
def test_what_is_neither_address_nor_name_is_left_over(typed: str, left_over: str) -> None:
    assert find_addresses(typed)[1] == [left_over]


_WORDS = st.text("ab@.,;<>()[]\"' \n`*:", max_size=12) | st.sampled_from([_JANE, f"<{_BOB}>", "Jane", "mailto:", "and"])


@given(st.lists(_WORDS))
def test_only_addresses_are_found_each_once(words: list[str]) -> None:
    found, _ = find_addresses(" ".join(words))
    assert all(map(is_email, found))
    assert len(set(map(address_key, found))) == len(found)


@given(st.lists(_WORDS), st.sampled_from(["ben", "ben@acme"]))
def test_no_word_behind_the_last_address_is_lost(words: list[str], last: str) -> None:
    _, left_over = find_addresses("; ".join([*words, last]).replace("(", "").replace("<", ""))
    assert left_over[-1:] == [last]
