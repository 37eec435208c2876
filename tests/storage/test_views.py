from sqlalchemy import text

from storage import rosters, views
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder, SortKey, Term, View
from storage.values.records import Claim, Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

_IN_DALLAS = View((Term(("location",), (("dallas",),)),))


def _holders(*names: str) -> list[tuple[str, LicenseHolder]]:
    return [(f"id of {name}", LicenseHolder(location="Dallas", first_name=name)) for name in names]


def _read(database: Database, enterprise: Enterprise, *holders: LicenseHolder) -> int:
    with database.write() as session:
        return sample_rows.write_roster(session, enterprise.id, holders)


def test_cells_are_stored_unchanged(database: Database, acme: Enterprise) -> None:
    odd = LicenseHolder(
        *(f"{text}{index}" for index, text in enumerate(["Łódź", " a\u00a0b ", "00", "%_\\", "=1", "", "İ", "'", "\t"]))
    )
    roster_id = _read(database, acme, odd)
    with database.read() as session:
        assert list(views.holders(session, roster_id)) == [odd]


def test_one_roster_shows_nothing_of_another(database: Database, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(database, "bolt")
    mine = _read(database, acme, LicenseHolder(location="Dallas", first_name="Ana"))
    _read(database, bolt, LicenseHolder(location="Dallas", first_name="Bo"))
    with database.read() as session:
        assert [holder.first_name for holder in views.holders(session, mine, _IN_DALLAS)] == ["Ana"]
        assert views.count(session, mine, _IN_DALLAS) == 1
        assert views.facets(session, mine, "location") == {"Dallas": 1}


def test_ties_keep_the_order_in_which_webex_listed_them(database: Database, acme: Enterprise) -> None:
    people = [LicenseHolder(location=place, first_name=name) for place, name in zip("babab", "12345", strict=True)]
    roster_id = _read(database, acme, *people)

    def order(*sort: SortKey) -> str:
        with database.read() as session:
            return "".join(holder.first_name for holder in views.holders(session, roster_id, View(sort=sort)))

    assert order() == "12345"
    assert order(SortKey("location")) == "24135"
    assert order(SortKey("location", descending=True)) == "13524"


def test_webexs_order_does_not_depend_on_portions_or_indexes(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    row = sample_rows.claim_requested_roster(postgres, acme.id)
    claim = Claim(row.id, row.attempt)
    with postgres.write() as session:
        for first, names in ((2, "CD"), (0, "AB")):
            rosters.add(session, claim, acme.id, NOW, first, _holders(*names))
        rosters.make_current(session, claim, acme.id, NOW, 4)
    with postgres.read() as session:
        for plan in ("indexscan", "bitmapscan", "indexonlyscan"):
            session.execute(text(f"SET LOCAL enable_{plan} = off"))
        for view in (View(), View(sort=(SortKey("location", descending=True),))):
            assert "".join(holder.first_name for holder in views.holders(session, row.id, view)) == "ABCD"


def test_extensions_are_in_the_order_of_their_numbers(database: Database, acme: Enterprise) -> None:
    roster_id = _read(database, acme, *(LicenseHolder(ext=ext) for ext in ("100", "99", "", "0100", "9")))
    with database.read() as session:
        listed = views.holders(session, roster_id, View(sort=(SortKey("ext"),)))
        assert [holder.ext for holder in listed] == ["", "9", "99", "100", "0100"]


def test_license_holders_of_several_portions_come_in_order(database: Database, acme: Enterprise) -> None:
    roster_id = _read(database, acme, *(LicenseHolder(ext=str(index)) for index in range(2100)))
    with database.read() as session:
        assert [holder.ext for holder in views.holders(session, roster_id)] == [str(index) for index in range(2100)]


def test_facets_are_sorted_alike_on_every_database(database: Database, acme: Enterprise) -> None:
    places = ["Dallas", "bern", "Älta", "Bern", "Dallas", "", "a b", "ab"]
    roster_id = _read(database, acme, *(LicenseHolder(location=place) for place in places))
    with database.read() as session:
        found = views.facets(session, roster_id, "location")
        assert list(found.items()) == [
            ("Dallas", 2),
            *((place, 1) for place in ["", "Bern", "a b", "ab", "bern", "Älta"]),
        ]
        assert views.facets(session, roster_id, "location", _IN_DALLAS) == {"Dallas": 2}


def test_a_view_is_counted_by_several_columns_at_once(database: Database, acme: Enterprise) -> None:
    people = [
        LicenseHolder(location=place, ext=ext) for place, ext in (("Dallas", "1"), ("Bern", "1"), ("Dallas", "1"))
    ]
    roster_id = _read(database, acme, *people, LicenseHolder(location="Dallas", ext="2"))
    with database.read() as session:
        by_both = views.groups(session, roster_id, ("location", "ext"))
        assert by_both == {("Dallas", "1"): 2, ("Dallas", "2"): 1, ("Bern", "1"): 1}
        assert views.groups(session, roster_id, ("ext",), _IN_DALLAS) == {("1",): 2, ("2",): 1}
