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
def test_a_typo_or_a_beginning_finds_the_candidate(typed: str, meant: str) -> None:
    assert nearest(typed, _COLUMNS) == meant


@pytest.mark.parametrize("typed", ["", "10", "xyzzy", "l"])
def test_a_word_unlike_every_candidate_finds_none(typed: str) -> None:
    assert nearest(typed, _COLUMNS) is None


def test_a_suggestion_is_spelled_like_the_candidate() -> None:
    assert nearest("lodz", ["Łódź", "Dallas"]) == "Łódź"


@given(st.text(), st.lists(st.text(max_size=8), max_size=5))
def test_only_candidates_are_offered(word: str, candidates: list[str]) -> None:
    assert nearest(word, candidates) in [None, *candidates]
