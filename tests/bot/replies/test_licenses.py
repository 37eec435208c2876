"""What `licenses` says of the view it shows."""

import pytest

from bot import filters
from bot.replies import licenses
from bot.replies.filter_advice import Advice
from bot.tables.summary import Summary
from tests.bot.samples import NOW, ROSTER, enterprise


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "**0 of 14 licence holders of Acme**\n"), ("last=O_Brien*", "Acme**: Last Name begins with O\\_Brien\n")],
)
def test_a_filter_is_said_back_as_it_was_understood(typed: str, said: str) -> None:
    about = licenses.About(filters.parse(typed), ROSTER, enterprise(), None)
    assert said in licenses.answer(about, Summary(), Advice(), NOW)
