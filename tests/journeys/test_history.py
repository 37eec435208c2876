"""`history`: the syncs that have ended."""

import csv
import io
from collections.abc import Callable

from sandbox.seed import ACME, CUMULUS, SPACE
from sandbox.webex.records import Message
from tests.journeys.house import ANA, BEN, CORA, House
from tests.journeys.syncs import ON_SQLITE, ends, queue_up, results, text
from tests.journeys.tables import file_of

pytestmark = ON_SQLITE


def _table(house: House, reply: Message) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file_of(house, reply).decode("utf-8-sig"), newline="")))


def test_history_lists_the_last_syncs_newest_first_and_attaches_them(house: House) -> None:
    house.make_admin(BEN)
    house.ask(ANA, "help")
    house.world.broadworks.fail_next_sync(ACME, [(600013, "Timed out")])
    house.ask(BEN, "sync")
    house.wait_for(lambda: ends(house) and ends(house, BEN))
    queue_up(house)
    house.ask(ANA, "cancel")
    house.world.broadworks.let_finish(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house)[1:])
    reply = house.ask(ANA, "history 4")
    expected = [
        ("✅ completed", ANA, "took", "10 added, 3 updated, 2 deleted"),
        ("✅ completed", "started by Webex itself"),
        ("cancelled", ANA, "withdrawn"),
        ("❌ failed", BEN),
    ]
    lines = [line for line in text(reply).splitlines() if line.startswith("- ")]
    for line, words in zip(lines, expected, strict=True):
        assert all(word in line for word in words), line
    table = _table(house, reply)
    assert [row["Result"] for row in table] == ["completed", "completed", "cancelled", "failed"]
    assert [row["Asked By"] for row in table] == [ANA, "Webex", ANA, BEN]
    assert table[0]["People Deleted"] == "1"
    assert table[0]["Tracking ID"] == house.enterprise().last_status["lastSyncTrackingId"]
    assert table[3]["Errors"] == "600013: Timed out"
    assert len(_table(house, house.ask(ANA, "history 2"))) == 2


def test_history_takes_a_number_from_1_to_1000(house: House) -> None:
    for typed in ("nonsense", "0", "1001", "3 4", "9" * 5000, "0000000001" + "0" * 5000):
        assert "is not a number from 1 to 1,000" in text(house.ask(ANA, f"history {typed}"))


def test_history_in_a_group_with_others_goes_to_the_requester_only(house: House) -> None:
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house))
    line = house.ask(ANA, "history", SPACE, mention=True)
    house.wait_for(lambda: "newest first" in text(house.heard(ANA)[-1]))
    assert "1:1 message" in text(line)
    assert ANA not in text(line)
    assert line.files == ()


def test_history_says_that_no_sync_has_ended_yet(database_url: str, build: Callable[..., House]) -> None:
    house = build(database_url, enterprise=CUMULUS, people=(CORA,))
    house.start()
    reply = house.ask(CORA, "history")
    assert "that has ended" in text(reply)
    assert reply.files == ()
