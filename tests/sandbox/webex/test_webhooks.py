import hashlib
import hmac
import json
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.webex.cards import CARD
from sandbox.webex.webhook_signatures import SPARK_HEADER, WEBEX_HEADER
from sandbox.webex.webhooks import FAILURE_WINDOW_SECONDS, MAX_FAILURES, Webhooks
from tests.sandbox.client import Caller, Receiver, wait_until

MENTION = "<@personEmail:dirsync@webex.bot>"
SECRET = "a secret of some length"


def hook(caller: Caller, url: str, resource: str = "messages", event: str = "created", **more: Any) -> dict[str, Any]:
    response = caller.post(
        "webhooks", name=f"{resource} {event}", targetUrl=url, resource=resource, event=event, **more
    )
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def test_an_event_is_signed_over_the_bytes_that_are_sent(
    space: str, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    hook(bot, receiver.url, secret=SECRET)
    ana.say(space, f"{MENTION} zażółć")
    receiver.wait_for(1)
    expected = hmac.new(SECRET.encode(), receiver.bodies[0], hashlib.sha1).hexdigest()
    assert receiver.headers[0]["X-Spark-Signature"] == expected


@pytest.mark.parametrize("headers", [(SPARK_HEADER, WEBEX_HEADER), (WEBEX_HEADER,)])
def test_an_event_can_carry_the_newer_signatures(
    sandbox: Sandbox, space: str, ana: Caller, bot: Caller, receiver: Receiver, headers: tuple[str, ...]
) -> None:
    sandbox.world.webhooks.signature_headers = headers
    hook(bot, receiver.url, secret=SECRET)
    ana.say(space, f"{MENTION} zażółć")
    receiver.wait_for(1)
    signed = {name: receiver.headers[0].get(name) for name in (SPARK_HEADER, WEBEX_HEADER)}
    assert {name for name, value in signed.items() if value} == set(headers)
    pairs = dict(pair.split("=") for pair in (signed[WEBEX_HEADER] or "").split(","))
    assert pairs == {
        name: hmac.new(SECRET.encode(), receiver.bodies[0], name).hexdigest() for name in ("sha256", "sha512")
    }


def test_without_a_secret_there_is_no_signature(space: str, ana: Caller, bot: Caller, receiver: Receiver) -> None:
    hook(bot, receiver.url)
    ana.say(space, f"{MENTION} status")
    receiver.wait_for(1)
    assert "X-Spark-Signature" not in receiver.headers[0]


def test_an_event_has_all_fields_except_the_text_and_the_secret(
    sandbox: Sandbox, space: str, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    made = hook(bot, receiver.url, secret=SECRET, filter="roomType=group")
    said = ana.say(space, f"{MENTION} status")
    envelope = receiver.wait_for(1)[0]
    bot_person = sandbox.world.person("dirsync@webex.bot")
    assert {key: made[key] for key in ("id", "name", "targetUrl", "resource", "event", "filter", "status")} == {
        key: envelope[key] for key in ("id", "name", "targetUrl", "resource", "event", "filter", "status")
    }
    assert (envelope["createdBy"], envelope["orgId"]) == (bot_person.id, bot_person.org_id)
    assert envelope["actorId"] == said["personId"]
    assert envelope["data"] == {
        key: said[key] for key in ("id", "roomId", "roomType", "personId", "personEmail", "mentionedPeople", "created")
    }
    assert "status" not in json.dumps(envelope["data"])
    assert SECRET not in receiver.bodies[0].decode()


def test_a_bot_gets_events_only_of_mentions_and_its_own_messages(
    space: str, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    hook(bot, receiver.url)
    ana.say(space, "just us")
    own = bot.say(space, "here I am")
    meant = ana.say(space, f"{MENTION} status")
    told = [envelope["data"]["id"] for envelope in receiver.wait_for(2)]
    assert told == [own["id"], meant["id"]]


def test_a_person_gets_all_events_of_their_spaces_and_no_others(
    space: str, ana: Caller, ben: Caller, sam: Caller, receiver: Receiver
) -> None:
    hook(ben, receiver.url)
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="not for ben")
    said = ana.say(space, "for all")
    assert receiver.wait_for(1)[0]["data"]["id"] == said["id"]


def test_events_of_one_webhook_arrive_in_order(ana: Caller, bot: Caller, receiver: Receiver) -> None:
    hook(bot, receiver.url)
    said = [ana.post("messages", toPersonEmail="dirsync@webex.bot", text=str(n)).json()["id"] for n in range(60)]
    assert [envelope["data"]["id"] for envelope in receiver.wait_for(60)] == said
    assert len(set(receiver.ports)) <= 4


def test_edits_and_deletions_are_events_too(space: str, ana: Caller, bot: Caller, receiver: Receiver) -> None:
    hook(bot, receiver.url, event="all")
    said = ana.say(space, f"{MENTION} status")["id"]
    ana.put(f"messages/{said}", roomId=space, markdown=f"{MENTION} help")
    ana.delete(f"messages/{said}")
    assert [envelope["event"] for envelope in receiver.wait_for(3)] == ["created", "updated", "deleted"]


def test_a_bot_learns_that_it_was_added_and_removed(
    sandbox: Sandbox, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    hook(bot, receiver.url, "memberships", "all")
    room_id = ana.post("rooms", title="Plans").json()["id"]
    added = ana.post("memberships", roomId=room_id, personEmail="dirsync@webex.bot").json()
    ana.delete(f"memberships/{added['id']}")
    ana.post("memberships", roomId=room_id, personEmail="ben@acme.example")
    created, deleted = receiver.wait_for(2)
    assert created["data"] == deleted["data"] == added
    assert [created["event"], deleted["event"]] == ["created", "deleted"]
    assert created["actorId"] == sandbox.world.person("ana@acme.example").id


def test_the_event_of_a_pressed_button_leaves_out_its_inputs(
    space: str, ana: Caller, ben: Caller, bot: Caller, receiver: Receiver
) -> None:
    hook(bot, receiver.url, "attachmentActions")
    card = {"contentType": CARD, "content": {"type": "AdaptiveCard", "version": "1.3"}}
    for poster in (ben, bot):
        said = poster.say(space, "Sync?", attachments=[card])
        pressed = ana.post("attachment/actions", type="submit", messageId=said["id"], inputs={"a": 1}).json()
    del pressed["inputs"]
    assert receiver.wait_for(1)[0]["data"] == pressed


def test_new_and_renamed_spaces_are_events(ana: Caller, receiver: Receiver) -> None:
    hook(ana, receiver.url, "rooms", "all")
    room_id = ana.post("rooms", title="Plans").json()["id"]
    ana.put(f"rooms/{room_id}", title="Deeds")
    told = [(one["event"], one["data"]["title"]) for one in receiver.wait_for(2)]
    assert told == [("created", "Plans"), ("updated", "Deeds")]


def test_a_webhook_for_all_resources_leaves_out_pressed_buttons(
    space: str, bot: Caller, ana: Caller, receiver: Receiver
) -> None:
    hook(bot, receiver.url, "all", "all")
    card = {"contentType": CARD, "content": {"type": "AdaptiveCard", "version": "1.3"}}
    said = bot.say(space, "Sync?", attachments=[card])
    ana.post("attachment/actions", type="submit", messageId=said["id"], inputs={})
    ana.say(space, MENTION)
    assert [envelope["resource"] for envelope in receiver.wait_for(2)] == ["messages", "messages"]


@pytest.mark.parametrize(
    ("filter_", "fits"),
    [
        ("roomId={room}", True),
        ("roomId=elsewhere", False),
        ("roomType=group", True),
        ("roomType=direct", False),
        ("personEmail=ana%40acme.example", True),
        ("personEmail=ben@acme.example", False),
        ("personId={ana}&roomId={room}", True),
        ("personId={ana}&roomId=elsewhere", False),
        ("mentionedPeople=me", True),
        ("mentionedPeople={ana}", False),
        ("hasFiles=true", False),
        ("hasFiles=false", True),
    ],
)
def test_a_filter_lets_through_what_it_names(
    sandbox: Sandbox, space: str, ana: Caller, bot: Caller, receiver: Receiver, filter_: str, fits: bool
) -> None:
    ana_id = sandbox.world.person("ana@acme.example").id
    hook(bot, receiver.url, filter=filter_.format(room=space, ana=ana_id))
    last = hook(bot, receiver.url)["id"]
    said = ana.say(space, f"{MENTION} status")["id"]
    envelopes = receiver.wait_for(2 if fits else 1)
    assert {one["data"]["id"] for one in envelopes} == {said}
    assert (len({one["id"] for one in envelopes} - {last}) == 1) is fits


def test_a_filter_that_does_not_exist_is_400(bot: Caller) -> None:
    body = {"name": "x", "targetUrl": "http://a.example", "resource": "messages", "event": "created"}
    assert bot.post("webhooks", **body, filter="color=red").status_code == 400
    assert bot.post("webhooks", **body, filter="roomId").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"targetUrl": "http://a.example", "resource": "messages", "event": "created"},
        {"name": "x", "resource": "messages", "event": "created"},
        {"name": "x", "targetUrl": "http://a.example", "event": "created"},
        {"name": "x", "targetUrl": "http://a.example", "resource": "messages"},
        {"name": "x", "targetUrl": "http://a.example", "resource": "pigeons", "event": "created"},
        {"name": "x", "targetUrl": "http://a.example", "resource": "messages", "event": "eaten"},
        {"name": "x", "targetUrl": "a.example", "resource": "messages", "event": "created"},
        {"name": "x", "targetUrl": "http://a.example:port/", "resource": "messages", "event": "created"},
    ],
)
def test_an_incomplete_webhook_is_400(bot: Caller, body: dict[str, str]) -> None:
    assert bot.post("webhooks", **body).status_code == 400


