"""The door: the events that it stores, and its answers."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.serving import make_server

from bot.web import MAX_BODY_BYTES, create_app
from bot.webex.own_webhooks import TURN_HEADER, UNKNOWN_TURN
from storage.engine import leases
from storage.engine.database import Database
from storage.webhooks import TURN
from tests.bot.webhook_door import NOW, SECRET, TYPED, door, having, kept, knock, signed


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
        {**having(roomType="group"), "resource": "memberships"},
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
    first = {**having(id="membership-1", roomType="group"), "resource": "memberships"}
    again = {**first, "data": first["data"] | {"created": "2026-11-23T08:00:00.000Z"}}
    for envelope in (first, first, again, again):
        assert knock(client, envelope).status_code == 204
    assert [row.data_created for row in kept(database)] == ["2026-11-22T10:14:00.000Z", "2026-11-23T08:00:00.000Z"]


def test_the_door_says_which_turn_is_in_its_database(database: Database) -> None:
    client = door(database)
    assert client.get("/webhooks").headers[TURN_HEADER] == UNKNOWN_TURN
    for holder in ("first", "second"):
        with database.write() as session:
            assert leases.take(session, TURN, holder, NOW, timedelta(0))
        answered = client.get("/webhooks")
        assert (answered.status_code, answered.headers[TURN_HEADER]) == (405, holder)
        assert answered.headers["Allow"] == "POST"


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


def test_memberships_of_a_1_to_1_space_are_not_kept(database: Database) -> None:
    events = [{**having(roomType=kind), "resource": "memberships"} for kind in ("direct", "group")]
    assert [knock(door(database), event).status_code for event in events] == [204, 204]
    assert len(kept(database)) == 1
