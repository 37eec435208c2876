from threading import Thread

import pytest

from sandbox.server import Sandbox
from sandbox.webex.parallel_reads import SEEN_LIMIT
from sandbox.webex.records import Message
from tests.sandbox.client import Caller, wait_until

MENTION = "<@personEmail:dirsync@webex.bot|DirSync>"


def test_a_posted_message_appears_in_the_space(sandbox: Sandbox, space: str, ana: Caller) -> None:
    ana.say(space, "**hello**")
    assert [(one.person_email, one.text) for one in sandbox.world.messages_in(space)] == [("ana@acme.example", "hello")]


def test_a_first_message_to_a_person_opens_a_direct_space(sandbox: Sandbox, ana: Caller, bot: Caller) -> None:
    first = ana.post("messages", toPersonEmail="DirSync@webex.bot", text="hello").json()
    second = bot.post("messages", toPersonId=first["personId"], text="hello yourself").json()
    assert first["roomType"] == "direct"
    assert first["roomId"] == second["roomId"]
    room = sandbox.world.direct_room("ana@acme.example")
    assert room is not None
    assert room.id == first["roomId"]


@pytest.mark.parametrize(
    "target",
    [{"toPersonEmail": "nobody@acme.example"}, {"toPersonId": "nobody"}, {"roomId": "nowhere"}],
)
def test_a_message_to_nobody_is_404(ana: Caller, target: dict[str, str]) -> None:
    assert ana.post("messages", text="hello", **target).status_code == 404


def test_a_message_has_exactly_one_target(space: str, ana: Caller) -> None:
    assert ana.post("messages", text="hello").status_code == 400
    both = ana.post("messages", roomId=space, toPersonEmail="dirsync@webex.bot", text="hello")
    assert both.status_code == 400


def test_a_message_without_content_is_400(space: str, ana: Caller) -> None:
    assert ana.post("messages", roomId=space).status_code == 400
    assert ana.post("messages", roomId=space, markdown="", text="").status_code == 400


@pytest.mark.parametrize("field", ["text", "markdown"])
def test_a_text_may_have_7439_bytes(space: str, ana: Caller, field: str) -> None:
    longest = "é" * 3719 + "e"
    assert ana.post("messages", roomId=space, **{field: longest}).status_code == 200
    assert ana.post("messages", roomId=space, **{field: longest + "e"}).status_code == 400


def test_a_mention_appears_in_text_html_and_list(sandbox: Sandbox, space: str, ana: Caller) -> None:
    bot_id = sandbox.world.person("dirsync@webex.bot").id
    message = ana.get(f"messages/{ana.say(space, f'{MENTION} licenses <3')['id']}").json()
    assert message["text"] == "DirSync licenses <3"
    assert message["mentionedPeople"] == [bot_id]
    assert message["html"] == (
        f'<p><spark-mention data-object-type="person" data-object-id="{bot_id}">DirSync</spark-mention>'
        " licenses &lt;3</p>"
    )


def test_a_person_outside_the_space_is_not_mentioned(space: str, ana: Caller) -> None:
    said = ana.say(space, "<@personEmail:sam@elsewhere.example|Sam> hello")
    assert said["text"] == "Sam hello"
    assert "mentionedPeople" not in said


def test_a_bot_in_a_group_sees_only_its_mentions_and_own_messages(space: str, ana: Caller, bot: Caller) -> None:
    private, meant = ana.say(space, "just us"), ana.say(space, f"{MENTION} status")
    own = bot.say(space, "here I am")
    seen = [bot.get(f"messages/{one['id']}").status_code for one in (private, meant, own)]
    assert seen == [404, 200, 200]


def test_a_bot_lists_a_group_only_by_mentions(space: str, ana: Caller, bot: Caller) -> None:
    ana.say(space, "just us")
    meant = ana.say(space, f"{MENTION} status")
    assert bot.get("messages", roomId=space, max=10).status_code == 403
    for me in ("me", bot.get("people/me").json()["id"]):
        listed = bot.get("messages", roomId=space, mentionedPeople=me, max=10).json()["items"]
        assert [one["id"] for one in listed] == [meant["id"]]


@pytest.mark.parametrize(("size", "status"), [(None, 403), (101, 403), (100, 200), (1, 200)])
def test_a_bot_must_say_how_many_mentions_it_wants(space: str, bot: Caller, size: int | None, status: int) -> None:
    assert bot.get("messages", roomId=space, mentionedPeople="me", max=size).status_code == status


def test_parallel_reads_of_one_space_are_limited_if_asked(sandbox: Sandbox, space: str, ana: Caller) -> None:
    other = ana.post("rooms", title="Plans").json()["id"]
    sandbox.world.parallel_reads.max_parallel = SEEN_LIMIT
    sandbox.faults.add(path="/messages", method="GET", delay=30, times=SEEN_LIMIT)
    callers = [Caller(sandbox, "ana@acme.example") for _ in range(SEEN_LIMIT)]
    waiting = [Thread(target=caller.get, args=("messages",), kwargs={"roomId": space}) for caller in callers]
    for thread in waiting:
        thread.start()
    wait_until(lambda: sandbox.faults.is_clear)
    refused = ana.get("messages", roomId=space)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert ana.get("messages", roomId=other).status_code == 200
    sandbox.faults.clear()
    for thread in waiting:
        thread.join(5)
    assert ana.get("messages", roomId=space).status_code == 200


