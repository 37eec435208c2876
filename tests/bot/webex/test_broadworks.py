"""What the bot asks of Webex for BroadWorks, and how it reads the answers."""

import logging
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.webex.access_token import FixedToken
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient
from bot.webex.errors import RateLimited, Rejected
from bot.webex.models import Subscriber, WebexEnterprise
from storage.values.records import SyncError, WebexSyncStatus
from tests.bot.webex.scripted import Answer, Scripted

ACME = "Reseller1+acme"
WHEN = datetime(2021, 3, 23, 16, 9, 6, 527199, tzinfo=UTC)


@pytest.fixture
def broadworks(server: Scripted) -> BroadWorks:
    return BroadWorks(WebexClient(FixedToken("token"), server.url))


@pytest.fixture
def chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own time is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Chicago")
        time.tzset()
        yield
    time.tzset()


def item(id: str, enterprise: str = ACME, **more: object) -> dict[str, object]:
    return {"id": id, "spEnterpriseId": enterprise, **more}


def page(*items: Mapping[str, object], then: str | None = None) -> Answer:
    headers = {"Link": f'<{then}>; rel="next"'} if then else {}
    return Answer(content={"items": items}, headers=headers)


def read(broadworks: BroadWorks, **more: datetime) -> list[str]:
    return [one.id for many in broadworks.subscriber_pages(ACME, **more) for one in many]


def reading(server: Scripted, broadworks: BroadWorks, **status: object) -> WebexSyncStatus:
    server.script(Answer(content={"directorySyncStatus": status}))
    return broadworks.sync_status("e1")


