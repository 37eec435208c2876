"""What the bot asks of Webex's messages, people, memberships and webhooks, and how it reads the answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import quote

import pytest

from bot.webex.access_token import FixedToken
from bot.webex.client import WebexClient
from bot.webex.errors import Rejected
from bot.webex.messaging import Webex
from bot.webex.models import Account, FileUpload, Posted, SpaceMessage, Webhook
from storage.values.records import Identity
from tests.bot.webex.scripted import Answer, Scripted

AWKWARD = "Y2lz/..?a=b#c%2F ł+"
WEBHOOK = {
    "id": "w1",
    "name": "dirsync messages",
    "targetUrl": "https://bot.example/webhooks",
    "resource": "messages",
    "event": "created",
    "status": "active",
    "secret": "never read",
}
WEBHOOK_READ = Webhook("w1", "dirsync messages", "messages", "created", "https://bot.example/webhooks")


@pytest.fixture
def webex(server: Scripted) -> Webex:
    return Webex(WebexClient(FixedToken("token"), server.url))


def test_the_bot_learns_who_it_is(server: Scripted, webex: Webex) -> None:
    server.script(
        Answer(
            content={"id": "p1", "emails": ["bot@webex.bot"], "displayName": "Directory Sync", "nickName": "Dirsync"}
        )
    )
    assert webex.me() == Account("p1", "bot@webex.bot", ("Directory Sync", "Dirsync", "Directory"))
    assert server.heard[0].target == "/v1/people/me"


def test_a_person_without_an_address_has_none(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"id": "p1"}))
    assert webex.person("p1") == Identity("p1", "")


def test_a_message_is_read_with_all_fields(server: Scripted, webex: Webex) -> None:
    server.script(
        Answer(
            content={
                "id": "m1",
                "roomId": "r1",
                "roomType": "direct",
                "personId": "p1",
                "personEmail": "ana@acme.example",
                "text": "sync",
                "html": "<p>sync</p>",
                "parentId": "m0",
                "files": ["https://files.example/1"],
                "mentionedPeople": ["p2", "p3"],
                "created": "2021-03-23T16:09:06.527Z",
            }
        )
    )
    assert webex.message("m1") == SpaceMessage(
        "m1",
        "r1",
        "direct",
        "p1",
        "ana@acme.example",
        "sync",
        "<p>sync</p>",
        "m0",
        ("https://files.example/1",),
        ("p2", "p3"),
        datetime(2021, 3, 23, 16, 9, 6, 527000, tzinfo=UTC),
    )


def test_a_message_without_a_room_type_counts_as_one_in_a_group(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"id": "m1", "roomId": "r1", "personId": "p1"}))
    assert webex.message("m1") == SpaceMessage("m1", "r1", "group", "p1", "", "")


def test_a_message_that_webex_cannot_show_yet_is_a_404(server: Scripted, webex: Webex) -> None:
    server.script(Answer(404, {"message": "not found"}))
    with pytest.raises(Rejected) as raised:
        webex.message("m1")
    assert raised.value.status == 404


def test_text_is_cleaned_of_characters_that_databases_refuse(server: Scripted, webex: Webex) -> None:
    body = (
        rb'{"id": "m1", "roomId": "r1", "personId": "p1", "text": "a\u0000b\ud800c\ud83d\ude00", '
        rb'"files": ["\udc00"]}'
    )
    server.script(Answer(content=body))
    message = webex.message("m1")
    assert (message.text, message.files) == ("ab\ufffdc😀", ("\ufffd",))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"id": "m1", "roomId": "r1"},
        {"id": "", "roomId": "r1", "personId": "p1"},
        {"id": ["m1"], "roomId": "r1", "personId": "p1"},
        {"id": "m1", "roomId": "r1", "personId": "p1", "text": {"a": 1}},
        {"id": "m1", "roomId": "r1", "personId": "p1", "files": "x"},
        {"id": "m1", "roomId": "r1", "personId": "p1", "files": [1]},
        {"id": "m1", "roomId": True, "personId": "p1"},
    ],
)
def test_a_message_of_an_unexpected_shape_is_refused(
    server: Scripted, webex: Webex, content: dict[str, object]
) -> None:
    server.script(Answer(content=content))
    with pytest.raises(Rejected, match="not understood"):
        webex.message("m1")


@pytest.mark.parametrize(
    ("destination", "field"), [("room_id", "roomId"), ("person_id", "toPersonId"), ("email", "toPersonEmail")]
)
def test_a_message_is_posted_to_its_destination(server: Scripted, webex: Webex, destination: str, field: str) -> None:
    server.script(Answer(content={"id": "m1", "roomId": "r1"}))
    ways: dict[str, Callable[[], Posted]] = {
        "room_id": lambda: webex.post(room_id="x", markdown="**hi**"),
        "person_id": lambda: webex.post(person_id="x", markdown="**hi**"),
        "email": lambda: webex.post(email="x", markdown="**hi**"),
    }
    assert ways[destination]() == Posted("m1", "r1")
    assert server.heard[0].json == {field: "x", "markdown": "**hi**"}


def test_a_reply_names_its_parent_message(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"id": "m1", "roomId": "r1"}))
    webex.post(room_id="r1", markdown="hi", parent_id="m0")
    assert server.heard[0].json == {"roomId": "r1", "markdown": "hi", "parentId": "m0"}


def test_a_file_goes_along_with_the_message_and_its_thread(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"id": "m1", "roomId": "r1"}))
    file = FileUpload("licenses.csv", lambda: BytesIO(b"\xef\xbb\xbfLocation\r\n"))
    assert webex.post(room_id="r1", markdown="hi", parent_id="m0", upload=file) == Posted("m1", "r1")
    body = server.heard[0].body
    for piece in (b'"roomId"\r\n\r\nr1\r\n', b'"markdown"\r\n\r\nhi\r\n', b'"parentId"\r\n\r\nm0\r\n'):
        assert piece in body
    assert b"\r\n\r\n\xef\xbb\xbfLocation\r\n\r\n--" in body


def test_a_message_has_exactly_one_destination(server: Scripted, webex: Webex) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        webex.post(markdown="hi")
    with pytest.raises(ValueError, match="exactly one"):
        webex.post(room_id="r1", email="ana@acme.example", markdown="hi")
    assert server.heard == []


def test_an_edit_names_the_space(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"id": "m1"}))
    webex.edit("m1", "r1", "new")
    heard = server.heard[0]
    assert (heard.method, heard.target) == ("PUT", "/v1/messages/m1")
    assert heard.json == {"roomId": "r1", "markdown": "new"}


def test_no_message_leaves_with_a_mention_even_if_a_reply_forgot_to_escape(server: Scripted, webex: Webex) -> None:
    server.script(*[Answer(content={"id": "m1", "roomId": "r1"})] * 3)
    careless = "hello `<@all>` <@personEmail:ana@acme.example|Ana> <<@all>"
    webex.post(room_id="r1", markdown=careless)
    webex.edit("m1", "r1", careless)
    webex.post(room_id="r1", markdown=careless, upload=FileUpload("licenses.csv", BytesIO))
    assert all(b"<@" not in heard.body and b"acme.example|Ana>" in heard.body for heard in server.heard)


@pytest.mark.parametrize("status", [204, 404])
def test_deleting_a_message_that_is_gone_succeeds(server: Scripted, webex: Webex, status: int) -> None:
    server.script(Answer(status))
    webex.delete("m1")
    assert (server.heard[0].method, server.heard[0].target) == ("DELETE", "/v1/messages/m1")


def test_a_message_that_may_not_be_deleted_is_a_rejection(server: Scripted, webex: Webex) -> None:
    server.script(Answer(403))
    with pytest.raises(Rejected):
        webex.delete("m1")


def test_members_are_read_from_all_pages(server: Scripted, webex: Webex) -> None:
    server.script(
        Answer(
            content={"items": [{"personId": "p1", "personEmail": "a@acme.example", "personOrgId": "o1"}]},
            headers={"Link": f'<{server.url}memberships?cursor=2>; rel="next"'},
        ),
        Answer(content={"items": [{"personId": "p2", "personEmail": "b@acme.example"}]}),
    )
    assert webex.members(AWKWARD) == [
        Identity("p1", "a@acme.example", "o1"),
        Identity("p2", "b@acme.example", None),
    ]
    assert [heard.query["roomId"] for heard in server.heard] == [[AWKWARD]] * 2


def test_a_member_without_an_id_makes_the_list_unreadable(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content={"items": [{"personEmail": "a@acme.example"}]}))
    with pytest.raises(Rejected):
        webex.members("r1")


def test_webhooks_are_read_from_all_pages(server: Scripted, webex: Webex) -> None:
    server.script(
        Answer(content={"items": [WEBHOOK]}, headers={"Link": '</v1/webhooks?cursor=2>; rel="next"'}),
        Answer(content={"items": [{"id": "w2"}, {"name": "without an id"}, {"id": "w3", "status": "ACTIVE"}]}),
    )
    webhooks = webex.webhooks()
    assert webhooks == [WEBHOOK_READ, Webhook("w2", "", "", ""), Webhook("w3", "", "", "")]
    assert "never read" not in repr(webhooks)


def test_a_webhook_is_made_with_its_secret(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content=WEBHOOK))
    webex.create_webhook("dirsync messages", "https://bot.example/webhooks", "messages", "created", "s3cret")
    assert server.heard[0].json == {
        "name": "dirsync messages",
        "targetUrl": "https://bot.example/webhooks",
        "resource": "messages",
        "event": "created",
        "secret": "s3cret",
    }


def test_a_webhook_that_is_corrected_is_switched_on_again(server: Scripted, webex: Webex) -> None:
    server.script(Answer(content=WEBHOOK))
    webex.update_webhook("w1", "n", "https://new.example/webhooks", "s3cret")
    heard = server.heard[0]
    assert (heard.method, heard.target) == ("PUT", "/v1/webhooks/w1")
    assert heard.json == {
        "name": "n",
        "targetUrl": "https://new.example/webhooks",
        "secret": "s3cret",
        "status": "active",
    }


@pytest.mark.parametrize("status", [204, 404])
def test_deleting_a_webhook_that_is_gone_succeeds(server: Scripted, webex: Webex, status: int) -> None:
    server.script(Answer(status))
    webex.delete_webhook("w1")
    assert (server.heard[0].method, server.heard[0].target) == ("DELETE", "/v1/webhooks/w1")


CALLS_WITH_AN_ID: list[Callable[[Webex, str], object]] = [
    lambda webex, id: webex.person(id),
    lambda webex, id: webex.message(id),
    lambda webex, id: webex.edit(id, "r1", "x"),
    lambda webex, id: webex.delete(id),
    lambda webex, id: webex.update_webhook(id, "n", "u", "s"),
    lambda webex, id: webex.delete_webhook(id),
]


@pytest.mark.parametrize("call", CALLS_WITH_AN_ID)
def test_any_id_is_one_segment_of_the_path(
    server: Scripted, webex: Webex, call: Callable[[Webex, str], object]
) -> None:
    server.script(Answer(403))
    with pytest.raises(Rejected):
        call(webex, AWKWARD)
    assert server.heard[0].target.rpartition("/")[2] == quote(AWKWARD, safe="")
    assert server.heard[0].target.count("/") == 3


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_not_requested(server: Scripted, webex: Webex, identifier: str) -> None:
    with pytest.raises(Rejected) as raised:
        webex.message(identifier)
    assert raised.value.status == 404
    assert server.heard == []
