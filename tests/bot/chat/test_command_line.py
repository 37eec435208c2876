import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.command_line import Typed, typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status", Typed("status", "")),
        ("  /Status?  ", Typed("status", "")),
        ("HELP.", Typed("help", "")),
        ("sync !", Typed("sync", "")),
        ("licenses\u00a0location=Dallas", Typed("licenses", "location=Dallas")),
        ("\u200bＬＩＣＥＮＳＥＳ\u3000x", Typed("licenses", "x")),
        ("licenses: a  b", Typed("licenses", "a  b")),
        ("admins add\r\nana@acme.example", Typed("admins", "add\nana@acme.example")),
        ("help\nme", Typed("help", "me")),
        ("`licenses last=a`", Typed("licenses", "last=a")),
        (" ```\n/licenses last=a\n``` ", Typed("licenses", "last=a")),
        ("licenses `last=a`", Typed("licenses", "`last=a`")),
        ("?", Typed("?", "")),
        ("", Typed("", "")),
        ("/", Typed("", "")),
    ],
)
def test_the_first_word_is_the_command_however_it_is_dressed(text: str, expected: Typed) -> None:
    assert typed(text) == expected


def test_what_follows_keeps_its_case_and_its_punctuation() -> None:
    assert typed('licenses last="O’Brien?" Ltd.').rest == 'last="O’Brien?" Ltd.'


@given(st.text())
def test_any_text_has_a_word_without_spaces_and_a_stripped_rest(text: str) -> None:
    result = typed(text)
    assert not any(letter.isspace() for letter in result.word)
    assert result.rest == result.rest.strip()
    assert result.word or not result.rest
