"""What holds of every sentence: it fits into a message, and what others wrote in it stays harmless."""

import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.formatting.limits import fits, size
from tests.bot.replies.cases import everywhere
from tests.bot.replies.everything import replies
from tests.bot.samples import ABSURD, EVIL, TEXTS

LIVE = re.compile(
    r"(?<!\\)(?:\\\\)*(\*\*b\*\*|_i_|`c`|\[l\]\()|<@|(?<!&amp;)(?<!amp;)&lt;@all&gt;(?=\S)|\n# |\n> |\n- l"
)
HARMLESS = re.compile(r"```.*?```|`[^`\n]*`|\\[^\n]|&#?\w+;", re.S)
"""What markdown takes as it stands: code, what is escaped, entities."""

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Which reply it is tells enough, and every attempt writes them all."""

MARKS = "*_`[]~#|<>\n"


def too_long(said: dict[str, str]) -> dict[str, int]:
    return {name: size(markdown) for name, markdown in said.items() if not fits(markdown)}


@pytest.mark.parametrize("text", [*ABSURD, EVIL, "", "Acme"], ids=lambda text: text[:6])
def test_every_reply_fits_into_a_message_with_long_names(text: str) -> None:
    said = replies(everywhere(text, text, text))
    assert too_long(said) == {}
    assert [name for name, markdown in said.items() if not markdown.strip()] == []


@settings(max_examples=30, deadline=None, phases=WITHOUT_SHRINKING)
@given(TEXTS, TEXTS, TEXTS, st.integers(1, 80))
def test_every_reply_fits_into_a_message_with_any_text_and_amount(name: str, email: str, words: str, many: int) -> None:
    assert too_long(replies(everywhere(name, email, words, many))) == {}


def outside_code(markdown: str) -> str:
    """The part of a reply in which markdown has signs."""
    assert markdown.count("```") % 2 == 0
    return re.sub(r"(?<!\\)`[^`\n]*`", "", re.sub(r"```.*?```", "", markdown, flags=re.S))


def test_a_name_never_becomes_markup_or_a_mention() -> None:
    said = replies(everywhere(EVIL, EVIL, EVIL))
    assert {name: LIVE.findall(outside_code(markdown)) for name, markdown in said.items()} == {
        name: [] for name in said
    }
    assert [name for name, markdown in said.items() if "<@" in outside_code(markdown)] == []


ALIVE = re.compile(r"<[^\s`]|\]\(|[\w:]*//|www\.|&lt;@", re.IGNORECASE)
"""What is a mention, a tag or a link for some program, also in code."""


def alive(said: dict[str, str]) -> dict[str, list[str]]:
    """What is alive in each reply, besides what is escaped, and addresses of installations, which can be copied."""
    found = {name: ALIVE.findall(re.sub(r"\\[^\n]", "", markdown)) for name, markdown in said.items()}
    for name in found:
        if name.startswith("replies.webhooks"):
            found[name] = [each for each in found[name] if not each.endswith("//")]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "<@all>",
        "x<@personEmail:eve@evil.example|Ana>",
        "<a href='http://evil.example'>x</a>",
        "[x](http://evil.example)",
        "https://evil.example",
        "www.evil.example",
        "//evil.example",
        "&lt;@all&gt;",
    ],
)
def test_no_text_is_a_mention_a_tag_or_a_link_in_any_reply(text: str) -> None:
    ordinary, said = alive(replies(everywhere("xx", "xx", "xx", 2))), alive(replies(everywhere(text, text, text, 2)))
    assert {name: found for name, found in said.items() if found != ordinary[name]} == {}


def skeleton(markdown: str) -> str:
    """The signs of markdown in a reply, without those that are harmless."""
    return "".join(sign for sign in HARMLESS.sub("", markdown) if sign in MARKS)


ORDINARY = {name: skeleton(markdown) for name, markdown in replies(everywhere("xx", "xx", "xx", 2)).items()}


@settings(max_examples=60, deadline=None, phases=WITHOUT_SHRINKING)
@given(st.text("<>@&lt;#*_`[]()\\\n\r\u2028-+1. ~|xa=:", max_size=25) | st.text(max_size=25))
def test_a_name_never_changes_the_markup_or_the_lines_of_a_reply(text: str) -> None:
    said = replies(everywhere(f"x{text}x", f"x{text}x", f"x{text}x", 2))
    unlike = {
        name: markdown
        for name, markdown in said.items()
        if not name.startswith(("replies.licenses", "filters", "formatting")) and skeleton(markdown) != ORDINARY[name]
    }
    assert unlike == {}
