import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.command_line import CommandLine, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status", CommandLine("status", "")),
        ("  /Status?  ", CommandLine("status", "")),
        ("HELP.", CommandLine("help", "")),
        ("sync !", CommandLine("sync", "")),
        ("licenses\u00a0location=Dallas", CommandLine("licenses", "location=Dallas")),
        ("\u200bＬＩＣＥＮＳＥＳ\u3000x", CommandLine("licenses", "x")),
        ("licenses: a  b", CommandLine("licenses", "a  b")),
        ("admins add\r\nana@acme.example", CommandLine("admins", "add\nana@acme.example")),
        ("help\nme", CommandLine("help", "me")),
        ("`licenses last=a`", CommandLine("licenses", "last=a")),
        (" ```\n/licenses last=a\n``` ", CommandLine("licenses", "last=a")),
        ("licenses `last=a`", CommandLine("licenses", "`last=a`")),
        ("?", CommandLine("?", "")),
        ("", CommandLine("", "")),
        ("/", CommandLine("", "")),
    ],
)
def test_the_first_word_is_the_command_in_any_case_or_punctuation(text: str, expected: CommandLine) -> None:
    assert parse(text) == expected


def test_arguments_keep_their_case_and_punctuation() -> None:
    assert parse('licenses last="O’Brien?" Ltd.').arguments == 'last="O’Brien?" Ltd.'


@given(st.text())
def test_any_text_gives_a_word_without_spaces_and_trimmed_arguments(text: str) -> None:
    result = parse(text)
    assert not any(letter.isspace() for letter in result.word)
    assert result.arguments == result.arguments.strip()
    assert result.word or not result.arguments
