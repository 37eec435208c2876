from datetime import datetime

import pytest
from sqlalchemy import text

from storage import inbox, rosters
from storage.claims import LEASE, ClaimLost
from storage.database import Database
from storage.models import LicenseHolderRow, RosterRow
from storage.records import Claim, Enterprise, LicenseHolder, SortKey, Term, View
from tests.storage import samples
from tests.storage.racing import overlapping, together
from tests.storage.samples import MINUTE, NOW, SECOND

_IN_DALLAS = View((Term(("location",), (("dallas",),)),))


def _holders(*names: str) -> list[tuple[str, LicenseHolder]]:
    return [(f"id of {name}", LicenseHolder(location="Dallas", first_name=name)) for name in names]


def _read(database: Database, enterprise: Enterprise, *holders: LicenseHolder) -> int:
    with database.write() as session:
        return samples.write_roster(session, enterprise.id, holders)


def _seen(database: Database, enterprise: Enterprise) -> list[str] | None:
    with database.read() as session:
        roster = rosters.current(session, enterprise.id)
        return None if roster is None else [holder.first_name for holder in rosters.holders(session, roster.id)]


def _state(database: Database, roster_id: int) -> str:
    with database.read() as session:
        return session.get_one(RosterRow, roster_id).state


def test_a_roster_that_is_wanted_already_is_wanted_once(database: Database, acme: Enterprise) -> None:
    def want(enterprise: Enterprise) -> int:
        with database.write() as session:
            return rosters.want(session, enterprise.id, NOW)

    assert len(set(together([lambda: want(acme)] * 6))) == 1
    assert want(samples.enterprise(database, "bolt")) != want(acme)


def test_a_claimed_roster_comes_with_its_own_enterprises_id_at_the_provider(
    database: Database, acme: Enterprise
) -> None:
    bolt = samples.enterprise(database, "bolt")
    rows = [samples.wanted(database, enterprise.id) for enterprise in (bolt, acme)]
    found = {row.enterprise_id: row.sp_enterprise_id for row in rows}
    assert found == {one.id: one.sp_enterprise_id for one in (acme, bolt)}


def test_a_roster_wanted_while_the_one_before_becomes_current_is_a_new_one(postgres: Database) -> None:
    acme = samples.enterprise(postgres)
    row = samples.wanted(postgres, acme.id)
    claim = Claim(row.id, row.attempt)

    def want() -> int:
        with postgres.write() as session:
            return rosters.want(session, acme.id, NOW)

    wanted = overlapping(postgres, lambda session: rosters.make_current(session, claim, acme.id, NOW, 0), want)
    assert wanted != row.id
    assert _state(postgres, wanted) == rosters.WANTED


def test_nobody_sees_a_roster_before_it_is_whole(database: Database, acme: Enterprise) -> None:
    row = samples.wanted(database, acme.id)
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, NOW, 0, _holders("Ana", "Bo"))
    assert _seen(database, acme) is None
    with database.write() as session:
        rosters.add(session, claim, NOW, 2, _holders("Cy"))
        rosters.make_current(session, claim, acme.id, NOW, 3)
    assert _seen(database, acme) == ["Ana", "Bo", "Cy"]


def test_a_newer_roster_takes_the_place_of_the_one_before_in_one_step(database: Database, acme: Enterprise) -> None:
    old = _read(database, acme, LicenseHolder(first_name="Ana"))
    row = samples.wanted(database, acme.id, NOW + MINUTE)
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, NOW, 0, _holders("Bo"))
    assert _seen(database, acme) == ["Ana"]
    with database.read() as reading:
        before = rosters.current(reading, acme.id)
        with database.write() as session:
            rosters.make_current(session, claim, acme.id, NOW + MINUTE, 1)
        assert rosters.current(reading, acme.id) == before
        assert [holder.first_name for holder in rosters.holders(reading, old)] == ["Ana"]
    assert _seen(database, acme) == ["Bo"]
    assert (_state(database, old), _state(database, row.id)) == (rosters.REPLACED, rosters.CURRENT)
    with database.read() as session:
        current = rosters.current(session, acme.id)
        assert current is not None
        assert (current.id, current.size, current.read_at) == (row.id, 1, NOW + MINUTE)


