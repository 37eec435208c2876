"""Syncs that Webex runs by itself, or that were begun in Partner Hub."""

import csv
import io
from dataclasses import replace

import pytest

from bot.entrypoints import startup
from bot.jobs import webex_status as job
from bot.jobs.engine.turn import LEASE, NotMyTurn, Turn
from bot.webex.errors import Unavailable
from sandbox.seed import ACME
from sandbox.world import PARTNER_ADMIN
from storage import enterprises, webex_status
from tests.journeys.house import ANA, BEN, House
from tests.journeys.syncs import add_enterprise, do, hang_up, results, text
from tests.journeys.tables import file_of

ALL = "/broadworks/enterprises"


def _runs(house: House, key: str) -> int:
    """How many of Webex's own runs are known of an enterprise."""
    with house.database.read() as session:
        enterprise = enterprises.by_key(session, key)
        return 0 if enterprise is None else len(webex_status.runs(session, enterprise.id, 100))


@pytest.fixture
def house(house_on_sqlite: House) -> House:
    """A house that has surveyed for the first time."""
    house_on_sqlite.wait_for(lambda: _runs(house_on_sqlite, "reseller1-acme") == 1)
    return house_on_sqlite


def _webex_syncs(house: House, sp_enterprise_id: str) -> None:
    """Have Webex run a sync of its own from its beginning to its end."""
    house.world.broadworks.start_scheduled_sync(sp_enterprise_id)
    house.world.broadworks.let_finish(sp_enterprise_id)


def test_webexs_own_syncs_cause_no_notice_and_no_hold(house: House) -> None:
    house.advance(seconds=10)
    _webex_syncs(house, ACME)
    status = house.ask(ANA, "status")
    assert "Webex's own last sync: ✅ completed" in text(status)
    assert "`sync` works now" in text(status)
    history = house.ask(ANA, "history")
    assert text(history).count("started by Webex itself") == 2
    table = list(csv.DictReader(io.StringIO(file_of(house, history).decode("utf-8-sig"))))
    assert [row["Asked By"] for row in table] == ["Webex", "Webex"]
    assert [row["Result"] for row in table] == ["completed", "completed"]
    assert house.heard(ANA) == [status, history]
    assert "queued" in text(house.ask(ANA, "sync"))
    house.wait_for(lambda: len(results(house)) == 2)
    assert house.syncs_asked() == [200]
    house.advance(seconds=10)
    house.ask(ANA, "status")
    assert _runs(house, "reseller1-acme") == 2


def test_the_survey_reads_all_enterprises_in_pages(house: House) -> None:
    for number in range(150):
        name = f"Reseller1+many{number}"
        org_id = house.world.people.org_id_of(f"many{number}.example" if number < 149 else "acme.example")
        house.world.broadworks.add(name, "far", org_id, f"provisioning{number}").is_listed = True
    add_enterprise(house, "Reseller1+many149", BEN)
    _webex_syncs(house, "Reseller1+many149")
    house.shift(hours=1)
    before = len(house.world.requests)
    do(house, "survey")
    asked = [one for one in list(house.world.requests)[before:] if one.token == PARTNER_ADMIN]
    assert [one.path for one in asked] == [ALL, ALL]
    assert _runs(house, "many149") == 1
    assert "started by Webex itself" in text(house.ask(BEN, "history"))
    assert len(house.heard(BEN)) == 1


def test_only_one_process_surveys_and_only_once_an_hour(house: House) -> None:
    other = startup.open_database(house.settings)
    try:
        world = replace(house.context, database=other)
        job.survey(world)
        assert len(house.calls("GET", ALL)) == 1
        house.shift(hours=1)
        job.survey(world)
        do(house, "survey")
        assert len(house.calls("GET", ALL)) == 2
    finally:
        other.close()


def test_a_process_that_died_amid_a_survey_holds_up_the_next_one_briefly(house: House) -> None:
    house.shift(hours=1)
    Turn(house.context, "survey", house.settings.webex_timeout + LEASE).keep()
    with pytest.raises(NotMyTurn):
        do(house, "survey")
    house.shift(minutes=2)
    do(house, "survey")
    assert len(house.calls("GET", ALL)) == 2


def test_a_survey_that_failed_is_tried_again_at_once(house: House) -> None:
    house.shift(hours=1)
    house.faults.add(path=f"{ALL}$", method="GET", times=1, status=503)
    with pytest.raises(Unavailable):
        do(house, "survey")
    do(house, "survey")
    assert house.calls("GET", ALL) == [200, 503, 200]


def test_status_waits_two_seconds_for_webex_and_then_says_its_age(house: House) -> None:
    house.advance(seconds=10)
    hang_up(house, ACME)
    asked = house.say(ANA, "status")
    house.wait_for(lambda: [row for row in house.inbox() if row.waited and row.lease_until is None])
    house.advance(seconds=1.5)
    assert house.answers(asked) == []
    house.advance(seconds=0.6)
    answer = text(house.wait_for(lambda: house.answers(asked), deadline=6)[0])
    assert "Webex's own last sync: ✅ completed" in answer
    assert "(as of " in answer
    house.faults.clear()
    assert "(as of " not in text(house.ask(ANA, "status"))


def test_status_warns_if_no_sync_has_succeeded_for_eight_days(house: House) -> None:
    _webex_syncs(house, ACME)
    warning = "No directory sync has succeeded since"
    house.shift(days=7, hours=23)
    assert warning not in text(house.ask(ANA, "status"))
    house.shift(hours=2)
    assert warning in text(house.ask(ANA, "status"))