def test_an_enterprise_is_found_by_its_exact_id(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(
        page(item("e0", "Reseller1+acme2"), item("e9", "reseller1+acme"), then="?cursor=2"),
        page(
            item(
                "e1",
                orgId="o1",
                broadworksDirectorySync={
                    "enableDirSync": True,
                    "directorySyncStatus": {"syncStatus": "COMPLETE"},
                },
            )
        ),
    )
    expected = WebexEnterprise("e1", ACME, "o1", WebexSyncStatus(enabled=True, status="COMPLETE"))
    assert broadworks.enterprise(ACME) == expected
    for heard in server.heard:
        assert "spEnterpriseId=Reseller1%2Bacme" in heard.raw_query


def test_an_enterprise_that_webex_does_not_know_is_not_found(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(page(item("e0", "Reseller1+acme2")))
    assert broadworks.enterprise(ACME) is None


def test_enterprises_are_read_from_all_pages(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(page(item("e1"), then="?cursor=2"), page(item("e2", "b")))
    assert [one.id for one in broadworks.enterprises(lambda: None)] == ["e1", "e2"]


def test_a_webex_status_has_all_fields(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(
        Answer(
            content={
                "enableDirSync": "true",
                "directorySyncStatus": {
                    "lastSyncStartTime": "2021-03-23T16:09:06.527199Z",
                    "lastSyncEndTime": "2021-03-23T17:21:41.527199Z",
                    "lastSuccessfulSyncTime": "2021-03-23T17:21:41.527199Z",
                    "syncStatus": "COMPLETE",
                    "lastSyncTrackingId": "12345",
                    "usersAdded": 3,
                    "totalExternalUsersInCI": 1400,
                    "groupContactsAdded": 0,
                    "odd": True,
                    "huge": 2**70,
                    "share": 0.5,
                    "errors": [{"errorCode": 600018, "description": "a"}],
                },
            }
        )
    )
    ended = WHEN + timedelta(hours=1, minutes=12, seconds=35)
    assert broadworks.sync_status("e/1") == WebexSyncStatus(
        enabled=True,
        status="COMPLETE",
        started_at=WHEN,
        ended_at=ended,
        succeeded_at=ended,
        tracking_id="12345",
        counts={"usersAdded": 3, "totalExternalUsersInCI": 1400, "groupContactsAdded": 0},
        errors=(SyncError(600018, "a"),),
    )
    assert server.heard[0].target == "/v1/broadworks/enterprises/e%2F1/broadworksDirectorySync"


@pytest.mark.parametrize(
    "content", [{}, None, {"directorySyncStatus": None}, {"directorySyncStatus": {}, "enableDirSync": 1}]
)
def test_every_field_of_a_webex_status_may_be_missing(
    server: Scripted, broadworks: BroadWorks, content: object
) -> None:
    server.script(Answer(content=content))
    assert broadworks.sync_status("e1") == WebexSyncStatus()


def test_starting_a_sync_posts_sync_now(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(Answer(content={"enableDirSync": True, "directorySyncStatus": {"syncStatus": "IN_PROGRESS"}}))
    assert broadworks.start_sync("e1") == WebexSyncStatus(enabled=True, status="IN_PROGRESS")
    heard = server.heard[0]
    assert (heard.method, heard.path) == ("POST", "/v1/broadworks/enterprises/e1/broadworksDirectorySync")
    assert heard.json == {"syncStatus": "SYNC_NOW"}


def test_a_busy_cluster_is_reported_at_once(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(Answer(429, {"errors": [{"errorCode": 600009}]}, {"Retry-After": "60"}))
    with pytest.raises(RateLimited) as raised:
        broadworks.start_sync("e1")
    assert raised.value.retry_after == timedelta(seconds=60)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2021-03-23T16:09:06.527199Z", WHEN),
        ("2021-03-23T16:09:06.527199", WHEN),
        ("2021-03-23T18:09:06.527199+02:00", WHEN),
        ("2021-03-23T16:09:06.527Z", WHEN.replace(microsecond=527000)),
        ("2021-03-23T16:09:06Z", WHEN.replace(microsecond=0)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1616515746, None),
        (None, None),
    ],
)
def test_a_time_is_understood_with_and_without_its_zone(
    server: Scripted, broadworks: BroadWorks, chicago: None, written: object, expected: datetime | None
) -> None:
    moment = reading(server, broadworks, lastSyncEndTime=written).ended_at
    assert moment == expected
    assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (600029, 600029),
        ("600029", 600029),
        (6003, 6003),
        (600029.0, 600029),
        ("E1", 0),
        (None, 0),
        (True, 0),
        ([], 0),
    ],
)
def test_an_error_code_may_be_a_number_or_text(
    server: Scripted, broadworks: BroadWorks, code: object, expected: int
) -> None:
    errors = reading(server, broadworks, errors=[{"errorCode": code, "description": "why"}]).errors
    assert errors == (SyncError(expected, "why"),)


@pytest.mark.parametrize(
    "status", [[], "COMPLETE", {"syncStatus": ["COMPLETE"]}, {"errors": {"errorCode": 1}}, {"errors": [1]}]
)
def test_a_webex_status_of_an_unexpected_shape_is_refused(
    server: Scripted, broadworks: BroadWorks, status: object
) -> None:
    server.script(Answer(content={"directorySyncStatus": status}))
    with pytest.raises(Rejected):
        broadworks.sync_status("e1")


def test_a_subscriber_is_read_with_all_fields(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(
        page(
            item(
                "s1",
                userId="ana@bw.example",
                spEnterpriseGroupId="Dallas",
                firstName="Ana",
                lastName="Ng",
                email="ana@acme.example",
                extension="0071",
                package="standard",
                status="provisioned",
                lastStatusChange="2021-03-23T16:09:06.527199Z",
                selfActivated="false",
            ),
            item("s2", extension=7001, email=None),
        )
    )
    whole = Subscriber(
        "s1",
        "ana@bw.example",
        ACME,
        "Dallas",
        "Ana",
        "Ng",
        "ana@acme.example",
        "0071",
        "standard",
        "provisioned",
        WHEN,
    )
    bare = Subscriber("s2", "", ACME, "", "", "", "", "7001", "", "")
    assert list(broadworks.subscriber_pages(ACME)) == [[whole, bare]]
    assert server.heard[0].query == {"spEnterpriseId": [ACME], "max": ["100"]}


def test_names_are_cleaned_of_characters_that_databases_refuse(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(
        Answer(content=rb'{"items": [{"id": "s1", "spEnterpriseId": "Reseller1+acme", "firstName": "A\u0000\udfff"}]}')
    )
    assert next(broadworks.subscriber_pages(ACME))[0].first_name == "A\ufffd"


def test_filters_are_sent_with_every_page_of_subscribers(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(page(item("s1"), then="?cursor=2"), page(item("s2"), then="?cursor=3"), page(item("s3")))
    since = datetime(2021, 3, 23, 18, 9, 6, 527199, tzinfo=timezone(timedelta(hours=2)))
    assert read(broadworks, changed_since=since) == ["s1", "s2", "s3"]
    for heard in server.heard:
        assert "spEnterpriseId=Reseller1%2Bacme" in heard.raw_query
        assert heard.query["lastStatusChange"] == ["1616515746527"]
        assert heard.query["max"] == ["100"]


def test_subscribers_of_other_enterprises_are_left_out_and_counted(
    server: Scripted, broadworks: BroadWorks, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(
        page(item("s1"), item("x1", "Reseller1+acme2", firstName="Zoe"), then="?cursor=2"),
        page(item("x2", "other", lastName="Quill"), item("s2")),
    )
    assert read(broadworks) == ["s1", "s2"]
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage().split()[2] for record in warnings] == ["2"]
    assert not any(word in caplog.text for word in ("Zoe", "Quill", "acme2", "x1"))


def test_a_clean_read_logs_no_warning(
    server: Scripted, broadworks: BroadWorks, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(page(item("s1")))
    assert read(broadworks) == ["s1"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_subscriber_that_comes_twice_is_read_once(server: Scripted, broadworks: BroadWorks) -> None:
    server.script(page(item("s1"), item("s1"), then="?cursor=2"), page(item("s1"), item("s2")))
    assert read(broadworks) == ["s1", "s2"]
    server.script(page(item("s1")))
    assert read(broadworks) == ["s1"], "another read starts from the beginning"


@pytest.mark.parametrize(
    "bad", [{"spEnterpriseId": ACME}, {"id": "s1"}, item("s1", email=["a"]), item("s1", firstName={"a": 1})]
)
def test_a_malformed_subscriber_is_refused(server: Scripted, broadworks: BroadWorks, bad: dict[str, object]) -> None:
    server.script(page(item("s0"), bad))
    with pytest.raises(Rejected):
        read(broadworks)
