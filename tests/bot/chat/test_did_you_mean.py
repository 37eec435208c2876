import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.did_you_mean import misspelled, nearest

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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Dalas", "Dallas"),
        ("Dallsa", "Dallas"),
        ("Dallax", "Dallas"),
        ("Dallass North", "Dallas North"),
        ("lodz", "Łódź"),
        ("Dallas South", None),
        ("Dallas West", None),
        ("Building B", None),
        ("Floor12", None),
        ("Brne", None),
        ("\u200b", None),
    ],
)
def test_one_typing_mistake_in_a_name_is_found(name: str, meant: str | None) -> None:
    known = ["", "Dallas", "Dallas North", "Dallas East", "Łódź", "Bern", "Building A", "Floor11"]
    assert misspelled([name], known).get(name) == meant
