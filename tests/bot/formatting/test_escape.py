import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.escape import code, plain, unformatted, visible


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("R&D", "R&D"),
        ("**bold** _it_ `code`", r"\*\*bold\*\* \_it\_ \`code\`"),
        ("[here](http://x.example)", r"\[here\](http://x.example)"),
        ("<@all>", "&lt;@all&gt;"),
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


@given(st.text() | st.text(alphabet="<>@&lt;#*_`[]\\\n all"), st.text() | st.text(alphabet="<>@&lt;#*_`[]\\\n all"))
def test_a_terminal_shows_a_reply_without_its_markup(one: str, other: str) -> None:
    shown = unformatted(f"**Added {code(one, 10_000)}**: {plain(other, 10_000)}")
    assert shown == f"Added {visible(one).replace('`', '')}: {visible(other)}"