def test_only_its_owner_can_see_and_change_a_webhook(bot: Caller, ana: Caller, receiver: Receiver) -> None:
    path = f"webhooks/{hook(bot, receiver.url)['id']}"
    assert ana.get("webhooks").json()["items"] == []
    assert ana.get(path).status_code == 404
    assert ana.put(path, name="mine", targetUrl=receiver.url).status_code == 404
    assert ana.delete(path).status_code == 404
    assert len(bot.get("webhooks").json()["items"]) == 1


def test_an_update_needs_name_and_target_and_cannot_change_more(bot: Caller, ana: Caller, receiver: Receiver) -> None:
    path = f"webhooks/{hook(bot, 'http://127.0.0.1:1/')['id']}"
    assert bot.put(path, name="other").status_code == 400
    assert bot.put(path, targetUrl=receiver.url).status_code == 400
    assert bot.put(path, name="other", targetUrl=receiver.url, status="inactive").status_code == 400
    changed = bot.put(path, name="other", targetUrl=receiver.url, resource="rooms", secret=SECRET).json()
    assert (changed["name"], changed["resource"], changed["secret"]) == ("other", "messages", SECRET)
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    assert receiver.wait_for(1)[0]["name"] == "other"


def test_a_deleted_webhook_gets_no_more_events(ana: Caller, bot: Caller, receiver: Receiver) -> None:
    gone, kept = hook(bot, receiver.url), hook(bot, receiver.url)
    assert bot.delete(f"webhooks/{gone['id']}").status_code == 204
    assert bot.get(f"webhooks/{gone['id']}").status_code == 404
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello")
    assert receiver.wait_for(1)[0]["id"] == kept["id"]


