"""The door: what it keeps, what it turns away, and what it answers when the database is away."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy import event as events
from sqlalchemy.engine import URL, make_url
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from bot.web import MAX_BODY_BYTES, create_app
from bot.webex.own_webhooks import TURN_HEADER, UNKNOWN_TURN
from storage.engine import leases
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from storage.models import InboxRow
from storage.webhooks import SECRET as SENDS_SECRET
from storage.webhooks import TURN

SECRET, OLD_SECRET = "0123456789abcdef", "fedcba9876543210"
NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
TYPED: dict[str, Any] = {
    "id": "webhook-1",
    "name": "ours",
    "resource": "messages",
    "event": "created",
    "data": {
        "id": "message-1",
        "roomId": "room-1",
        "roomType": "direct",
        "personId": "person-1",
        "personEmail": "ana@acme.example",
        "created": "2026-11-22T10:14:00.000Z",
    },
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
HOSTILE_VALUES = JSON | st.sampled_from(["", "x" * 501, "é" * 251, "a\0b", "\ud800", "\udfff" * 3, "messages", "rooms"])
HOSTILE_BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {},
        optional={
            "resource": HOSTILE_VALUES,
            "event": HOSTILE_VALUES,
            "data": JSON
            | st.fixed_dictionaries(
                {},
                optional=dict.fromkeys(("id", "created", "roomId", "personId"), HOSTILE_VALUES),
            ),
        },
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.fixture
def file(sqlite_url: str) -> Iterator[Database]:
    """An SQLite database, where a rule is of HTTP and the kind of database makes no difference."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Spark-Signature": hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}


def door(database: Database) -> FlaskClient:
    return create_app(database, (SECRET, OLD_SECRET), lambda: NOW).test_client()


def knock(client: FlaskClient, envelope: object, secret: str = SECRET) -> TestResponse:
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return client.post("/webhooks", data=body, headers=signed(body, secret))


def having(**data: object) -> dict[str, Any]:
    """What Webex sends when somebody has typed, but for these of its data."""
    return {**TYPED, "data": {**TYPED["data"], **data}}


def kept(database: Database) -> list[InboxRow]:
    with database.read() as session:
        return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engines = {database.writer, database.reader}
    for engine in engines:
        events.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        events.remove(engine, "before_cursor_execute", note)


