"""The queue of a cluster: which sync is next, which one waits for another, and for how long."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from bot.replies.queue import CSV_HEADER
from sandbox.seed import ACME, BOREALIS, CUMULUS, SPACE
from sandbox.world import PARTNER_ADMIN
from storage.models import ClusterRow
from tests.journeys.house import ANA, CORA, OLGA, House
from tests.journeys.syncs import (
    BO,
    ENTERPRISES,
    ON_SQLITE,
    add_enterprise,
    do,
    ends,
    hang_up,
    queue_up,
    results,
    shown,
    text,
    versions,
)
from tests.journeys.tables import csv_of


def _pauses(house: House) -> list[int]:
    """How many times in a row each cluster was busy."""
    with house.database.read() as session:
        return list(session.scalars(select(ClusterRow.pauses)))


@ON_SQLITE
def test_the_next_sync_moves_up_when_the_first_ends(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    hang_up(house, BOREALIS)
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    waits = house.ask(BO, "sync")
    assert "number 2 in the queue" in text(waits)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: "next in the queue" in shown(house, BO))
    house.faults.clear()
    house.wait_for(lambda: results(house, BO))
    assert house.syncs_asked() == [200, 200]
    assert "✅ completed" in house.wait_for(lambda: versions(house, waits))[-1]


@ON_SQLITE
def test_an_enterprise_that_webex_synchronizes_itself_holds_up_no_neighbor(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    waits = queue_up(house)
    house.ask(BO, "sync")
    house.wait_for(lambda: results(house, BO))
    assert "queued" in shown(house)
    assert house.syncs_asked() == [200]
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house))
    assert len(versions(house, waits)) <= 5
    assert house.syncs_asked() == [200, 200]


@ON_SQLITE
def test_queue_shows_operators_every_cluster(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    add_enterprise(house, CUMULUS, CORA, cluster="west")
    house.world.subscribers.set_status(house.world.subscribers.of_enterprise(CUMULUS)[0].id, "provisioned")
    for each in (BOREALIS, CUMULUS):
        house.world.broadworks.keep_running(each)
    queue_up(house)
    house.ask(BO, "sync")
    house.ask(CORA, "sync")
    house.wait_for(lambda: all("running since" in shown(house, who) for who in (BO, CORA)))
    default, west = text(house.ask(OLGA, "queue")).split("**Cluster west**")
    assert "**Cluster default**: 2 syncs" in default
    assert "1. Borealis (borealis): running" in default
    assert "2. Reseller1+acme (reseller1-acme): queued, waiting because Webex is running its own sync" in default
    assert "1 sync\n" in west
    assert "1. Cumulus (cumulus): running" in west


@ON_SQLITE
def test_queue_attaches_the_whole_queue_as_a_csv(house: House) -> None:
    assert house.ask(OLGA, "queue").files == ()
    queue_up(house)
    answer = house.ask(OLGA, "queue")
    assert answer.files[0].name.startswith("queues_all_")
    (row,) = csv_of(house, answer, OLGA, CSV_HEADER)
    told = dict(zip(CSV_HEADER, row, strict=True))
    assert told | {"Asked At": "", "Cluster": ""} == {
        "Cluster": "",
        "Place": "1",
        "Enterprise": "reseller1-acme",
        "Name": "Reseller1+acme",
        "State": "queued",
        "Waits For": "webex",
        "Asked By": ANA,
        "Asked At": "",
        "Started At": "",
    }


def test_queue_is_not_for_admins(house: House) -> None:
    queue_up(house)
    assert "Only operators can use `queue`" in text(house.ask(ANA, "queue"))
    assert "No directory sync is queued" not in text(house.ask(OLGA, "queue"))


@ON_SQLITE
def test_queue_in_a_group_with_others_goes_to_the_operator_only(house: House) -> None:
    house.world.rooms.join(house.world.room(SPACE).id, house.world.person(OLGA), house.world.person(ANA))
    line = house.ask(OLGA, "queue", SPACE, mention=True)
    assert "No directory sync is queued" in text(house.wait_for(lambda: house.heard(OLGA))[0])
    assert "1:1 message" in text(line)
    assert "queued" not in text(line)


def test_a_busy_cluster_is_retried_and_names_no_other_customer(house: House) -> None:
    house.world.broadworks.retry_after = 120
    house.world.broadworks.keep_running(BOREALIS)
    house.world.broadworks.sync_now(house.world.enterprise(BOREALIS).id)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "busy with another customer" in shown(house))
    house.shift(seconds=110)
    assert "waiting because Webex is busy with another customer" in text(house.ask(OLGA, "queue"))
    house.world.broadworks.let_finish(BOREALIS)
    house.shift(seconds=11)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [429, 200]
    assert "orealis" not in house.transcript()
    assert _pauses(house) == [0]


@ON_SQLITE
def test_a_cluster_that_completed_a_sync_unseen_is_no_longer_busy(house: House) -> None:
    house.world.broadworks.sync_seconds = 0.0
    for trouble in ({"status": 429, "headers": {"Retry-After": "120"}}, {"drop": "after"}):
        house.faults.add(method="POST", path=ENTERPRISES, token=PARTNER_ADMIN, **trouble)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "busy with another customer" in shown(house))
    assert _pauses(house) == [1]
    house.shift(seconds=121)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [429, None]
    assert not any("running since" in said for said in house.transcript().splitlines())
    assert _pauses(house) == [0]


@ON_SQLITE
def test_a_pause_of_a_cluster_also_applies_to_the_next_sync(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    house.faults.add(
        method="POST", path=ENTERPRISES, token=PARTNER_ADMIN, status=429, headers={"Retry-After": "120"}, times=1
    )
    house.ask(ANA, "sync")
    house.wait_for(lambda: "busy with another customer" in shown(house))
    house.ask(BO, "sync")
    house.ask(ANA, "cancel")
    house.wait_for(lambda: "next in the queue" in shown(house, BO))
    house.shift(seconds=110)
    assert "busy: I ask again" in text(house.ask(OLGA, "queue"))
    assert house.syncs_asked() == [429]
    house.shift(seconds=11)
    house.wait_for(lambda: results(house, BO))
    assert house.syncs_asked() == [429, 200]


@ON_SQLITE
def test_a_sync_that_cannot_start_within_a_day_fails_with_the_reason(house: House) -> None:
    queue_up(house)
    house.shift(hours=24, minutes=1)
    told = text(house.wait_for(lambda: ends(house))[0])
    assert "❌ failed" in told
    assert "For 24 hours Webex had no room for it or could not be reached" in told
    assert "❌ failed" in shown(house)
    assert house.syncs_asked() == []


@ON_SQLITE
def test_a_sync_that_waits_behind_another_for_a_day_fails(database_url: str, build: Callable[..., House]) -> None:
    house = build(database_url, sync_timeout=timedelta(hours=48))
    house.start()
    add_enterprise(house, BOREALIS, BO)
    house.world.broadworks.keep_running(BOREALIS)
    house.ask(BO, "sync")
    house.wait_for(lambda: "running since" in shown(house, BO))
    assert "number 2 in the queue" in text(house.ask(ANA, "sync"))
    house.shift(hours=24, minutes=1)
    do(house, "overdue syncs")
    told = text(house.wait_for(lambda: ends(house))[0])
    assert "❌ failed" in told
    assert "For 24 hours" in told
    assert "running since" in shown(house, BO)
