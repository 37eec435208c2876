"""Checks every response of the sandbox against Webex's published API documents."""

import re
from typing import Any

import pytest

from sandbox.seed import ACME
from sandbox.server import Sandbox
from sandbox.webex.cards import CARD
from tests.openapi.check import faults, operations
from tests.sandbox.client import Caller, wait_until

ELSEWHERE = re.compile(
    r"/meeting/|/meetingInfo|externalUser|/subscribers/validate|consentMove|(POST|PUT|DELETE) /people"
    r"|(POST|PUT|DELETE) /broadworks/subscribers|PUT /memberships"
)
"""Operations in the documents that the bot does not use."""


class Checked:
    """Makes calls and checks each response against the documents."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.seen: set[str] = set()
        self.found: list[str] = []

    def call(self, token: str, operation: str, *ids: str, **options: Any) -> Any:
        method, template = operation.split()
        parts = iter(ids)
        path = re.sub(r"\{\w+\}", lambda _: next(parts), template)
        response = Caller(self.sandbox, token).call(method, path.lstrip("/"), **options)
        assert response.status_code < 300, response.text
        body = response.json() if response.content else None
        self.seen.add(operation)
        self.found += faults(operation, response.status_code, body)
        return body


@pytest.fixture
def checked(sandbox: Sandbox) -> Checked:
    return Checked(sandbox)


def talk(checked: Checked, space: str) -> None:
    ana, bot = "ana@acme.example", "dirsync@webex.bot"
    card = {"contentType": CARD, "content": {"type": "AdaptiveCard", "version": "1.3", "body": []}}
    mention = {"roomId": space, "markdown": "**hi** <@personEmail:dirsync@webex.bot> <@all>"}
    root = checked.call(ana, "POST /messages", json=mention)["id"]
    reply = checked.call(ana, "POST /messages", json={"roomId": space, "text": "x", "parentId": root})["id"]
    checked.call(ana, "PUT /messages/{messageId}", reply, json={"roomId": space, "markdown": "*y*"})
    posted = checked.call(bot, "POST /messages", json={"roomId": space, "text": "?", "attachments": [card]})
    checked.call(ana, "POST /messages", data={"roomId": space}, files={"files": ("a.csv", b"a")})
    checked.call(bot, "POST /messages", json={"toPersonEmail": ana, "markdown": "psst"})
    checked.call(ana, "GET /messages", params={"roomId": space})
    checked.call(ana, "GET /messages/direct", params={"personEmail": bot})
    for message_id in (root, reply, posted["id"]):
        checked.call(ana, "GET /messages/{messageId}", message_id)
    press = {"type": "submit", "messageId": posted["id"], "inputs": {"any": ["thing"]}}
    action = checked.call(ana, "POST /attachment/actions", json=press)
    checked.call(bot, "GET /attachment/actions/{id}", action["id"])
    checked.call(ana, "DELETE /messages/{messageId}", root)


def gather(checked: Checked) -> None:
    ana = "ana@acme.example"
    checked.call(ana, "GET /people/me")
    ben = checked.call(ana, "GET /people", params={"email": "ben@acme.example"})["items"][0]
    checked.call(ana, "GET /people/{personId}", ben["id"])
    room = checked.call(ana, "POST /rooms", json={"title": "Plans"})["id"]
    checked.call(ana, "GET /rooms")
    checked.call(ana, "GET /rooms/{roomId}", room)
    checked.call(ana, "PUT /rooms/{roomId}", room, json={"title": "Deeds"})
    member = checked.call(ana, "POST /memberships", json={"roomId": room, "personId": ben["id"]})["id"]
    checked.call(ana, "GET /memberships", params={"roomId": room})
    checked.call(ana, "GET /memberships/{membershipId}", member)
    checked.call(ana, "DELETE /memberships/{membershipId}", member)
    checked.call(ana, "DELETE /rooms/{roomId}", room)
    hook = {"name": "x", "targetUrl": "http://127.0.0.1:1/", "resource": "all", "event": "all", "secret": "s"}
    made = checked.call(ana, "POST /webhooks", json=hook)["id"]
    checked.call(ana, "GET /webhooks")
    checked.call(ana, "GET /webhooks/{webhookId}", made)
    checked.call(ana, "PUT /webhooks/{webhookId}", made, json=hook)
    checked.call(ana, "DELETE /webhooks/{webhookId}", made)


def synchronize(checked: Checked) -> None:
    partner, world = "partner@provider.example", checked.sandbox.world
    path = "/broadworks/enterprises/{id}/broadworksDirectorySync"
    acme = world.enterprise(ACME)
    checked.call(partner, "GET /broadworks/enterprises")
    for errors in ([], [(600014, "failed")]):
        world.broadworks.end_next_sync(ACME, "FAILED" if errors else "COMPLETE", errors)
        world.broadworks.keep_running(ACME)
        checked.call(partner, f"POST {path}", acme.id, json={"syncStatus": "SYNC_NOW"})
        checked.call(partner, f"GET {path}", acme.id)
        world.broadworks.let_finish(ACME)
        wait_until(lambda: world.enterprise(ACME).run is None)
        checked.call(partner, f"GET {path}", acme.id)
    checked.call(partner, f"PUT {path}", acme.id, json={"enableDirSync": False})
    holders = {"spEnterpriseId": ACME, "max": 100}
    first = checked.call(partner, "GET /broadworks/subscribers", params=holders)["items"][0]
    checked.call(partner, "GET /broadworks/subscribers/{subscriberId}", first["id"])


def test_every_answer_obeys_the_published_documents(checked: Checked, space: str) -> None:
    talk(checked, space)
    gather(checked)
    synchronize(checked)
    assert checked.found == []
    assert checked.seen == {name for name in operations() if not ELSEWHERE.search(name)}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"id": 5}, "GET /people/me.id is not of type string: 5"),
        ({"type": "robot"}, "GET /people/me.type is not one of ['person', 'bot', 'appuser']: 'robot'"),
        ({"shoe": 44}, "GET /people/me.shoe is not declared"),
        ([], "GET /people/me is not of type object: []"),
    ],
)
def test_an_answer_that_breaks_a_document_is_noticed(body: object, fault: str) -> None:
    assert faults("GET /people/me", 200, body) == [fault]


def test_a_missing_property_and_an_undeclared_status_are_noticed() -> None:
    action = {"id": "x", "type": "submit", "inputs": {"a": 1}}
    assert faults("POST /attachment/actions", 202, action) == ["POST /attachment/actions.messageId is missing"]
    assert faults("POST /attachment/actions", 200, action) == ["POST /attachment/actions does not answer 200"]
    assert faults("DELETE /rooms/{roomId}", 204, {}) == ["DELETE /rooms/{roomId} 204 has no body"]