@contextmanager
def over_http(database: Database) -> Iterator[tuple[str, int]]:
    """The door on a real port."""
    server = make_server("127.0.0.1", 0, create_app(database, (SECRET,), lambda: NOW), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def spoken(where: tuple[str, int], request: bytes) -> int:
    """The status of the answer to raw bytes."""
    with socket.create_connection(where, timeout=5) as line:
        line.sendall(request)
        with line.makefile("rb") as answer:
            return int(answer.readline().split()[1])


def test_an_event_is_stored_with_all_fields_and_answered_with_204(database: Database) -> None:
    answered = knock(door(database), TYPED)
    assert (answered.status_code, answered.data) == (204, b"")
    (row,) = kept(database)
    assert (row.resource, row.event, row.data_id, row.data_created) == (
        "messages",
        "created",
        "message-1",
        "",
    )
    assert (row.room_id, row.person_id) == ("room-1", "person-1")
    assert (row.state, row.received_at, row.due_at, row.lease_until) == ("open", NOW, NOW, None)


def test_the_inbox_is_woken_by_a_new_event_but_not_by_a_repeat(database: Database) -> None:
    told: list[frozenset[str]] = []
    database.listen(told.append)
    client = door(database)
    knock(client, TYPED)
    assert told == [{"inbox"}]
    knock(client, TYPED)
    assert told == [{"inbox"}]


def test_a_repeated_event_is_accepted_and_changes_nothing(database: Database) -> None:
    client = door(database)
    knock(client, TYPED)
    before = kept(database)[0]
    repeat = {**having(roomId="another", personId="another"), "id": "another-webhook", "orgId": "new"}
    assert [knock(client, repeat).status_code for _ in range(3)] == [204] * 3
    (row,) = kept(database)
    assert (row.id, row.room_id, row.person_id) == (before.id, "room-1", "person-1")


def test_an_event_sent_many_times_at_once_is_stored_once(database: Database) -> None:
    start = threading.Barrier(8)
    statuses: list[int] = []

    def send() -> None:
        client = door(database)
        start.wait(5)
        statuses.append(knock(client, TYPED).status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert statuses == [204] * 8
    assert len(kept(database)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {**having(), "resource": "memberships"},
        {**having(), "event": "deleted"},
        having(id="message-2"),
    ],
)
def test_an_event_with_any_different_key_part_is_another_event(database: Database, other: dict[str, Any]) -> None:
    client = door(database)
    assert [knock(client, envelope).status_code for envelope in (TYPED, other)] == [204, 204]
    assert len(kept(database)) == 2


def test_a_message_is_known_by_its_id_however_its_time_is_written(database: Database) -> None:
    client = door(database)
    for envelope in (TYPED, having(created="2026-11-22T10:14:00+00:00")):
        assert knock(client, envelope).status_code == 204
    assert len(kept(database)) == 1


def test_adding_the_bot_again_is_a_new_event(database: Database) -> None:
    client = door(database)
    first = {**having(id="membership-1"), "resource": "memberships"}
    again = {**having(id="membership-1", created="2026-11-23T08:00:00.000Z"), "resource": "memberships"}
    for envelope in (first, first, again, again):
        assert knock(client, envelope).status_code == 204
    assert [row.data_created for row in kept(database)] == ["2026-11-22T10:14:00.000Z", "2026-11-23T08:00:00.000Z"]


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


def test_the_door_says_which_turn_is_in_its_database(database: Database) -> None:
    client = door(database)
    assert client.get("/webhooks").headers[TURN_HEADER] == UNKNOWN_TURN
    for holder in ("first", "second"):
        with database.write() as session:
            assert leases.take(session, TURN, holder, NOW, timedelta(0))
        answered = client.get("/webhooks")
        assert (answered.status_code, answered.headers[TURN_HEADER]) == (405, holder)
        assert answered.headers["Allow"] == "POST"


def test_a_liveness_check_asks_the_database_nothing(file: Database) -> None:
    with statements(file) as seen:
        answered = door(file).get("/healthz")
    assert (answered.status_code, seen) == (200, [])


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


@pytest.mark.parametrize("resource", ["meetings", "Messages", "x" * 400])
def test_an_unknown_resource_is_accepted_but_not_stored(file: Database, resource: str) -> None:
    with statements(file) as seen:
        assert knock(door(file), {"resource": resource, "event": "created", "data": None}).status_code == 204
    assert seen == []


@pytest.mark.parametrize("resource", ["messages", "attachmentActions", "memberships", "rooms"])
def test_every_resource_that_the_bot_uses_is_stored(file: Database, resource: str) -> None:
    assert knock(door(file), {**TYPED, "resource": resource}).status_code == 204
    assert [row.resource for row in kept(file)] == [resource]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"messages"',
        b'{"resource": "messages"',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 60_000,
        b'{"resource": "messages", "event": "created"}',
        b'{"resource": "messages", "event": "created", "data": []}',
    ],
)
def test_a_signed_body_that_makes_no_sense_is_refused(file: Database, body: bytes) -> None:
    assert knock(door(file), body).status_code == 400
    assert kept(file) == []


@pytest.mark.parametrize("name", ["id", "created", "roomId", "personId"])
@pytest.mark.parametrize("value", [7, True, ["x"], {"x": "y"}, "x" * 501, "é" * 251, "a\0b", "\ud800"])
def test_an_id_that_is_too_long_or_not_valid_text_is_refused(file: Database, name: str, value: object) -> None:
    assert knock(door(file), having(**{name: value})).status_code == 400
    assert kept(file) == []


@pytest.mark.parametrize("envelope", [having(id=None), having(id=""), {**TYPED, "event": None}, {**TYPED, "event": ""}])
def test_an_event_without_an_id_or_a_kind_is_refused(file: Database, envelope: dict[str, Any]) -> None:
    assert knock(door(file), envelope).status_code == 400
    assert kept(file) == []


def test_longest_ids_are_stored_whole_and_optional_fields_may_be_missing(database: Database) -> None:
    longest = "é" * 250
    client = door(database)
    everything = {
        **having(id=longest, created=longest, roomId=longest, personId=longest),
        "resource": "memberships",
        "event": longest,
    }
    assert knock(client, everything).status_code == 204
    assert knock(client, {"resource": "rooms", "event": "migrated", "data": {"id": "room"}}).status_code == 204
    first, second = kept(database)
    assert {first.event, first.data_id, first.data_created, first.room_id, first.person_id} == {longest}
    assert (second.data_created, second.room_id, second.person_id) == ("", "", "")


