"""What is heard, what is not, and in which order it is answered."""

import hmac
import json

import pytest

from sandbox.seed import SPACE
from sandbox.webex.clients import Client
from sandbox.world import BOT
from storage import admins, enterprises
from tests.journeys.house import ANA, BEN, OLGA, SECRET, House


def _signed(body: bytes) -> str:
    return hmac.digest(SECRET.encode(), body, "sha1").hex()


def test_a_mention_may_stand_anywhere_in_a_message(house: House) -> None:
    for text in ("{bot} help licenses", "help {bot} licenses", "help licenses {bot}"):
        answer = house.ask(ANA, text, SPACE)
        assert (answer.markdown or "").startswith("**`licenses")
        assert answer.parent_id == next(one.id for one in reversed(house.versions) if one.person_email == ANA)


@pytest.mark.parametrize("client", list(Client))
def test_a_mention_from_every_client_is_answered(house_on_sqlite: House, client: Client) -> None:
    house = house_on_sqlite
    house.world.use_client(ANA, client)
    for text in ("{bot} help licenses", "{bot}, help licenses", "help licenses {bot}"):
        assert (house.ask(ANA, text, SPACE).markdown or "").startswith("**`licenses")
    named = house.ask(ANA, "{bot} admins add <@personEmail:ben@acme.example|Ben>", SPACE)
    assert "is not an e-mail address" not in (named.markdown or "")
    with house.database.read() as session:
        team = admins.of_enterprise(session, enterprises.in_use(session)[0].id)
    assert [admin.email for admin in team] == [ANA, BEN]


@pytest.mark.parametrize("client", [Client.WEB, Client.PHONE])
def test_other_people_may_be_mentioned_around_a_command(house_on_sqlite: House, client: Client) -> None:
    house, ben = house_on_sqlite, "<@personEmail:ben@acme.example|Ben>"
    house.world.use_client(ANA, client)
    for text in (f"{ben} {{bot}} status", f"{{bot}} {ben}, status", f"{{bot}} status {ben}", f"status {ben} {{bot}}"):
        assert "`sync` works now" in (house.ask(ANA, text, SPACE).markdown or "")
    assert "Ben" in (house.ask(ANA, f"{{bot}} history {ben}", SPACE).markdown or "")


def test_a_command_in_a_quote_is_not_done(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    for text, room in (("> sync\n{bot} help licenses", SPACE), ("> sync\nhelp licenses", None)):
        assert (house.ask(ANA, text, room).markdown or "").startswith("**`licenses")
    assert house.syncs_asked() == []


def test_a_group_message_without_a_mention_causes_no_event(house: House) -> None:
    unheard = house.say(ANA, "help", SPACE)
    heard = house.ask(ANA, "help", SPACE, mention=True)
    assert house.answers(unheard) == [heard]
    assert unheard.id not in {row.data_id for row in house.inbox()}


def test_a_forged_webhook_is_refused(house: House) -> None:
    said = house.ask(ANA, "help")
    brought = next(one for one in house.door.deliveries if json.loads(one.body)["resource"] == "messages")
    envelope = json.loads(brought.body)
    envelope["data"]["created"] = "2030-01-01T00:00:00.000Z"
    body = json.dumps(envelope).encode()
    assert house.door.bring(body, brought.signature) == 401
    assert house.door.bring(body, None) == 401
    assert house.door.bring(body, hmac.digest(b"another secret of that kind", body, "sha1").hex()) == 401
    house.ask(ANA, "status")
    assert [(one.markdown or "").startswith("**What") for one in house.heard(ANA)] == [True, False]
    assert said == house.heard(ANA)[0]


def test_an_event_delivered_twice_is_answered_once(house: House) -> None:
    house.ask(ANA, "help")
    brought = next(one for one in house.door.deliveries if json.loads(one.body)["resource"] == "messages")
    assert house.door.bring(brought.body, brought.signature) == 204
    assert brought.signature == _signed(brought.body)
    house.ask(ANA, "status")
    assert [(one.markdown or "").startswith("**What") for one in house.heard(ANA)] == [True, False]


def test_a_mention_alone_gets_a_hint(house_on_sqlite: House) -> None:
    answer = house_on_sqlite.ask(ANA, "", SPACE, mention=True)
    assert "`help`" in (answer.markdown or "")


def test_an_unknown_command_gets_a_suggestion(house: House) -> None:
    answer = house.ask(ANA, "licences location=Dallas")
    assert "Did you mean `licenses`?" in (answer.markdown or "")


def test_the_bot_never_answers_itself_or_another_bot(house: House) -> None:
    others = ("other@webex.bot", "older@sparkbot.io")
    for email in others:
        house.world.add_person(email, bot=True)
        house.world.rooms.join(house.world.room(SPACE).id, house.world.person(email), house.world.person(ANA))
    unanswered = [house.say(email, "help", SPACE, mention=True) for email in others]
    own = house.say(BOT, "help {bot}", SPACE)
    asked = house.say(ANA, "help", SPACE, mention=True)
    house.wait_for(lambda: house.answers(asked))
    assert [one.parent_id for one in house.heard(SPACE) if one.id != own.id] == [asked.id]
    assert {message.id for message in unanswered} <= {row.data_id for row in house.inbox()}


def test_commands_in_one_space_are_answered_in_order(house: House) -> None:
    said = [house.say(ANA, text) for text in ("help", "status", "help sync", "bogus")]
    house.wait_for(lambda: len(house.answers(said[0])) >= 4 or len(house.heard(ANA)) == 4)
    beginnings = ["**What you can type", "**Reseller1", "**`sync`**", "I do not know"]
    for answer, beginning in zip(house.heard(ANA), beginnings, strict=True):
        assert (answer.markdown or "").startswith(beginning)


def test_one_space_does_not_wait_for_another(house: House) -> None:
    house.faults.add(method="GET", path="/messages/", token=BOT, delay=1.0)
    slow = house.say(ANA, "help")
    house.wait_for(lambda: house.faults.is_clear)
    house.ask(OLGA, "help", deadline=0.9)
    assert not house.answers(slow)
    house.wait_for(lambda: house.answers(slow))


def test_a_message_that_webex_does_not_show_yet_is_read_again(house: House) -> None:
    house.faults.add(method="GET", path="/messages/", token=BOT, status=404)
    assert "What you can type" in (house.ask(ANA, "help").markdown or "")


def test_a_message_that_never_appears_is_dropped_silently(house: House) -> None:
    fault = house.faults.add(method="GET", path="/messages/", token=BOT, status=404, times=None)
    gone = house.say(BEN, "help")

    def dropped() -> bool:
        rows = [row for row in house.inbox() if row.data_id == gone.id]
        if rows and rows[0].lease_until is None and rows[0].state == "open":
            house.shift(seconds=20)
        return bool(rows) and rows[0].state == "dropped"

    house.wait_for(dropped)
    fault.times = 0
    house.ask(ANA, "help")
    assert house.heard(BEN) == []
