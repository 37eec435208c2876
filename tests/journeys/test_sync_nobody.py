"""`sync`, where no license holder has activated."""

from collections.abc import Callable

import pytest

from sandbox.seed import ACME, CUMULUS
from sandbox.webex.records import Message
from tests.journeys.house import ANA, CORA, House
from tests.journeys.syncs import ON_SQLITE, results, text
from tests.journeys.tables import HEADER, csv_of, rows, waiting

WHAT_TO_DO = {
    "Not begun": "Webex needs this person's e-mail",
    "Begun": "confirm the e-mail",
    "Error": "service provider",
}


@pytest.fixture
def cumulus(database_url: str, build: Callable[..., House]) -> House:
    """A house whose enterprise has nobody who activated."""
    built = build(database_url, enterprise=CUMULUS, people=(CORA,))
    built.start()
    return built


def _check_who_must_act(house: House, told: Message, reader: str) -> None:
    """The CSV has those who have not activated, in their nine columns, and what each of them has to do."""
    table = csv_of(house, told, reader, [*HEADER, "What to do"])
    assert [cells[:-1] for cells in table] == waiting(house)
    for cells in table:
        assert WHAT_TO_DO[cells[-2]] in cells[-1]


def test_a_sync_fails_and_lists_who_must_activate_if_nobody_has(cumulus: House) -> None:
    accepted = cumulus.ask(CORA, "sync")
    told = cumulus.wait_for(lambda: results(cumulus, CORA))[0]
    assert "❌ failed" in text(told)
    assert "Webex knows your company only after one person has activated" in text(told)
    assert "You can use `sync` again now" in text(told)
    _check_who_must_act(cumulus, told, CORA)
    assert len(waiting(cumulus)) == 14
    assert cumulus.heard(CORA)[0].id == accepted.id
    assert cumulus.syncs_asked() == []


@ON_SQLITE
def test_sync_warns_at_once_if_nobody_has_activated(cumulus: House) -> None:
    accepted = text(cumulus.ask(CORA, "sync"))
    without = sum(not cells[6] for cells in rows(cumulus))
    assert f"0 of 14 activated; {without} have no e-mail yet" in accepted
    assert "queued" in accepted
    cumulus.wait_for(lambda: results(cumulus, CORA))


@ON_SQLITE
def test_a_sync_fails_if_nobody_is_activated_any_more(house: House) -> None:
    for one in house.world.subscribers.of_enterprise(ACME):
        if one.status == "provisioned":
            house.world.subscribers.set_status(one.id, "pending_user_migration")
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert "❌ failed" in text(told)
    assert "activated" in text(told)
    assert house.syncs_asked() == [400]
    _check_who_must_act(house, told, ANA)


@ON_SQLITE
def test_activated_people_are_not_listed_among_those_who_must_activate(house: House) -> None:
    house.world.broadworks.fail_next_sync(ACME, [(600029, "No provisioned user")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert 0 < len(waiting(house)) < len(rows(house))
    _check_who_must_act(house, told, ANA)
