"""A number and its noun agree."""

import pytest

from bot.formatting.quantity import quantity


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 spaces"), (1, "1 space"), (2, "2 spaces"), (1200, "1,200 spaces"), (-1, "-1 spaces")]
)
def test_a_number_and_its_noun_agree(number: int, said: str) -> None:
    assert quantity(number, "space") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [quantity(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]
