"""`audit`, and how much is too much."""

from collections.abc import Callable

from sandbox.seed import BOREALIS, SPACE
from sandbox.world import PARTNER_ADMIN
from tests.journeys.house import ANA, OLGA, SAM, House
from tests.journeys.syncs import BO, add_enterprise, text
from tests.journeys.tables import csv_of

HEADER = ["At", "Enterprise", "Email", "Person ID", "Space ID", "Command", "Arguments", "Outcome", "Detail", "File"]


def _asked(house: House, who: str, typed: str = "audit") -> list[tuple[str, ...]]:
    """Who asked for what, and how it went."""
    answer = house.ask(who, typed)
    if "Nothing happened" in text(answer):
        assert answer.files == ()
        return []
    return [(row[2], row[5], row[6], row[7]) for row in csv_of(house, answer, who, HEADER)]


def _started(house: House) -> House:
    house.start()
    return house


def test_admins_see_the_audit_of_their_enterprise_and_operators_all(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    house.ask(ANA, "licenses location=Dallas")
    house.ask(BO, "status")
    house.ask(SAM, "sync")
    house.wait_for(house.is_silent)
    of_ana = [
        (ANA, "file", "", "delivered"),
        (ANA, "licenses", "location=Dallas", "answered"),
    ]
    assert [row for row in _asked(house, ANA) if row[1] != "audit"] == [("", *of_ana[0][1:]), of_ana[1]]
    assert _asked(house, BO) == [(BO, "status", "", "answered")]
    everything = _asked(house, OLGA)
    assert (SAM, "sync", "", "denied") in everything
    assert (ANA, "licenses", "location=Dallas", "answered") in everything


def test_the_audit_covers_the_period_that_was_requested(house: House) -> None:
    house.ask(ANA, "status")
    house.shift(days=8)
    house.ask(ANA, "help")
    assert (ANA, "status", "", "answered") not in _asked(house, ANA)
    assert (ANA, "status", "", "answered") in _asked(house, ANA, "audit 30d")
    assert (ANA, "status", "", "answered") in _asked(house, ANA, "audit since 2026-01-01")
    assert "I do not understand the date" in text(house.ask(ANA, "audit yesterday"))


def test_the_audit_is_not_posted_in_a_group_with_others(house: House) -> None:
    answer = house.ask(ANA, "audit", SPACE, mention=True)
    assert answer.files == ()
    assert "1:1 message" in text(answer)


def test_too_many_commands_in_a_minute_are_refused(database_url: str, build: Callable[..., House]) -> None:
    house = _started(build(database_url, commands_per_minute=3))
    for typed in ("help", "bogus", "help"):
        house.ask(ANA, typed)
    said = text(house.ask(ANA, "help"))
    assert "more than 3 commands in a minute" in said
    assert "Try again in" in said
    house.say(ANA, "help")
    house.wait_for(lambda: all(row.due_at is None for row in house.inbox()))
    house.wait_for(house.is_silent)
    assert len(house.heard(ANA)) == 4
    assert len(house.calls("GET", "/messages/")) == 4
    for _ in range(5):
        assert "What you can type" in text(house.ask(OLGA, "help"))
    house.shift(minutes=1, seconds=1)
    assert "What you can type" in text(house.ask(ANA, "help"))


def test_a_command_that_waits_for_webex_counts_towards_the_limit(
    database_url: str, build: Callable[..., House]
) -> None:
    house = _started(build(database_url, commands_per_minute=2))
    house.faults.add(path="/broadworks/subscribers", token=PARTNER_ADMIN, delay=60)
    house.make_room("Another", ANA, OLGA)
    for room in (SPACE, "Another"):
        house.say(ANA, "licenses count", room, mention=True)
    house.wait_for(lambda: len([row for row in house.inbox() if row.waited]) == 2)
    assert "more than 2 commands" in text(house.ask(ANA, "help"))
    house.faults.clear()


def test_over_the_limit_of_files_answers_come_without_them(database_url: str, build: Callable[..., House]) -> None:
    house = _started(build(database_url, files_per_hour=2))
    nobody = house.ask(ANA, "licenses last=nobody-is-called-that")
    assert nobody.files == ()
    assert "Nobody matches, so there is no CSV" in text(nobody)
    assert house.ask(ANA, "licenses").files != ()
    assert house.ask(ANA, "licenses last=a*").files != ()
    for _ in range(2):
        answer = house.ask(ANA, "licenses location=Dallas")
        assert answer.files == ()
        assert "There is no CSV this time: I made 2 files for Reseller1+acme within the last hour" in text(answer)
        assert "of 410 license holders" in text(answer)
        assert "The table shows the first 15" in text(answer)
    said = text(house.ask(ANA, "audit"))
    assert "There is no CSV this time" in said
    assert "`licenses location=Dallas`" in said
    assert house.ask(OLGA, "licenses").files != ()
    house.shift(hours=1, seconds=1)
    assert house.ask(ANA, "licenses").files != ()


def test_over_the_limit_of_files_locations_are_still_changed(database_url: str, build: Callable[..., House]) -> None:
    house = _started(build(database_url, files_per_hour=1))
    service_id = csv_of(house, house.ask(ANA, "licenses"))[0][2]
    upload = f"Service ID,Location\n{service_id},Bern\n".encode()
    answer = house.ask(ANA, "locations", file=upload)
    assert answer.files == ()
    assert "1 set" in text(answer)
    assert "There is no CSV this time: I made 1 file" in text(answer)
    assert "1 of 410" in text(house.ask(ANA, "licenses count location=Bern"))
    read = house.calls("GET", "/contents/")
    answer = house.ask(ANA, "locations", file=upload.replace(b"Bern", b"Basel"))
    assert "that is the limit for files that I read. Nothing was changed" in text(answer)
    assert house.audit()[-1].outcome == "limited"
    assert house.calls("GET", "/contents/") == read
    assert "1 of 410" in text(house.ask(ANA, "licenses count location=Bern"))


def test_a_file_over_the_limit_of_commands_is_not_downloaded(sqlite_url: str, build: Callable[..., House]) -> None:
    house = _started(build(sqlite_url, commands_per_minute=1))
    house.ask(ANA, "help")
    answer = house.ask(ANA, "locations", file=b"Ext,Location\n" + b"," * 4_900_000)
    assert "more than 1 command in a minute" in text(answer)
    assert house.calls("GET", "/contents/") == []


def test_a_stranger_gets_one_denial_a_minute(house: House) -> None:
    for _ in range(5):
        house.say(SAM, "status")
    house.wait_for(lambda: len(house.inbox()) >= 5 and all(row.due_at is None for row in house.inbox()))
    house.wait_for(house.is_silent)
    assert len(house.heard(SAM)) == 1
    assert len(house.calls("GET", "/messages/")) == 1
    assert [row.outcome for row in house.audit()] == ["denied"]
    house.shift(minutes=1, seconds=1)
    house.say(SAM, "status")
    house.wait_for(lambda: len(house.heard(SAM)) == 2)
