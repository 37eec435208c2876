"""Webex refuses the provider's access: who is told what, what waits, and how it goes on."""

import logging

import pytest

from sandbox.faults import Fault
from sandbox.seed import ACME
from sandbox.webex.records import Message
from sandbox.world import PARTNER_ADMIN
from storage import access_refusals
from storage.values.provider_access import AccessSubject
from tests.journeys.house import ANA, OLGA, House
from tests.journeys.syncs import ON_SQLITE, do, ends, results, shown, text

PROVIDER = "/broadworks"
REFUSED, WORKS = "Webex refuses my access", "accepts my access again"


def refuse(house: House, path: str = PROVIDER, status: int = 401, **more: str) -> Fault:
    """Have Webex refuse the provider's calls from now on."""
    return house.faults.add(path=path, token=PARTNER_ADMIN, status=status, times=None, **more)  # type: ignore[arg-type]


def restore(house: House, fault: Fault) -> None:
    """Have Webex accept them again, and the bot look."""
    fault.times = 0
    do(house, "access")


def told(house: House, what: str, who: str = OLGA) -> list[Message]:
    return [message for message in house.heard(who) if what in text(message)]


def refused(house: House) -> list[AccessSubject]:
    with house.database.read() as session:
        return [refusal.subject for refusal in access_refusals.current(session)]


def is_right_after_a_look(house: House) -> bool:
    do(house, "access")
    return not refused(house)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_refused_token_is_told_once_and_so_is_its_recovery(house: House, caplog: pytest.LogCaptureFixture) -> None:
    fault = refuse(house)
    asked = house.ask(ANA, "sync")
    (said,) = house.wait_for(lambda: told(house, REFUSED))
    assert "`WEBEX_ADMIN_TOKEN`" in text(said)
    assert "python -m bot authorize" in text(said)
    assert "tracking id SANDBOX" in text(said)
    house.wait_for(lambda: "does not accept your service provider's access" in shown(house))
    house.ask(ANA, "licenses")
    house.shift(minutes=2)
    house.ask(ANA, "status")
    assert len(told(house, REFUSED)) == 1
    (line,) = errors(caplog)
    assert "WEBEX_ADMIN_TOKEN" in line
    assert "tracking id SANDBOX" in line
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line for line in warnings if "401" in line] == []
    restore(house, fault)
    (said,) = house.wait_for(lambda: told(house, WORKS))
    assert "It did not work since" in text(said)
    house.wait_for(lambda: results(house))
    assert asked.id in {message.id for message in house.versions if "✅ completed" in text(message)}
    assert refused(house) == []


@ON_SQLITE
def test_an_admin_reads_of_refused_access_and_an_operator_what_to_do(house: House) -> None:
    house.ask(ANA, "licenses")
    refuse(house)
    do_look(house)
    house.shift(minutes=11)
    began = len(house.calls("GET", "/broadworks/subscribers"))
    for command in ("sync", "sync", "status", "licenses", "licenses refresh", "licenses count"):
        said = text(house.ask(ANA, command))
        assert "Webex has not accepted your service provider's access since" in said, command
        assert "The operators know." in said
        assert "WEBEX_ADMIN_TOKEN" not in said
    assert "`sync` works now" not in text(house.ask(ANA, "status"))
    for command in ("sync", "status", "queue", "licenses count"):
        assert "Set `WEBEX_ADMIN_TOKEN` to a new token" in text(house.ask(OLGA, command)), command
    assert len(house.calls("GET", "/broadworks/subscribers")) == began
    house.make_room("Acme", OLGA, ANA)
    house.ask(OLGA, "link reseller1-acme", "Acme", mention=True)
    said = text(house.ask(OLGA, "status", "Acme", mention=True))
    assert "The operators know." in said
    assert "WEBEX_ADMIN_TOKEN" not in said


def do_look(house: House) -> None:
    """Have the bot find out, as it does after ten minutes without any call."""
    do(house, "access")
    house.shift(minutes=10, seconds=1)
    do(house, "access")
    assert refused(house) == [AccessSubject.ADMIN]


@ON_SQLITE
def test_licenses_say_so_at_once_if_there_is_no_list_at_all(house: House) -> None:
    refuse(house)
    said = text(house.ask(ANA, "licenses"))
    assert "I have never read your license holders" in said
    assert "The operators know." in said


def test_a_sync_waits_in_the_queue_for_days_and_then_starts(house: House) -> None:
    fault = refuse(house)
    house.ask(ANA, "sync")
    house.wait_for(lambda: told(house, REFUSED))
    for _ in range(3):
        house.shift(hours=23)
        do(house, "overdue syncs")
    assert ends(house) == []
    assert house.syncs_asked() == []
    restore(house, fault)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [200]


@ON_SQLITE
def test_a_waiting_sync_can_be_cancelled(house: House) -> None:
    refuse(house)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "does not accept" in shown(house))
    house.ask(ANA, "cancel")
    house.wait_for(lambda: "cancelled" in shown(house))


def test_a_sync_completed_meanwhile_is_told_so_and_starts_its_hold(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in shown(house))
    fault = refuse(house)
    house.wait_for(lambda: refused(house))
    house.world.broadworks.let_finish(ACME)
    house.shift(hours=13)
    said = text(house.ask(ANA, "sync"))
    assert "I will know how the sync ended when the access works again" in said
    assert ends(house) == []
    restore(house, fault)
    (end,) = house.wait_for(lambda: results(house))
    assert "✅ completed" in text(end)
    assert "did not finish in time" not in text(end)
    assert "`sync` will work again" in text(house.ask(ANA, "sync"))
    assert "in 11 h" in text(house.ask(ANA, "sync"))


