import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.formatting.chat_table import chat_table
from bot.formatting.escape import code, inert, plain, unformatted, visible
from sandbox.webex.markdown import render
from sandbox.webex.people import Person
from storage.values.folding import fold

PIECES = (
    *("<", "@all>", "<@all>", "<@personEmail:eve@evil.example|Ana>", "<a href='x'>", "</code>", "<!--", "[x](", "y)"),
    *("http://", "https://evil.example", "HTTPS:", "//", "/", "www.", "WwW.", "]", "(", "*", "~"),
    *("&lt;", "&#60;", "&LT", "&#x3c"),
    *("`", "```", "\u1fef", "\\", "\n", "\r", "\u2028", "\u200b", "\0", "\ufeff", "a", " "),
)
HOSTILE = st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
"""What could become a mention, a tag or a link, whole and in pieces that what is taken out between them would join."""

ALIVE = re.compile(r"<[^\s`]|\]\(|//|www\.|&(?!amp;|lt;|gt;)(?:#|lt|\w+;)", re.IGNORECASE)
"""What begins a mention, a tag or a link for some program, also in code."""


def eve(by: str, value: str) -> Person | None:
    return Person("eve", value, "Eve", "elsewhere", datetime(2026, 11, 22, tzinfo=UTC))


def without_escaped(markdown: str) -> str:
    return re.sub(r"\\.", "", markdown)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("R&D", "R&D"),
        ("**bold** _it_ `code`", r"\*\*bold\*\* \_it\_ \`code\`"),
        ("[here](http://x.example)", r"\[here\](http:／／x.example)"),
        ("see WWW.x.example or //x.example", "see WWW․x.example or ／／x.example"),
        ("<@all> <b>", "＜@all&gt; &lt;b&gt;"),
        ("&lt;@all&gt;", "&amp;lt;@all&amp;gt;"),
        ("back\\slash", "back\\\\slash"),
        ("one\n# two\r\n```", r"one \# two \`\`\`"),
        ("a\u202eb\u200b\0c", "abc"),
        ("\ud800", "\ufffd"),
    ],
)
def test_markup_in_a_text_is_escaped(text: str, written: str) -> None:
    assert plain(text) == written


@given(st.text() | st.text(alphabet="<>@&lt;#*_`[]\\\n all"))
def test_no_text_keeps_active_markup(text: str) -> None:
    written = plain(text, 10_000)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]]", re.sub(r"\\[^\\]", "", written.replace("\\\\", "")))
    assert "<" not in written
    assert "\n" not in written
    written.encode()


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain("x" * 300) == "x" * 199 + "…"
    assert plain("*" * 5, 3) == "\\*\\*…"


@given(st.text())
def test_making_a_text_visible_twice_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(HOSTILE, HOSTILE)
def test_a_terminal_shows_a_reply_without_its_markup(one: str, other: str) -> None:
    assume(not set("／․＜］＆") & set(one + other))
    shown = unformatted(f"**Added {code(one, 10_000)}**: {plain(other, 10_000)}")
    assert shown == f"Added {visible(one).replace('`', '')}: {visible(other)}"


@given(HOSTILE, st.integers(1, 20))
def test_no_text_is_a_mention_a_tag_or_a_link_in_code_tables_or_outside(text: str, limit: int) -> None:
    table, _ = chat_table([("Name", 8), ("Other", 4)], [[text, text], [text, "b"]])
    outside = [plain(text), plain(text, limit)]
    in_code = [code(text), code(text, limit), table]
    assert "&lt;" not in "".join(in_code)
    assert "&lt;@" not in " ".join(outside)
    assert [ALIVE.findall(written) for written in [*map(without_escaped, outside), *in_code]] == [[]] * 5
    for written in (*outside, *in_code):
        rendered = render(written, eve)
        assert "<a " not in rendered.html
        assert (rendered.people, rendered.groups) == ([], [])
    assert table.count("```") in (0, 2)


def test_text_that_is_cut_says_so_in_code_and_outside() -> None:
    assert [code("licenses x", limit) for limit in (10, 9)] == ["`licenses x`", "`licenses…`"]
    assert [plain("licenses x", limit) for limit in (10, 9)] == ["licenses x", "licenses…"]


@given(HOSTILE)
def test_a_command_copied_from_a_reply_means_the_same(text: str) -> None:
    assert fold(inert(text)) == fold(text)
    assert len(inert(text)) == len(text)
    assert inert(inert(text)) == inert(text)