def test_a_hundred_failures_deactivate_a_webhook_until_it_is_updated(
    sandbox: Sandbox, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    receiver.status = 500
    path = f"webhooks/{hook(bot, receiver.url)['id']}"
    for number in range(MAX_FAILURES + 5):
        ana.post("messages", toPersonEmail="dirsync@webex.bot", text=str(number))
    wait_until(lambda: bot.get(path).json()["status"] == "inactive")
    assert len(receiver.bodies) == MAX_FAILURES
    receiver.status = 204
    reactivated = bot.put(path, name="x", targetUrl=receiver.url, status="active").json()
    assert reactivated["status"] == "active"
    ana.post("messages", toPersonEmail="dirsync@webex.bot", text="again")
    receiver.wait_for(MAX_FAILURES + 1)


def test_a_target_that_cannot_be_reached_counts_as_a_failure(sandbox: Sandbox, ana: Caller, bot: Caller) -> None:
    path = f"webhooks/{hook(bot, 'http://127.0.0.1:1/')['id']}"
    for number in range(MAX_FAILURES):
        ana.post("messages", toPersonEmail="dirsync@webex.bot", text=str(number))
    wait_until(lambda: bot.get(path).json()["status"] == "inactive")


class Failures:
    """A webhook whose deliveries fail when a test says so."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.now = 0.0
        self.owner = sandbox.world.person("dirsync@webex.bot")
        self.webhooks = Webhooks(sandbox.world.lock, lambda delivery: None, lambda: self.now)
        self.hook = self.webhooks.create(self.owner, "x", "http://a.example", "messages", "created")

    def fail(self, times: int) -> str:
        for _ in range(times):
            self.webhooks.record_result(self.hook.id, False)
        return self.hook.status

    def put_back(self) -> None:
        self.webhooks.update(self.hook.id, self.owner, "x", "http://a.example", activate=True)


def test_failures_older_than_five_minutes_do_not_count() -> None:
    failures = Failures(Sandbox())
    assert failures.fail(MAX_FAILURES - 1) == "active"
    failures.now = FAILURE_WINDOW_SECONDS + 1
    assert failures.fail(MAX_FAILURES - 1) == "active"
    assert failures.fail(1) == "inactive"


def test_a_webhook_reactivated_too_soon_ends_at_the_next_failure() -> None:
    failures = Failures(Sandbox())
    failures.fail(MAX_FAILURES)
    failures.now = FAILURE_WINDOW_SECONDS - 1
    failures.put_back()
    assert failures.fail(1) == "inactive"


def test_a_webhook_reactivated_later_has_a_hundred_failures_again() -> None:
    failures = Failures(Sandbox())
    failures.fail(MAX_FAILURES)
    failures.now = FAILURE_WINDOW_SECONDS + 1
    failures.put_back()
    assert failures.fail(MAX_FAILURES - 1) == "active"
