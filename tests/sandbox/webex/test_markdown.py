import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.webex.markdown import render
from sandbox.webex.people import Person


def nobody(by: str, value: str) -> Person | None:
    return None


@pytest.mark.parametrize(
    ("markdown", "html", "text"),
    [
        ("hello", "<p>hello</p>", "hello"),
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>", "bold and slanted"),
        ("snake_case_name stays", "<p>snake_case_name stays</p>", "snake_case_name stays"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>", "a < b & c"),
        ("`a*b*c`", "<p><code>a*b*c</code></p>", "a*b*c"),
        (r"\*not slanted\*", "<p>*not slanted*</p>", "*not slanted*"),
        ("one\ntwo", "<p>one<br>two</p>", "one\ntwo"),
        ("one\n\ntwo", "<p>one</p><p>two</p>", "one\ntwo"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("## Title", "<h2>Title</h2>", "Title"),
        ("> said", "<blockquote>said</blockquote>", "said"),
        ("```\na  b\n\n**c**\n```", "<pre><code>a  b\n\n**c**\n</code></pre>", "a  b\n\n**c**"),
        (
            "[here](https://a.example/?b=1&c=2)",
            '<p><a href="https://a.example/?b=1&amp;c=2" rel="nofollow">here</a></p>',
            "here",
        ),
    ],
)
def test_markdown_becomes_html_and_plain_text(markdown: str, html: str, text: str) -> None:
    rendered = render(markdown, nobody)
    assert (rendered.html, rendered.text) == (html, text)


def test_a_mention_of_all_is_a_group_mention() -> None:
    assert render("<@all> listen", nobody).groups == ["all"]


@given(st.text(alphabet="*_`[]()<@>|\\#-1. \nab:personEmail", max_size=200))
def test_no_text_breaks_the_rendering_or_injects_html(markdown: str) -> None:
    rendered = render(f"{markdown}<script>", nobody)
    assert "<script" not in rendered.html


@pytest.mark.parametrize("markup", ["__" * 3700, "*_" * 1800 + "x" + "_*" * 1800, "**__" * 900 + "x" + "__**" * 900])
def test_deeply_nested_markup_is_rendered(markup: str) -> None:
    assert render(markup, nobody).html.startswith("<p>")
