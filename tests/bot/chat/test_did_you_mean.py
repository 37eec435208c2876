import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.did_you_mean import nearest

_COLUMNS = ("location", "license-type", "last", "first", "status", "name")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("locaton", "location"),
        ("LOC", "location"),
        ("last-name", "last"),
        ("státus", "status"),
        ("licence-type", "license-type"),
        ("naem", "name"),
    ],
)
def test_a_slip_or_a_beginning_finds_what_was_meant(typed: str, meant: str) -> None:
    assert nearest(typed, _COLUMNS) == meant


@pytest.mark.parametrize("typed", ["", "10", "xyzzy", "l"])
def test_nothing_is_offered_for_what_is_like_nothing(typed: str) -> None:
    assert nearest(typed, _COLUMNS) is None


def test_what_is_offered_is_written_as_the_candidate_is() -> None:
    assert nearest("lodz", ["Łódź", "Dallas"]) == "Łódź"


@given(st.text(), st.lists(st.text(max_size=8), max_size=5))
def test_only_candidates_are_offered(word: str, candidates: list[str]) -> None:
    assert nearest(word, candidates) in [None, *candidates]
