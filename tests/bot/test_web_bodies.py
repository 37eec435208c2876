"""Signed bodies that the door refuses or leaves: too large, without sense, or of no use to the bot."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.web import MAX_BODY_BYTES
from storage.engine.database import Database
from tests.bot.webhook_door import TYPED, door, having, kept, knock, statements

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


@pytest.mark.parametrize("resource", ["meetings", "Messages", "x" * 400])
def test_an_unknown_resource_is_accepted_but_not_stored(file: Database, resource: str) -> None:
    with statements(file) as seen:
        assert knock(door(file), {"resource": resource, "event": "created", "data": None}).status_code == 204
    assert seen == []


@pytest.mark.parametrize("resource", ["messages", "attachmentActions", "memberships", "rooms"])
def test_every_resource_that_the_bot_uses_is_stored(file: Database, resource: str) -> None:
    assert knock(door(file), {**having(roomType="group"), "resource": resource}).status_code == 204
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
@pytest.mark.parametrize(
    "value",
    [
        7,
        True,
        ["x"],
        {"x": "y"},
        "x" * 501,
        "é" * 251,
        "\ud800",
        *(f"a{sign}b" for sign in "\0\n\r\t\x1b\x85\u2028\u202e"),
    ],
)
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
        **having(id=longest, created=longest, roomId=longest, personId=longest, roomType="group"),
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