@pytest.mark.parametrize(
    ("path", "scope", "command"),
    [
        ("/broadworks/enterprises", "spark-admin:broadworks_enterprises_read", "sync"),
        ("/broadworks/subscribers", "spark-admin:broadworks_subscribers_read", "licenses"),
    ],
)
@ON_SQLITE
def test_a_missing_scope_is_named(house: House, path: str, scope: str, command: str) -> None:
    fault = refuse(house, path, 403)
    house.say(ANA, command)
    (said,) = house.wait_for(lambda: told(house, REFUSED))
    assert f"`{scope}`" in text(said)
    assert "partner administrator" in text(said)
    house.shift(minutes=3)
    assert ends(house) == []
    restore(house, fault)
    house.wait_for(lambda: told(house, WORKS))


@ON_SQLITE
def test_a_missing_role_is_told_in_one_message(house: House, caplog: pytest.LogCaptureFixture) -> None:
    refuse(house, status=403)
    house.ask(ANA, "sync")
    house.wait_for(lambda: told(house, REFUSED))
    house.ask(ANA, "licenses")
    house.shift(minutes=2)
    house.ask(ANA, "status")
    (said,) = told(house, REFUSED)
    assert "enterprises_read" in text(said)
    assert "subscribers_read" in text(said)
    assert len(errors(caplog)) == 1
    assert ends(house) == []


@ON_SQLITE
def test_a_sync_that_may_not_be_started_waits_until_it_may(house: House) -> None:
    fault = house.faults.add(method="POST", path=PROVIDER, token=PARTNER_ADMIN, status=403, times=None)
    house.ask(ANA, "sync")
    (said,) = house.wait_for(lambda: told(house, REFUSED))
    assert "broadworks_enterprises_write" in text(said)
    house.wait_for(lambda: "does not accept" in shown(house))
    assert ends(house) == []
    fault.times = 0
    house.shift(minutes=6)
    house.wait_for(lambda: results(house))
    house.wait_for(lambda: told(house, WORKS))


@ON_SQLITE
def test_a_refusal_about_one_enterprise_alone_is_no_missing_scope(house: House) -> None:
    body = {"message": "not allowed", "errors": [{"description": "600008 not found in the partner org"}]}
    house.faults.add(method="POST", path=PROVIDER, token=PARTNER_ADMIN, status=403, body=body)
    house.ask(ANA, "sync")
    (end,) = house.wait_for(lambda: ends(house))
    assert "❌ failed" in text(end)
    house.faults.add(method="GET", path=f"/broadworks/enterprises/{house.enterprise().id}", status=403, times=None)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(ends(house)) == 2)
    assert refused(house) == []
    assert house.heard(OLGA) == []


@ON_SQLITE
def test_an_access_that_comes_and_goes_does_not_flood_the_operators(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(4):
        fault = refuse(house)
        house.context.broadworks.look()
        assert refused(house) == [AccessSubject.ADMIN]
        restore(house, fault)
        # The clock runs the same chore: a look of its own that began before may end after this one.
        house.wait_for(lambda: is_right_after_a_look(house))
    house.wait_for(house.is_silent)
    assert (len(told(house, REFUSED)), len(told(house, WORKS))) == (1, 1)
    assert len(errors(caplog)) == 1
    house.shift(minutes=2)
    fault = refuse(house)
    house.context.broadworks.look()
    assert len(errors(caplog)) == 2
    restore(house, fault)
    fault = refuse(house)
    house.context.broadworks.look()
    assert len(errors(caplog)) == 2
    house.shift(minutes=1, seconds=1)
    do(house, "access")
    assert len(errors(caplog)) == 3
    assert len(told(house, REFUSED)) == 1
    house.shift(minutes=10)
    do(house, "access")
    house.wait_for(lambda: len(told(house, REFUSED)) == 2)


@ON_SQLITE
def test_an_outage_that_is_told_in_chat_comes_into_the_log_too(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for seconds in (0, 570, 40):
        house.shift(seconds=seconds)
        fault = refuse(house)
        house.context.broadworks.look()
        if seconds != 40:
            restore(house, fault)
    house.wait_for(lambda: len(told(house, REFUSED)) == 2)
    assert len(errors(caplog)) == 2
    house.shift(seconds=61)
    do(house, "access")
    assert len(errors(caplog)) == 3


@ON_SQLITE
def test_a_token_that_ends_unused_is_noticed_after_ten_minutes(house: House) -> None:
    house.wait_for(lambda: house.calls("GET", "/broadworks/enterprises") == [200])  # the survey of a start
    do(house, "access")
    refuse(house)
    house.shift(minutes=9)
    do(house, "access")
    assert refused(house) == []
    house.shift(minutes=1, seconds=1)
    do(house, "access")
    house.wait_for(lambda: told(house, REFUSED))


@ON_SQLITE
def test_a_restart_with_a_working_token_is_told_as_recovery(house: House) -> None:
    fault = refuse(house)
    house.ask(ANA, "sync")
    house.wait_for(lambda: told(house, REFUSED))
    house.stop()
    fault.times = 0
    house.start()
    house.wait_for(lambda: told(house, WORKS))
    house.wait_for(lambda: results(house))


@ON_SQLITE
def test_a_sync_is_not_told_as_timed_out_while_webex_cannot_be_read(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in shown(house))
    fault = refuse(house, status=503)
    house.world.broadworks.let_finish(ACME)
    house.shift(hours=13)
    house.wait_for(lambda: len(house.calls("GET", "/broadworks/enterprises/")) > 3)
    assert ends(house) == []
    fault.times = 0
    house.shift(minutes=6)
    (end,) = house.wait_for(lambda: results(house))
    assert "✅ completed" in text(end)