def test_a_person_cannot_list_the_mentions_of_another(sandbox: Sandbox, space: str, ana: Caller) -> None:
    ben = sandbox.world.person("ben@acme.example")
    assert ana.get("messages", roomId=space, mentionedPeople=ben.id).status_code == 400


def test_a_bot_reads_all_of_a_direct_space(ana: Caller, bot: Caller) -> None:
    said = ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello").json()
    assert bot.get("messages", roomId=said["roomId"]).json()["items"][0]["text"] == "hello"
    direct = bot.get("messages/direct", personEmail="ana@acme.example").json()["items"]
    assert [one["id"] for one in direct] == [said["id"]]


def test_strangers_neither_read_nor_write(space: str, ana: Caller, sam: Caller) -> None:
    said = ana.say(space, "just us")
    assert sam.get(f"messages/{said['id']}").status_code == 404
    assert sam.get("messages", roomId=space).status_code == 404
    assert sam.post("messages", roomId=space, text="let me in").status_code == 404


def test_messages_are_listed_newest_first_in_pages(space: str, ana: Caller) -> None:
    said = [ana.say(space, f"number {number}")["id"] for number in range(5)]
    pages = ana.pages("messages", roomId=space, max=2)
    assert [[one["id"] for one in page] for page in pages] == [said[4:2:-1], said[2:0:-1], said[:1]]


def test_messages_can_be_listed_before_a_message_or_a_time(space: str, ana: Caller) -> None:
    said = [ana.say(space, f"number {number}") for number in range(3)]
    before = ana.get("messages", roomId=space, beforeMessage=said[1]["id"]).json()["items"]
    assert [one["id"] for one in before] == [said[0]["id"]]
    assert ana.get("messages", roomId=space, before="2020-01-01T00:00:00.000Z").json()["items"] == []
    assert ana.get("messages", roomId=space, before="yesterday").status_code == 400


def test_a_reply_to_a_reply_belongs_to_the_first_message(space: str, ana: Caller) -> None:
    root = ana.say(space, "root")["id"]
    reply = ana.say(space, "reply", parentId=root)["id"]
    deeper = ana.say(space, "deeper", parentId=reply)["id"]
    assert ana.get(f"messages/{deeper}").json()["parentId"] == root
    thread = ana.get("messages", roomId=space, parentId=root).json()["items"]
    assert [one["id"] for one in thread] == [deeper, reply]


def test_a_parent_in_another_space_or_deleted_is_404(space: str, ana: Caller) -> None:
    elsewhere = ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello").json()["id"]
    deleted = ana.say(space, "oops")["id"]
    ana.delete(f"messages/{deleted}")
    for parent in (elsewhere, deleted, "nothing"):
        assert ana.post("messages", roomId=space, text="reply", parentId=parent).status_code == 404


def test_an_edit_changes_the_text_and_its_mentions(space: str, ana: Caller, bot: Caller) -> None:
    said = ana.say(space, "status")
    assert bot.get(f"messages/{said['id']}").status_code == 404
    edited = ana.put(f"messages/{said['id']}", roomId=space, markdown=f"{MENTION} status").json()
    assert (edited["id"], edited["text"]) == (said["id"], "DirSync status")
    assert edited["updated"] >= edited["created"]
    assert bot.get(f"messages/{said['id']}").status_code == 200


def test_a_message_is_edited_ten_times_and_no_more(space: str, ana: Caller) -> None:
    said = ana.say(space, "0")["id"]
    answers = [ana.put(f"messages/{said}", roomId=space, text=str(n)).status_code for n in range(1, 12)]
    assert answers == [200] * 10 + [400]
    assert ana.get(f"messages/{said}").json()["text"] == "10"


def test_an_edit_needs_the_room_the_author_and_no_html(space: str, ana: Caller, ben: Caller) -> None:
    path = f"messages/{ana.say(space, 'hello')['id']}"
    direct = ana.post("messages", toPersonEmail="dirsync@webex.bot", text="hello").json()["roomId"]
    assert ana.put(path, text="bye").status_code == 400
    assert ana.put(path, roomId=direct, text="bye").status_code == 404
    assert ben.put(path, roomId=space, text="bye").status_code == 403
    assert ana.put(path, roomId=space, markdown="bye", html="<p>bye</p>").status_code == 400
    assert ana.put(path, roomId=space, text="é" * 3720).status_code == 400
    assert ana.get(path).json()["text"] == "hello"


def test_only_the_author_deletes_a_message(sandbox: Sandbox, space: str, ana: Caller, ben: Caller) -> None:
    said = ana.say(space, "hello")["id"]
    assert ben.delete(f"messages/{said}").status_code == 403
    assert ana.delete(f"messages/{said}").status_code == 204
    assert ana.get(f"messages/{said}").status_code == 404
    assert sandbox.world.messages_in(space) == []


def test_a_listener_hears_every_message_as_it_changes(sandbox: Sandbox, space: str, ana: Caller) -> None:
    heard: list[tuple[str, str | None]] = []

    def listen(kind: str, message: Message) -> None:
        heard.append((kind, message.text))

    sandbox.world.add_message_listener(listen)
    said = ana.say(space, "one")["id"]
    ana.put(f"messages/{said}", roomId=space, text="two")
    ana.delete(f"messages/{said}")
    assert heard == [("created", "one"), ("edited", "two"), ("deleted", "two")]
