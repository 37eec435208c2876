"""The locations mapping: it shows in every live roster at once, and stays when rosters are replaced."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from storage import enterprises, locations, rosters, views
from storage.engine.database import Database
from storage.models import LicenseHolderRow, LocationRow
from storage.values.folding import fold, sort_key
from storage.values.license_table import LicenseHolder, SortKey, Term, View
from storage.values.records import Claim, Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW
from tests.storage.threads import run_before_commit


def _holder(service_id: str, location: str = "", ext: str = "", email: str = "") -> LicenseHolder:
    return LicenseHolder(location=location, service_id=service_id, ext=ext, email=email)


ANA, BEN = _holder("Ana@acme", "Dallas", "1", "ana@acme.example"), _holder("ben@acme", "")


def _read(database: Database, enterprise: Enterprise, *holders: LicenseHolder) -> int:
    with database.write() as session:
        return sample_rows.write_roster(session, enterprise.id, holders)


def _change(database: Database, enterprise: Enterprise, **wanted: str) -> None:
    with database.write() as session:
        enterprises.lock(session, enterprise.id)
        changes = locations.in_every_form({f"{who}@acme": place for who, place in wanted.items()})
        locations.change(session, enterprise.id, changes, NOW)


def _known(database: Database, enterprise: Enterprise) -> dict[str, str]:
    with database.read() as session:
        assert locations.count(session, enterprise.id) == len(list(locations.in_order(session, enterprise.id)))
        return locations.mapping(session, enterprise.id)


def _places(database: Database, roster_id: int) -> list[str]:
    """Return the locations of a roster, after checking that filters and orders use them."""
    with database.read() as session:
        for row in session.execute(select(LicenseHolderRow.__table__)):
            assert (row.location_folded, row.location_sort) == (fold(row.location), sort_key(row.location))
        return [holder.location for holder in views.holders(session, roster_id)]


def test_a_set_location_shows_at_once_and_in_later_rosters(database: Database, acme: Enterprise) -> None:
    first = _read(database, acme, ANA, BEN)
    _change(database, acme, ANA="Łódź", ben="Bern")
    assert _places(database, first) == ["Łódź", "Bern"]
    second = _read(database, acme, BEN, ANA, _holder("new@acme", "Chur"))
    assert _places(database, second) == ["Bern", "Łódź", "Chur"]
    with database.read() as session:
        lodz = View((Term(("location",), (("lodz",),)),), (SortKey("location"),))
        assert views.count(session, second, lodz) == 1
    assert _known(database, acme) == {"ana@acme": "Łódź", "ben@acme": "Bern"}


def test_a_cleared_location_falls_back_to_webexs_value(database: Database, acme: Enterprise) -> None:
    _change(database, acme, ana="Łódź", ben="Bern")
    roster = _read(database, acme, ANA, BEN)
    _change(database, acme, ana="", ben="")
    assert _places(database, roster) == ["Dallas", ""]
    assert _known(database, acme) == {}


def test_a_change_replaces_only_the_locations_it_names(database: Database, acme: Enterprise) -> None:
    _read(database, acme, ANA, BEN)
    _change(database, acme, ana="Łódź", ben="Bern")
    _change(database, acme, Ana="Chur")
    assert _known(database, acme) == {"ana@acme": "Chur", "ben@acme": "Bern"}
    with database.read() as session:
        assert list(locations.in_order(session, acme.id)) == [("Ana@acme", "Chur"), ("ben@acme", "Bern")]
        assert {row.set_at for row in session.query(LocationRow)} == {NOW}


def test_the_mapping_of_one_enterprise_does_not_affect_another(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    mine, other = _read(database, acme, ANA), _read(database, bolt, ANA)
    _change(database, acme, ana="Łódź")
    assert (_places(database, mine), _places(database, other)) == (["Łódź"], ["Dallas"])
    assert _places(database, _read(database, bolt, ANA)) == ["Dallas"]
    assert _known(database, bolt) == {}


def test_a_location_set_during_a_read_shows_in_every_portion(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 0, [("1", ANA)])
    _change(database, acme, ana="Łódź", ben="Bern")
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 1, [("2", BEN)])
        rosters.make_current(session, claim, acme.id, NOW, 2)
    assert _places(database, row.id) == ["Łódź", "Bern"]


def test_a_portion_written_while_a_location_is_set_shows_it(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    row = sample_rows.claim_requested_roster(postgres, acme.id)
    claim = Claim(row.id, row.attempt)

    def add() -> None:
        with postgres.write() as session:
            rosters.add(session, claim, acme.id, NOW, 0, [("1", ANA)])

    def change(session: object) -> None:
        enterprises.lock(session, acme.id)  # type: ignore[arg-type]
        locations.change(session, acme.id, locations.in_every_form({"ana@acme": "Łódź"}), NOW)  # type: ignore[arg-type]

    run_before_commit(postgres, change, add)
    assert _places(postgres, row.id) == ["Łódź"]


def test_a_location_set_while_a_portion_is_written_shows_in_it(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    row = sample_rows.claim_requested_roster(postgres, acme.id)
    claim = Claim(row.id, row.attempt)
    run_before_commit(
        postgres,
        lambda session: rosters.add(session, claim, acme.id, NOW, 0, [("1", ANA)]),
        lambda: _change(postgres, acme, ana="Łódź"),
    )
    assert _places(postgres, row.id) == ["Łódź"]


@pytest.mark.parametrize("portions", [1, 3])
def test_location_candidates_come_only_from_the_current_roster(
    database: Database, acme: Enterprise, bolt: Enterprise, portions: int
) -> None:
    def service_ids() -> Sequence[str]:
        with database.read() as session:
            return [place.service_id for place in locations.candidates(session, acme.id)]

    assert service_ids() == []
    _read(database, acme, BEN)
    _read(database, bolt, _holder("bo@bolt"))
    current = [_holder(f"{number}@acme") for number in range(1000 * portions)]
    _read(database, acme, *current)
    row = sample_rows.claim_requested_roster(database, acme.id, NOW + MINUTE)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW, 0, [("1", ANA)])
    assert sorted(service_ids()) == sorted(holder.service_id for holder in current)


def test_candidates_have_folded_ids_and_extensions_but_exact_addresses(database: Database, acme: Enterprise) -> None:
    _read(database, acme, _holder("Ąna@acme", "Dallas", "Ł1", "ANA@acme.example"))
    with database.read() as session:
        (place,) = locations.candidates(session, acme.id)
    assert (place.service_id, place.service_id_folded, place.ext_folded) == ("Ąna@acme", "ana@acme", "l1")
    assert (place.email, place.location) == ("ANA@acme.example", "Dallas")


def test_many_locations_are_set_and_cleared_in_one_go(database: Database, acme: Enterprise) -> None:
    people = [_holder(f"{number}@acme", "Dallas") for number in range(5000)]
    roster = _read(database, acme, *people)
    _change(database, acme, **{str(number): f"place {number % 7}" for number in range(5000)})
    assert _places(database, roster) == [f"place {number % 7}" for number in range(5000)]
    _change(database, acme, **{str(number): "" for number in range(5000)})
    assert set(_places(database, roster)) == {"Dallas"}
    assert _known(database, acme) == {}
