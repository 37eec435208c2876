"""How a sync ended that did not go well: the errors of Webex, explained, and what was deleted."""

import csv
import io

from sandbox.seed import ACME
from sandbox.webex.records import Message
from sandbox.world import PARTNER_ADMIN
from tests.journeys.house import ANA, House
from tests.journeys.syncs import ENTERPRISES, ON_SQLITE, ends, results, shown, text
from tests.journeys.tables import csv_of, file_of, rows

HEADER = ["Code", "Webex says", "What it means", "Who can mend it", "What to do"]


def _errors_of(house: House, message: Message) -> list[list[str]]:
    table = list(csv.reader(io.StringIO(file_of(house, message).decode("utf-8-sig"), newline="")))
    assert table[0] == HEADER
    return table[1:]


def _let_starts_fail(house: House, code: int, times: int | None) -> None:
    body = {"message": "Not now", "errors": [{"errorCode": code, "description": "Not now"}], "trackingId": "T"}
    house.faults.add(method="POST", path=ENTERPRISES, token=PARTNER_ADMIN, status=400, body=body, times=times)


def _wait_for_start(house: House, number: int) -> None:
    """Wait until Webex has been asked so often, in vain, and the status message says so."""
    house.wait_for(lambda: len(house.syncs_asked()) == number and "start it just now" in shown(house))


def test_a_failed_sync_explains_its_errors_and_starts_no_hold(house: House) -> None:
    house.world.broadworks.fail_next_sync(ACME, [(600013, "Timed out reading users"), (600018, "Bad data, twice")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    for words in ("❌ failed", "Webex started it but could not finish it", "**600013**", "“Timed out reading users”"):
        assert words in text(told)
    assert "Who can fix it: Cisco" in text(told)
    first, second = _errors_of(house, told)
    assert (first[:2], second[:2]) == (["600013", "Timed out reading users"], ["600018", "Bad data, twice"])
    assert "could not add people and devices" in first[2]
    assert "personal phone lists" in second[2]
    assert all(cell for cell in (*first, *second))
    assert "queued" in text(house.ask(ANA, "sync"))
    house.wait_for(lambda: "✅ completed" in text(results(house)[-1]))


@ON_SQLITE
def test_an_unknown_code_is_shown_as_it_is_with_the_tracking_id(house: House) -> None:
    house.world.broadworks.fail_next_sync(ACME, [(699999, "The moon was full")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert "**699999**: I do not know this code" in text(told)
    assert "“The moon was full”" in text(told)
    assert str(house.enterprise().last_status["lastSyncTrackingId"]) in text(told)
    assert [row[:3] for row in _errors_of(house, told)] == [["699999", "The moon was full", ""]]


@ON_SQLITE
def test_a_sync_completed_with_warnings_starts_the_hold(house: House) -> None:
    house.world.broadworks.end_next_sync(ACME, "COMPLETE", [(600018, "One phone was left out")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert "completed with warnings" in text(told)
    assert "One phone was left out" in text(told)
    assert csv_of(house, told) == rows(house)
    assert "will work again" in text(house.ask(ANA, "sync"))


@ON_SQLITE
def test_deleting_more_than_a_tenth_causes_a_warning(house: House) -> None:
    house.world.broadworks.end_next_sync(ACME, "COMPLETE", usersDeleted=400)
    house.ask(ANA, "sync")
    told = text(house.wait_for(lambda: results(house))[0])
    assert "**400 deleted**" in told
    assert "entries, more than a tenth of your directory" in told


@ON_SQLITE
def test_a_start_with_a_temporary_error_is_tried_again(house: House) -> None:
    _let_starts_fail(house, 600001, times=2)
    house.ask(ANA, "sync")
    for asked, rest in enumerate((15, 30), 1):
        _wait_for_start(house, asked)
        house.shift(seconds=rest + 1)
    house.wait_for(lambda: results(house))
    assert "✅ completed" in shown(house)
    assert house.syncs_asked() == [400, 400, 200]


@ON_SQLITE
def test_a_start_with_a_temporary_error_fails_after_five_tries(house: House) -> None:
    _let_starts_fail(house, 600001, times=None)
    house.ask(ANA, "sync")
    for asked, rest in enumerate((15, 30, 60, 120), 1):
        _wait_for_start(house, asked)
        house.shift(seconds=rest + 1)
    told = house.wait_for(lambda: ends(house))[0]
    assert "❌ failed" in text(told)
    assert "Webex refused it" in text(told)
    assert "**600001**" in text(told)
    assert _errors_of(house, told)[0][0] == "600001"
    assert house.syncs_asked() == [400] * 5


@ON_SQLITE
def test_a_start_with_a_permanent_error_is_not_tried_again(house: House) -> None:
    _let_starts_fail(house, 600012, times=1)
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert "Hybrid Directory sync" in text(told)
    assert house.syncs_asked() == [400]
