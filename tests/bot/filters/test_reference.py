import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.filters.language import parse
from storage.values.folding import fold
from storage.values.license_table import LicenseHolder, Term
from tests.bot.filters.reference import matches, ordered

ANA = LicenseHolder(
    "Łódź Büro",
    "Premium",
    "ana@acme",
    "0042",
    "Ana",
    "Groß",
    "ana@acme.example",
    "Pending Email Input",
    "Not begun",
)
NOBODY = LicenseHolder()


@pytest.mark.parametrize(
    "typed",
    [
        "location=lodz*",
        "location=*BURO",
        "location='lodz buro'",
        "last=gross",
        "last=GROß",
        "type=premium",
        "ext=0042",
        "ext!=42",
        "status=pending_email_input",
        "status='pending email input'",
        "status=pending*input",
        "name=ana",
        "name=gross",
        "acme.example",
        "42",
        '"z b"',
        "location!=Dallas,Austin",
        "location=Dallas,lodz*",
        "activation=not*",
        "email!=",
    ],
)
def test_these_conditions_match(typed: str) -> None:
    assert matches(parse(typed).terms, ANA)


@pytest.mark.parametrize(
    "typed",
    [
        "location=lodz",
        "location=lod",
        "ext=42",
        "name!=ana",
        "ana ext=",
        "status=pending",
        "Dallas",
        "location=lod*zburo",
    ],
)
def test_these_conditions_do_not_match(typed: str) -> None:
    assert not matches(parse(typed).terms, ANA)


def test_an_empty_cell_matches_a_negation_and_an_empty_value() -> None:
    assert matches(parse("location!=Dallas").terms, NOBODY)
    assert matches(parse("location=").terms, NOBODY)
    assert matches(parse("location=*").terms, NOBODY)
    assert not matches(parse("location!=").terms, NOBODY)


def test_a_quoted_star_is_not_a_wildcard() -> None:
    starred = LicenseHolder(location="a*b")
    plain = LicenseHolder(location="axb")
    assert matches(parse('location="a*b"').terms, starred)
    assert not matches(parse('location="a*b"').terms, plain)


_SHORT = st.text(alphabet="abÄ *", max_size=6)


@given(st.lists(_SHORT.map(fold), min_size=1, max_size=4).map(tuple), _SHORT)
@example(("a", "b", "b"), "ab")
@example(("a", "a"), "a")
def test_a_pattern_matches_as_the_same_regular_expression_does(pattern: tuple[str, ...], cell: str) -> None:
    expression = ".*".join(map(re.escape, pattern))
    expected = re.fullmatch(expression, fold(cell)) is not None
    holder = LicenseHolder(location=cell)
    assert matches([Term(("location",), (pattern,))], holder) == expected
    assert matches([Term(("location",), (pattern,), negated=True)], holder) != expected


def _exts(typed: str, *exts: str) -> list[str]:
    return [holder.ext for holder in ordered(parse(typed), [LicenseHolder(ext=ext) for ext in exts])]


def test_extensions_sort_by_number_with_empty_ones_first() -> None:
    assert _exts("sort=ext", "100", "20", "", "3") == ["", "3", "20", "100"]
    assert _exts("sort=-ext", "100", "20", "", "3") == ["100", "20", "3", ""]


@pytest.mark.parametrize("typed", ["sort=last", "sort=-last", ""])
def test_ties_keep_the_order_they_came_in(typed: str) -> None:
    holders = [LicenseHolder(last_name=last, ext=ext) for last, ext in [("ß", "2"), ("SS", "1"), ("ss", "3")]]
    assert ordered(parse(typed), holders) == holders


def test_the_first_sort_column_counts_most() -> None:
    holders = [
        LicenseHolder(last_name=last, first_name=first)
        for last, first in [("A", "x"), ("B", "x"), ("A", "y"), ("B", "y")]
    ]
    in_order = ordered(parse("sort=-last,first"), holders)
    assert [holder.last_name + holder.first_name for holder in in_order] == ["Bx", "By", "Ax", "Ay"]
