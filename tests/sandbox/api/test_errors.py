import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from sandbox.api.app import flask_app
from sandbox.api.middleware import RequestMiddleware
from sandbox.faults import Faults
from sandbox.seed import ACME
from sandbox.server import Sandbox
from sandbox.webex.drafts import Draft
from tests.sandbox.client import Caller

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TEXTS = [
    *("roomId", "toPersonId", "toPersonEmail", "text", "markdown", "parentId", "personId", "personEmail"),
    *("title", "name", "targetUrl", "resource", "event", "filter", "secret", "status", "type", "messageId"),
    *("syncStatus", "files", "attachments", "inputs", "enableDirSync"),
]
SYNC = "/v1/broadworks/enterprises/{acme}/broadworksDirectorySync"
PLACES = [
    *(
        ("POST", "/v1/rooms"),
        ("PUT", "/v1/rooms/{room}"),
        ("POST", "/v1/memberships"),
        ("POST", "/v1/messages"),
    ),
    *(("PUT", "/v1/messages/{message}"), ("POST", "/v1/attachment/actions"), ("POST", "/v1/webhooks")),
    *(("PUT", "/v1/webhooks/{hook}"), ("PUT", SYNC), ("POST", SYNC)),
]
QUERIES = [
    *("max", "cursor", "personId", "email", "displayName", "id", "type", "sortBy", "before", "beforeMessage"),
    *("parentId", "mentionedPeople", "status", "after", "lastStatusChange", "selfActivated", "startsWith"),
]
LISTS = [
    *("people", "rooms", "memberships", "messages?roomId={room}", "messages/direct?personEmail={ana}"),
    *("webhooks", "broadworks/enterprises", "broadworks/subscribers"),
]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nowhere", 404),
        ("GET", "rooms/x/y/z", 404),
        ("GET", "rooms//x", 404),
        ("PATCH", "messages", 405),
        ("DELETE", "people/me", 405),
        ("OPTIONS", "messages", 405),
        ("GET", "rooms/x", 404),
        ("POST", "messages", 415),
    ],
)
def test_every_refusal_has_webexs_shape(ana: Caller, method: str, path: str, status: int) -> None:
    response = ana.call(method, path)
    body = response.json()
    assert response.status_code == status
    assert body["message"]
    assert body["errors"][0]["description"]
    assert response.headers["TrackingID"] == body["trackingId"]


def test_every_answer_has_a_tracking_id_of_its_own(ana: Caller) -> None:
    ids = [ana.get("people/me").headers["TrackingID"] for _ in range(3)]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{\xff}", b'{"text": NaN}', b"[" * 100_000, b"9" * 5000])
def test_a_body_that_is_not_a_json_object_is_400(ana: Caller, body: bytes) -> None:
    response = ana.call("POST", "messages", data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400


def test_half_a_surrogate_pair_is_400(space: str, ana: Caller) -> None:
    body = f'{{"roomId": "{space}", "text": "\\ud800"}}'
    response = ana.call("POST", "messages", data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400


def test_a_form_without_a_boundary_is_400(ana: Caller) -> None:
    response = ana.call("POST", "messages", data=b"x", headers={"Content-Type": "multipart/form-data"})
    assert response.status_code == 400


class Known:
    """A small world with one record of each kind, and a client to make requests."""

    def __init__(self) -> None:
        world = Sandbox(sync_seconds=0).world
        self.client = Client(RequestMiddleware(flask_app(), world, Faults()))
        me = world.person("partner@provider.example")
        room = world.rooms.create(me, "Plans")
        message = world.messages.post(me, room, Draft(text="hello", attachments=({"a": 1},)))
        hook = world.webhooks.create(me, "x", "http://a.example", "messages", "created")
        self.values = {
            "acme": world.enterprise(ACME).id,
            "room": room.id,
            "message": message.id,
            "hook": hook.id,
            "ana": "ana@acme.example",
        }
        ana = world.person("ana@acme.example")
        world.messages.post(me, world.rooms.open_direct(me, ana), Draft(text="hello"))

    def status(self, method: str, path: str, **options: Any) -> int:
        headers = {"Authorization": "Bearer partner@provider.example", "Content-Type": "application/json"}
        place = path.format_map(self.values)
        return self.client.open(place, method=method, headers=headers, **options).status_code


@pytest.fixture(scope="module")
def known() -> Known:
    return Known()


@settings(max_examples=300, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    body=JSON | st.dictionaries(st.sampled_from(TEXTS), JSON | st.just("{room}") | st.just("{message}"), max_size=6),
)
def test_no_body_causes_a_server_error(known: Known, place: tuple[str, str], body: Any) -> None:
    written = json.dumps(body)
    for name in ("room", "message"):
        written = written.replace(f"{{{name}}}", known.values[name])
    assert known.status(*place, data=written) < 500


@settings(max_examples=200, deadline=None)
@given(
    path=st.sampled_from(LISTS),
    query=st.dictionaries(st.sampled_from(QUERIES), st.text(max_size=12) | st.integers().map(str), max_size=4),
)
def test_no_query_causes_a_server_error(known: Known, path: str, query: dict[str, str]) -> None:
    joint = "&" if "?" in path else "?"
    assert known.status("GET", f"/v1/{path}{joint}{urlencode(query)}") < 500
