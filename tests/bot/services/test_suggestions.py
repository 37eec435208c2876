"""What is suggested instead of a filter that finds nobody, or that names what nobody has."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from bot.filters import advice, language
from bot.filters.advice import Absent, Advice
from bot.services import suggestions
from storage import rosters, views
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Roster
from tests.storage import sample_rows

Look = Callable[..., object]


def _holder(location: str, status: str = "Provisioned", license_type: str = "Premium", last: str = "") -> LicenseHolder:
    return LicenseHolder(
        location=location, status=status, license_type=license_type, last_name=last, activation="Not begun"
    )


HOLDERS = [
    _holder("Dallas"),
    _holder("Dallas", "Pending Email Input", last="Orr"),
    _holder("Dallas North", license_type="Basic"),
    _holder("Dallas North"),
    _holder("Austin"),
    _holder("Austin or so"),
    _holder("Not `typable`"),
    _holder(""),
]


@pytest.fixture
def looking(database: Database) -> Iterator[tuple[Session, Roster]]:
    """A session, and a roster to look in."""
    acme = sample_rows.enterprise(database)
    with database.write() as session:
        sample_rows.write_roster(session, acme.id, HOLDERS)
    with database.read() as session:
        roster = rosters.current(session, acme.id)
        assert roster is not None
        yield session, roster


def _instead(looking: tuple[Session, Roster], typed: str) -> tuple[str, int] | None:
    """What several conditions were meant as, and how many that finds."""
    found = suggestions.advice(*looking, language.parse(typed), nobody=True)
    if found.leave_out or not found.instead:
        return None
    return advice.typed(found.instead.term).strip("`"), found.instead.matches


@pytest.mark.parametrize(
    ("typed", "instead", "finds"),
    [
        ("location=Dallas North", 'location="Dallas North"', 2),
        ("type=basic location=dallas NORTH", 'location="dallas NORTH"', 1),
        ("location=Bern,Dallas North x*", 'location=Bern,"Dallas North"', 0),
        ("status=pending email input", 'status="pending email input"', 1),
        ("status=Pending email input miller", 'status="Pending email input"', 0),
        ("location!=Dallas North", "", 0),
        ("location= Austin", "location=Austin", 1),
        ("location=Austin or so", 'location="Austin or so"', 1),
        ("location=Dallas OR Austin", "location=Dallas,Austin", 3),
    ],
)
def test_quoting_a_value_with_the_next_words_is_suggested(
    looking: tuple[Session, Roster], typed: str, instead: str, finds: int
) -> None:
    assert _instead(looking, typed) == ((instead, finds) if finds else None)


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("location=Dallas location=Austin", 3),
        ("location=Dallas or location=Austin", 3),
        ("location=Dallas type=premium location=Austin", 3),
        ("type=basic location=Dallas location=Austin", 0),
        ("location=Dallas or location=Austin or", 1),
        ("location!=Dallas location=Dallas", 0),
        ("location=Dallas last=Austin", 0),
    ],
)
def test_combining_conditions_on_one_column_is_suggested(
    looking: tuple[Session, Roster], typed: str, finds: int
) -> None:
    assert _instead(looking, typed) == (("location=Dallas,Austin", finds) if finds else None)


def test_a_value_that_cannot_be_typed_is_not_suggested(looking: tuple[Session, Roster]) -> None:
    assert _instead(looking, "location=Not `typable`") is None


def test_unknown_values_are_named_even_if_the_filter_finds_people(looking: tuple[Session, Roster]) -> None:
    def absent(typed: str) -> tuple[Absent, ...]:
        return suggestions.advice(*looking, language.parse(typed), nobody=False).absent

    assert absent("status!=provisoned") == (Absent("status", "provisoned", "provisioned"),)
    assert absent("location=Dalas,Austin") == (Absent("location", "Dalas", "Dallas"),)
    assert absent("type!=premum activation!=xyz") == (
        Absent("type", "premum", "premium"),
        Absent("activation", "xyz", None),
    )
    assert absent("location!=AUSTIN,Dal*,*x,") == ()
    assert absent("location!=x location!=X") == (Absent("location", "X", None),)
    assert len(absent("location!=1,2,3,4,5,6,7")) == 5


def test_only_a_condition_that_may_hide_a_typo_reads_the_roster(
    looking: tuple[Session, Roster], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    facets: Look = views.facets

    def noted(session: Session, roster_id: int, column: str) -> object:
        looked.append(column)
        return facets(session, roster_id, column)

    monkeypatch.setattr(views, "facets", noted)
    for typed in ("", "location=Dalas", "dalas,x", "last!=x", "name!=x", "location!=Dal*", "location!="):
        assert suggestions.advice(*looking, language.parse(typed), nobody=False) == Advice()
    assert looked == []
    suggestions.advice(*looking, language.parse("location!=a,b location!=c status=x,y"), nobody=False)
    assert looked == ["location", "status"]


@pytest.mark.parametrize(
    ("typed", "misplaced"),
    [
        ("type=premium count", True),
        ("type=premium COUNTS", True),
        ("refesh", True),
        ("last=count", False),
        ("counter,count", False),
        ("couch", False),
    ],
)
def test_a_command_word_inside_a_filter_is_said_to_come_first(typed: str, misplaced: bool) -> None:
    said = advice.of_nobody(language.parse(typed), Advice())
    assert ("Type `count` or `refresh` right after `licenses`: `licenses count type=premium`." in said) is misplaced


def test_a_search_without_result_names_a_condition_to_leave_out_or_fix(looking: tuple[Session, Roster]) -> None:
    def found(typed: str) -> tuple[tuple[str, int] | None, ...]:
        told = suggestions.advice(*looking, language.parse(typed), nobody=True)
        both = (told.leave_out, told.instead)
        return tuple((advice.typed(one.term).strip("`"), one.matches) if one else None for one in both)

    assert found("type=premium location=Dalas") == (("location=Dalas", 7), ("location=Dallas", 2))
    assert found("last=zzz") == (("last=zzz", 8), None)
    assert found("last!=* first!=*") == (None, None)
    assert found("Orrr") == (("Orrr", 8), ("Orr", 1))


def test_the_condition_that_halves_a_view_can_be_typed(looking: tuple[Session, Roster]) -> None:
    half = suggestions.halving(*looking, language.parse("type=premium"))
    assert half is not None
    assert (advice.typed(half[0]), half[1]) == ("`location=Dallas`", 2)