def test_whoever_lost_a_roster_neither_adds_to_it_nor_makes_it_current(database: Database, acme: Enterprise) -> None:
    old = _read(database, acme, LicenseHolder(first_name="Ana"))
    row = samples.wanted(database, acme.id)
    lost = Claim(row.id, row.attempt)
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW + LEASE + SECOND) is not None
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.add(session, lost, NOW, 0, _holders("Bo"))
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.make_current(session, lost, acme.id, NOW, 1)
    assert _seen(database, acme) == ["Ana"]
    assert _state(database, old) == rosters.CURRENT
    with database.read() as session:
        assert rosters.count(session, row.id) == 0


def test_writing_a_portion_holds_the_roster_for_another_lease(database: Database, acme: Enterprise) -> None:
    row = samples.wanted(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), NOW + LEASE, 0, _holders("Ana"))
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW + 2 * LEASE) is None


def test_a_roster_that_could_not_be_read_leaves_the_one_before_and_answers_who_waited(
    database: Database, acme: Enterprise
) -> None:
    _read(database, acme, LicenseHolder(first_name="Ana"))
    row = samples.wanted(database, acme.id)
    samples.receive(database, "a")
    waiting = samples.taken(database, "a")
    with database.write() as session:
        inbox.wait(session, waiting, NOW + MINUTE, roster_id=row.id)
    with database.write() as session:
        rosters.give_up(session, Claim(row.id, row.attempt), acme.id, NOW, "Webex is away")
    assert _seen(database, acme) == ["Ana"]
    samples.taken(database, "a")
    with database.read() as session:
        last = rosters.last(session, acme.id)
        assert last is not None
        assert (last.id, last.state, last.error) == (row.id, rosters.FAILED, "Webex is away")


def test_a_roster_that_is_read_again_later_stays_wanted(database: Database, acme: Enterprise) -> None:
    def next_due() -> datetime | None:
        with database.read() as session:
            return rosters.next_due(session, NOW)

    row = samples.wanted(database, acme.id)
    with database.write() as session:
        rosters.retry(session, Claim(row.id, row.attempt), NOW + MINUTE, 1, "busy")
    assert _state(database, row.id) == rosters.WANTED
    assert next_due() == NOW + MINUTE
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW) is None
        again = rosters.claim(session.connection(), NOW + MINUTE)
        assert again is not None
        assert (again.id, again.failures) == (row.id, 1)


def test_the_rows_of_a_replaced_roster_go_in_portions(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "CHUNK", 2)
    old = _read(database, acme, *(LicenseHolder(first_name=name) for name in "ABCDE"))
    new = _read(database, acme, LicenseHolder(first_name="F"))
    left: list[int] = []
    for _ in range(4):
        with database.write() as session:
            assert rosters.obsolete(session) == (old if left[-1:] != [0] else None)
            more = rosters.clear(session, old)
            left.append(rosters.count(session, old))
            assert more == (len(left) < 4)
    assert left == [3, 1, 0, 0]
    with database.read() as session:
        assert rosters.obsolete(session) is None
        assert rosters.count(session, new) == 1


def test_rosters_that_are_current_or_still_being_read_are_not_obsolete(database: Database, acme: Enterprise) -> None:
    _read(database, acme, LicenseHolder(first_name="Ana"))
    row = samples.wanted(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), NOW, 0, _holders("Bo"))
        assert rosters.obsolete(session) is None
        rosters.give_up(session, Claim(row.id, row.attempt), acme.id, NOW, "away")
        assert rosters.obsolete(session) == row.id


def test_a_cell_is_kept_as_it_came_whatever_its_letters(database: Database, acme: Enterprise) -> None:
    odd = LicenseHolder(
        *(f"{text}{index}" for index, text in enumerate(["Łódź", " a\u00a0b ", "00", "%_\\", "=1", "", "İ", "'", "\t"]))
    )
    roster_id = _read(database, acme, odd)
    with database.read() as session:
        assert list(rosters.holders(session, roster_id)) == [odd]


def test_one_roster_shows_nothing_of_another(database: Database, acme: Enterprise) -> None:
    bolt = samples.enterprise(database, "bolt")
    mine = _read(database, acme, LicenseHolder(location="Dallas", first_name="Ana"))
    _read(database, bolt, LicenseHolder(location="Dallas", first_name="Bo"))
    with database.read() as session:
        assert [holder.first_name for holder in rosters.holders(session, mine, _IN_DALLAS)] == ["Ana"]
        assert rosters.count(session, mine, _IN_DALLAS) == 1
        assert rosters.facets(session, mine, "location") == {"Dallas": 1}


