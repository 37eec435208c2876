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
