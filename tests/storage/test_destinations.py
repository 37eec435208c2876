from storage import destinations
from storage.engine.database import Database
from storage.values.messages import Address, Destination
from tests.storage.threads import run_before_commit, run_together


def _of(database: Database, destination_id: int) -> Destination:
    with database.read() as session:
        return destinations.get(session, destination_id)


def _of_room(database: Database, room_id: str, person_id: str | None = None) -> int:
    with database.write() as session:
        return destinations.ensure_room(session, room_id, direct=person_id is not None, person_id=person_id)


def _of_person(database: Database, person_id: str) -> int:
    with database.write() as session:
        return destinations.ensure(session, Address(person_id=person_id))


def _of_email(database: Database, email: str) -> int:
    with database.write() as session:
        return destinations.ensure(session, Address(email=email))


def test_a_space_a_person_and_an_address_are_one_destination_each(database: Database) -> None:
    room, person = _of_room(database, "room"), _of_person(database, "ana")
    address = _of_email(database, "Ana@Acme.example")
    assert len({room, person, address}) == 3
    assert (_of_room(database, "room"), _of_person(database, "ana")) == (room, person)
    assert _of(database, room) == Destination(room, "room", None, None, False)
    assert _of(database, person) == Destination(person, None, "ana", None, True)
    assert _of(database, address) == Destination(address, None, None, "ana@acme.example", True)


def test_an_address_differs_by_more_than_case(database: Database) -> None:
    address = _of_email(database, "Zoe@Acme.example")
    assert _of_email(database, "zoe@ACME.example ") == address
    assert _of_email(database, "zoé@acme.example") != address


def test_an_address_leads_to_one_destination_whose_numbers_go_up_by_one(database: Database) -> None:
    addresses = (Address(room_id="room"), Address(person_id="ana"), Address(email="Bo@Acme.example"))
    for number in (1, 2, 3):
        for address in addresses:
            with database.write() as session:
                assert destinations.next_number_at(session, address) == (destinations.ensure(session, address), number)


def test_a_destination_used_many_times_at_once_is_made_once(database: Database) -> None:
    assert len(set(run_together([lambda: _of_room(database, "room")] * 6))) == 1
    assert len(set(run_together([lambda: _of_person(database, "ana")] * 6))) == 1
    assert len(set(run_together([lambda: _of_email(database, "ana@acme.example")] * 6))) == 1


def test_the_one_to_one_space_that_webex_opened_is_learned(database: Database) -> None:
    person, address = _of_person(database, "ana"), _of_email(database, "bo@acme.example")
    with database.write() as session:
        destinations.learn_room(session, person, "ana's")
        destinations.learn_room(session, address, "bo's")
    assert _of_room(database, "ana's", "ana") == person
    assert _of_room(database, "bo's") == address


def test_a_space_once_learned_is_not_changed(database: Database) -> None:
    person = _of_person(database, "ana")
    with database.write() as session:
        destinations.learn_room(session, person, "first")
        destinations.learn_room(session, person, "second")
    assert _of(database, person).room_id == "first"


def test_a_space_that_is_known_already_is_not_learned_for_another(database: Database) -> None:
    room, address = _of_room(database, "ana's", "ana"), _of_email(database, "ana@acme.example")
    with database.write() as session:
        destinations.learn_room(session, address, "ana's")
    assert _of(database, address).room_id is None
    assert _of_room(database, "ana's") == room


def test_a_new_one_to_one_space_joins_the_destination_of_its_person(database: Database) -> None:
    person = _of_person(database, "ana")
    assert _of_room(database, "ana's", "ana") == person
    assert _of(database, person) == Destination(person, "ana's", "ana", None, True)


def test_a_person_who_wrote_in_a_one_to_one_space_is_reached_there(database: Database) -> None:
    room = _of_room(database, "ana's", "ana")
    assert _of_person(database, "ana") == room


def test_a_second_one_to_one_space_has_its_own_destination(database: Database) -> None:
    first, second = _of_room(database, "old", "ana"), _of_room(database, "new", "ana")
    assert first != second
    assert _of_person(database, "ana") == first
    assert _of(database, second) == Destination(second, "new", None, None, True)


def test_a_person_addressed_and_writing_at_once_is_one_destination(postgres: Database) -> None:
    joined = run_before_commit(
        postgres,
        lambda session: destinations.ensure(session, Address(person_id="ana")),
        lambda: _of_room(postgres, "ana's", "ana"),
    )
    assert joined == _of_person(postgres, "ana")
    assert _of(postgres, joined).room_id == "ana's"
