"""What `licenses` says of the view it shows."""

import pytest

from bot.filters import language
from bot.filters.advice import Advice
from bot.replies import licenses
from bot.replies.license_summary import Summary
from tests.bot.samples import NOW, ROSTER, enterprise


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "**0 of 14 license holders of Acme**\n"), ("last=O_Brien*", "Acme**: Last Name begins with O\\_Brien\n")],
)
def test_the_reply_repeats_the_filter_in_words(typed: str, said: str) -> None:
    about = licenses.About(language.parse(typed), ROSTER, enterprise(), None)
    assert said in licenses.answer(about, Summary(), Advice(), NOW)


def test_a_file_too_large_comes_with_a_whole_command_for_half() -> None:
    view = language.parse("type=premium")
    said = licenses.too_large(view, (language.parse("location=Dallas").terms[0], 1))
    assert said.endswith("Try `licenses type=premium location=Dallas` (1 person).")
