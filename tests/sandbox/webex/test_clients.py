"""The HTML of a mention by the client that wrote it."""

import base64

import pytest

from sandbox.server import Sandbox
from sandbox.webex.clients import Client
from tests.sandbox.client import Caller, Receiver

MENTION = "<@personEmail:dirsync@webex.bot|DirSync>"


def _bot_uuid(sandbox: Sandbox) -> tuple[str, str]:
    bot_id = sandbox.world.person("dirsync@webex.bot").id
    return bot_id, base64.urlsafe_b64decode(bot_id + "==").decode().rpartition("/")[2]


@pytest.mark.parametrize(
    ("client", "html"),
    [
        (
            Client.API,
            '<p><spark-mention data-object-type="person" data-object-id="{id}">DirSync</spark-mention> a &lt; b</p>',
        ),
        (
            Client.WEB,
            '<spark-mention data-object-type="person" data-object-id="{id}">DirSync</spark-mention> a &lt; b',
        ),
        (
            Client.PHONE,
            '<spark-mention data-object-id="{uuid}" data-object-type="person">DirSync</spark-mention> a &lt; b',
        ),
        (Client.EMULATOR, "<p>DirSync a &lt; b</p>"),
    ],
)
def test_a_mention_has_the_html_of_its_client(
    sandbox: Sandbox, space: str, ana: Caller, bot: Caller, client: Client, html: str
) -> None:
    bot_id, uuid = _bot_uuid(sandbox)
    sandbox.world.use_client("ana@acme.example", client)
    said = ana.say(space, f"{MENTION} a < b")
    one = bot.get(f"messages/{said['id']}").json()
    listed = bot.get("messages", roomId=space, mentionedPeople="me", max=10).json()["items"]
    assert one["html"] == html.format(id=bot_id, uuid=uuid)
    assert one["text"] == "DirSync a < b"
    assert one["mentionedPeople"] == [bot_id]
    assert listed == [one]


def test_paragraphs_of_a_phone_are_parted_by_line_breaks(sandbox: Sandbox, space: str, ana: Caller) -> None:
    sandbox.world.use_client("ana@acme.example", Client.PHONE)
    said = ana.say(space, "one\n\ntwo\n- three")["id"]
    assert ana.get(f"messages/{said}").json()["html"] == "one<br>two<br><ul><li>three</li></ul>"


def test_a_header_names_the_client_of_one_message(sandbox: Sandbox, space: str, ana: Caller) -> None:
    _, uuid = _bot_uuid(sandbox)
    headers = {"Sandbox-Client": "phone"}
    said = ana.call("POST", "messages", json={"roomId": space, "markdown": MENTION}, headers=headers).json()["id"]
    assert f'"{uuid}"' in ana.get(f"messages/{said}").json()["html"]
    ana.call("PUT", f"messages/{said}", json={"roomId": space, "markdown": MENTION}, headers={"Sandbox-Client": "web"})
    assert f'"{uuid}"' not in ana.get(f"messages/{said}").json()["html"]
    refused = ana.call(
        "POST", "messages", json={"roomId": space, "text": "x"}, headers={"Sandbox-Client": "typewriter"}
    )
    assert refused.status_code == 400


def test_the_event_of_a_message_has_the_ids_of_the_people_mentioned(
    sandbox: Sandbox, space: str, ana: Caller, bot: Caller, receiver: Receiver
) -> None:
    hook = {"name": "x", "targetUrl": receiver.url, "resource": "messages", "event": "created"}
    bot.post("webhooks", **hook, filter="mentionedPeople=me")
    sandbox.world.use_client("ana@acme.example", Client.PHONE)
    ana.say(space, "to nobody")
    ana.say(space, f"{MENTION} to <@personEmail:ben@acme.example|Ben> too")
    ids = [sandbox.world.person(email).id for email in ("dirsync@webex.bot", "ben@acme.example")]
    assert receiver.wait_for(1)[0]["data"]["mentionedPeople"] == ids