@example(body=b'{"resource":"messages","event":"created","data":{"id":"\\ud83d\\ude00","roomId":"\\ud83d"}}')
@example(body=b'{"resource":"messages","event":"created","data":{"id":NaN}}')
@example(body=b'{"resource":"messages","resource":7}')
@given(body=HOSTILE_BODIES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_any_signed_body_is_accepted_or_refused(database: Database, body: bytes) -> None:
    assert knock(door(database), body).status_code in (204, 400)


def test_a_body_over_64_kib_is_refused_with_any_signature(database: Database) -> None:
    largest = json.dumps({**TYPED, "filler": ""}).encode()
    largest = largest.replace(b'"filler": ""', b'"filler": "' + b"x" * (MAX_BODY_BYTES - len(largest)) + b'"')
    assert len(largest) == MAX_BODY_BYTES
    client = door(database)
    assert knock(client, largest).status_code == 204
    assert knock(client, largest + b" ").status_code == 413
    assert client.post("/webhooks", data=largest + b" ").status_code == 413
    assert len(kept(database)) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/webhooks"), ("PUT", "/webhooks"), ("POST", "/healthz")])
def test_a_wrong_method_is_405(file: Database, method: str, path: str) -> None:
    answered = door(file).open(path, method=method)
    assert answered.status_code == 405
    assert answered.headers["Content-Type"].startswith("text/plain")
    assert door(file).get("/elsewhere").status_code == 404


def test_no_response_repeats_the_body_or_the_path(file: Database) -> None:
    for body in (b"<script>alert(1)</script>", json.dumps(having(id="<script>" * 100)).encode()):
        assert b"script" not in knock(door(file), body).data
    assert b"script" not in door(file).get("/<script>").data


def test_a_working_door_is_alive_and_ready(database: Database) -> None:
    client = door(database)
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_door_without_database_tables_is_alive_but_not_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    client = door(database)
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    assert knock(client, TYPED).status_code == 503
    upgrade(database)
    assert client.get("/readyz").status_code == 200
    assert knock(client, TYPED).status_code == 204
    database.close()


def test_events_get_503_while_the_sqlite_file_cannot_be_opened(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/later/bot.db")
    client = door(database)
    assert knock(client, TYPED).status_code == 503
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    (tmp_path / "later").mkdir()
    upgrade(database)
    assert knock(client, TYPED).status_code == 204
    assert len(kept(database)) == 1
    database.close()


def test_events_get_503_while_postgresql_is_away(postgres_url: str) -> None:
    database = Database(postgres_url)
    client = door(database)
    assert knock(client, TYPED).status_code == 204
    with away(make_url(postgres_url)):
        assert [knock(client, having(id="2")).status_code for _ in range(2)] == [503, 503]
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/webhooks")] == [200, 503, 503]
    assert knock(client, having(id="2")).status_code == 204
    assert client.get("/readyz").status_code == 200
    assert [row.data_id for row in kept(database)] == ["message-1", "2"]
    database.close()


def test_an_event_is_stored_although_old_connections_are_broken(postgres_url: str) -> None:
    database = Database(postgres_url)
    client = door(database)
    knock(client, TYPED)
    with away(make_url(postgres_url)):
        pass
    assert knock(client, having(id="2")).status_code == 204
    assert len(kept(database)) == 2
    database.close()


@contextmanager
def away(url: URL) -> Iterator[None]:
    """A database that nobody can connect to, and whose connections are cut."""
    name = str(url.database)
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@pytest.mark.server
def test_an_event_sent_over_real_http_is_stored(file: Database) -> None:
    body = json.dumps(TYPED).encode()
    with over_http(file) as where:
        head = f"POST /webhooks HTTP/1.1\r\nHost: bot\r\nX-Spark-Signature: {signed(body)['X-Spark-Signature']}\r\n"
        assert spoken(where, head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body) == 204
        assert spoken(where, b"POST /webhooks HTTP/1.1\r\nHost: bot\r\nContent-Length: 2\r\n\r\n{}") == 401
        assert spoken(where, b"GET /webhooks HTTP/1.1\r\nHost: bot\r\n\r\n") == 405
        assert spoken(where, b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n") == 200
    assert len(kept(file)) == 1


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 2, 50_000_000_000])
@pytest.mark.server
def test_a_content_length_over_the_limit_is_refused_before_the_body(file: Database, size: int) -> None:
    with over_http(file) as where:
        head = b"POST /webhooks HTTP/1.1\r\nHost: bot\r\nContent-Length: %d\r\n\r\n" % size
        assert spoken(where, head) == 413