def test_ties_keep_the_order_in_which_webex_listed_them(database: Database, acme: Enterprise) -> None:
    people = [LicenseHolder(location=place, first_name=name) for place, name in zip("babab", "12345", strict=True)]
    roster_id = _read(database, acme, *people)

    def order(*sort: SortKey) -> str:
        with database.read() as session:
            return "".join(holder.first_name for holder in rosters.holders(session, roster_id, View(sort=sort)))

    assert order() == "12345"
    assert order(SortKey("location")) == "24135"
    assert order(SortKey("location", descending=True)) == "13524"


def test_webexs_order_depends_neither_on_which_portion_came_first_nor_on_an_index(postgres: Database) -> None:
    acme = samples.enterprise(postgres)
    row = samples.wanted(postgres, acme.id)
    claim = Claim(row.id, row.attempt)
    with postgres.write() as session:
        for first, names in ((2, "CD"), (0, "AB")):
            rosters.add(session, claim, NOW, first, _holders(*names))
        rosters.make_current(session, claim, acme.id, NOW, 4)
    with postgres.read() as session:
        for plan in ("indexscan", "bitmapscan", "indexonlyscan"):
            session.execute(text(f"SET LOCAL enable_{plan} = off"))
        for view in (View(), View(sort=(SortKey("location", descending=True),))):
            assert "".join(holder.first_name for holder in rosters.holders(session, row.id, view)) == "ABCD"


def test_extensions_are_in_the_order_of_their_numbers(database: Database, acme: Enterprise) -> None:
    roster_id = _read(database, acme, *(LicenseHolder(ext=ext) for ext in ("100", "99", "", "0100", "9")))
    with database.read() as session:
        listed = rosters.holders(session, roster_id, View(sort=(SortKey("ext"),)))
        assert [holder.ext for holder in listed] == ["", "9", "99", "100", "0100"]


def test_a_limit_gives_the_first_of_a_view(database: Database, acme: Enterprise) -> None:
    roster_id = _read(database, acme, *(LicenseHolder(location="Dallas", first_name=name) for name in "CAB"))
    view = View(_IN_DALLAS.terms, (SortKey("first_name"),))
    with database.read() as session:
        assert [holder.first_name for holder in rosters.holders(session, roster_id, view, limit=2)] == ["A", "B"]
        assert rosters.count(session, roster_id, view) == 3


def test_more_holders_than_are_read_at_a_time_all_come_in_order(database: Database, acme: Enterprise) -> None:
    roster_id = _read(database, acme, *(LicenseHolder(ext=str(index)) for index in range(2100)))
    with database.read() as session:
        assert [holder.ext for holder in rosters.holders(session, roster_id)] == [str(index) for index in range(2100)]


def test_facets_count_each_value_most_first_and_ties_alike_on_every_database(
    database: Database, acme: Enterprise
) -> None:
    places = ["Dallas", "bern", "Älta", "Bern", "Dallas", "", "a b", "ab"]
    roster_id = _read(database, acme, *(LicenseHolder(location=place) for place in places))
    with database.read() as session:
        found = rosters.facets(session, roster_id, "location")
        assert list(found.items()) == [
            ("Dallas", 2),
            *((place, 1) for place in ["", "Bern", "a b", "ab", "bern", "Älta"]),
        ]
        assert rosters.facets(session, roster_id, "location", _IN_DALLAS) == {"Dallas": 2}


def test_the_rows_know_the_subscriber_and_the_place_in_webexs_order(database: Database, acme: Enterprise) -> None:
    row = samples.wanted(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), NOW, 0, _holders("Ana", "Bo"))
        rosters.add(session, Claim(row.id, row.attempt), NOW, 2, _holders("Cy"))
        rosters.add(session, Claim(row.id, row.attempt), NOW, 3, [])
    with database.read() as session:
        rows = session.query(LicenseHolderRow).order_by(LicenseHolderRow.position)
        assert [(row.position, row.subscriber_id) for row in rows] == [
            (0, "id of Ana"),
            (1, "id of Bo"),
            (2, "id of Cy"),
        ]
        assert session.get_one(RosterRow, row.id).state == rosters.WANTED
