"""The signatures that the door accepts, and what it tells of those that it refuses."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from bot.web import create_app
from storage.engine.database import Database
from storage.webhooks import SECRET as SENDS_SECRET
from tests.bot.webhook_door import NOW, OLD_SECRET, SECRET, TYPED, door, having, kept, knock, signed, statements


@pytest.mark.parametrize("headers", [{}, {"X-Spark-Signature": ""}, {"X-Spark-Signature": "0" * 40}, signed(b"other")])
@pytest.mark.parametrize("body", [json.dumps(TYPED).encode(), b"no JSON", b"[" * 50_000])
def test_an_unsigned_body_is_refused_without_use_of_the_database(
    file: Database, headers: dict[str, str], body: bytes
) -> None:
    client = door(file)
    with statements(file) as seen:
        assert client.post("/webhooks", data=body, headers=headers).status_code == 401
    assert seen == []


def test_events_signed_with_the_previous_secret_are_accepted(file: Database) -> None:
    client = door(file)
    assert knock(client, TYPED, OLD_SECRET).status_code == 204
    assert knock(client, having(id="2"), "neither-of-the-two").status_code == 401
    assert len(kept(file)) == 1


def test_an_event_with_only_the_newer_signature_is_accepted(file: Database) -> None:
    body = json.dumps(TYPED).encode()
    right = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    client = door(file)
    for headers, status in (
        ({"X-Webex-Signature": f"sha256={right}"}, 204),
        ({"X-Webex-Signature": f"sha256={right}", "X-Spark-Signature": "0" * 40}, 401),
        ({"X-Webex-Signature": f"sha256={right[::-1]}", **signed(body)}, 401),
    ):
        assert client.post("/webhooks", data=body, headers=headers).status_code == status


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_a_door_without_a_secret_refuses_every_event(file: Database, secrets: tuple[str, ...]) -> None:
    client = create_app(file, secrets, lambda: NOW).test_client()
    for body in (b"", json.dumps(TYPED).encode()):
        assert client.post("/webhooks", data=body, headers=signed(body, "")).status_code == 401
        assert client.post("/webhooks", data=body).status_code == 401


def test_refused_events_are_counted_in_one_line_a_minute(file: Database, caplog: pytest.LogCaptureFixture) -> None:
    now = [NOW]
    client = create_app(file, (SECRET,), lambda: now[0]).test_client()
    with caplog.at_level("WARNING"):
        for _ in range(50):
            knock(client, TYPED, "neither-of-the-two")
        now[0] += timedelta(seconds=59)
        knock(client, TYPED, "neither-of-the-two")
        assert len(caplog.records) == 1
        now[0] += timedelta(seconds=1)
        assert knock(client, TYPED).status_code == 204
        client.post("/webhooks", data=b"{}")
    first, second = (record.getMessage() for record in caplog.records)
    assert "since the last such line: 1." in first
    assert "since the last such line: 51." in second
    assert "WEBEX_WEBHOOK_SECRET" in second
    assert not [part for part in ("message-1", "room-1", SECRET, "neither") if part in caplog.text]


def test_a_door_without_a_secret_says_once_an_hour_why_it_refuses(
    file: Database, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[frozenset[str]] = []
    file.listen(told.append)
    now = [NOW]
    client = create_app(file, (), lambda: now[0]).test_client()
    with caplog.at_level("WARNING"):
        for minutes in (0, 1, 59, 60):
            now[0] = NOW + timedelta(minutes=minutes)
            knock(client, TYPED)
    first, second = (record.getMessage() for record in caplog.records)
    for line, count in ((first, 1), (second, 3)):
        assert f"{count}. BOT_PUBLIC_URL is not set; webhooks from before are ignored" in line
        assert "another secret" not in line
    assert told == []


def test_wrong_signatures_have_the_secret_sent_again_now_and_then(file: Database) -> None:
    told: list[frozenset[str]] = []
    file.listen(told.append)
    now = [NOW]
    client = create_app(file, (SECRET,), lambda: now[0]).test_client()
    client.post("/webhooks", data=b"{}")
    assert told == []
    for _ in range(5):
        knock(client, TYPED, "neither-of-the-two")
    assert told == [{SENDS_SECRET}]
    now[0] += timedelta(minutes=10)
    knock(client, TYPED, "neither-of-the-two")
    assert told == [{SENDS_SECRET}] * 2
