"""What the calls of both sides tell of the access: a refusal of the token, of a scope, or of one enterprise alone."""

from collections.abc import Mapping

import pytest

from bot.webex.access_token import FixedToken, WatchedToken
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient
from bot.webex.errors import AccessRefused, NotABot, Rejected, ScopeMissing, TokenRefused, Unavailable, WebexFailure
from bot.webex.messaging import Webex
from storage.values.provider_access import AccessSubject
from tests.bot.webex.scripted import Answer, Scripted

ADMIN, BOT, SYNCS = AccessSubject.ADMIN, AccessSubject.BOT, AccessSubject.SYNCS
ENTERPRISES, HOLDERS = AccessSubject.ENTERPRISES, AccessSubject.LICENSE_HOLDERS
GOOD, LIST = Answer(content={}), Answer(content={"items": []})


class Noted:
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.accepted: list[AccessSubject] = []
        self.refusals: dict[AccessSubject, AccessRefused] = {}

    def worked(self, *subjects: AccessSubject) -> None:
        self.accepted += subjects

    def refused(self, refusals: Mapping[AccessSubject, AccessRefused]) -> None:
        self.refusals.update(refusals)


@pytest.fixture
def watch() -> Noted:
    return Noted()


@pytest.fixture
def broadworks(server: Scripted, watch: Noted) -> BroadWorks:
    return BroadWorks(WebexClient(FixedToken("token"), server.url), watch)


def error(status: int, message: str = "no") -> Answer:
    return Answer(status, {"message": message, "trackingId": f"NA_{status}"})


def test_a_call_that_succeeds_tells_that_token_and_scope_work(
    server: Scripted, broadworks: BroadWorks, watch: Noted
) -> None:
    server.script(GOOD, LIST, GOOD)
    broadworks.sync_status("e1")
    assert watch.accepted == [ADMIN, ENTERPRISES]
    list(broadworks.subscriber_pages("Reseller1+acme"))
    assert watch.accepted[2:] == [ADMIN, HOLDERS] * 2
    broadworks.start_sync("e1")
    assert watch.accepted[6:] == [ADMIN, SYNCS]
    assert watch.refusals == {}


def test_a_401_refuses_the_token(server: Scripted, broadworks: BroadWorks, watch: Noted) -> None:
    server.script(error(401), Answer(401, {"trackingId": "NA_again"}))
    with pytest.raises(TokenRefused):
        broadworks.start_sync("e1")
    assert watch.refusals.keys() == {ADMIN}
    assert watch.refusals[ADMIN].tracking_id == "NA_401"
    assert watch.accepted == []


@pytest.mark.parametrize("answer", [error(400), error(404), error(409, "600011 switched off")])
def test_any_other_answer_of_webex_shows_that_the_token_works(
    server: Scripted, broadworks: BroadWorks, watch: Noted, answer: Answer
) -> None:
    server.script(answer)
    with pytest.raises(Rejected):
        broadworks.sync_status("e1")
    assert (watch.accepted, watch.refusals) == ([ADMIN], {})


@pytest.mark.parametrize("answer", [error(429), error(500), error(503)])
def test_webex_itself_failing_tells_nothing_of_the_access(
    server: Scripted, broadworks: BroadWorks, watch: Noted, answer: Answer
) -> None:
    server.script(answer, LIST)
    with pytest.raises(WebexFailure):
        broadworks.sync_status("e1")
    assert (watch.accepted, watch.refusals) == ([], {})


def test_a_403_about_one_enterprise_is_no_missing_scope(server: Scripted, broadworks: BroadWorks, watch: Noted) -> None:
    server.script(error(403), LIST)
    with pytest.raises(Rejected):
        broadworks.sync_status("e1")
    assert watch.refusals == {}
    assert [heard.path for heard in server.heard][-1] == "/v1/broadworks/enterprises"


@pytest.mark.parametrize("other", [LIST, error(403)])
def test_a_403_to_all_enterprises_is_a_missing_scope_or_role(
    server: Scripted, broadworks: BroadWorks, watch: Noted, other: Answer
) -> None:
    server.script(error(403), error(403), other)
    with pytest.raises(ScopeMissing):
        broadworks.sync_status("e1")
    assert watch.refusals.keys() == ({ENTERPRISES} if other is LIST else {ENTERPRISES, HOLDERS})
    assert watch.refusals[ENTERPRISES].tracking_id == "NA_403"


def test_a_403_that_no_look_explains_is_tried_again(server: Scripted, broadworks: BroadWorks, watch: Noted) -> None:
    server.script(error(403), error(503))
    with pytest.raises(Unavailable) as raised:
        broadworks.sync_status("e1")
    assert not isinstance(raised.value, AccessRefused)
    assert watch.refusals == {}


def test_a_403_to_a_start_lacks_a_scope_unless_its_code_says_otherwise(
    server: Scripted, broadworks: BroadWorks, watch: Noted
) -> None:
    server.script(error(403, "600008: not among the customers"))
    with pytest.raises(Rejected):
        broadworks.start_sync("e1")
    assert watch.refusals == {}
    server.script(error(403))
    with pytest.raises(ScopeMissing):
        broadworks.start_sync("e1")
    assert watch.refusals.keys() == {SYNCS}


def test_a_look_tells_all_that_webex_refuses(server: Scripted, broadworks: BroadWorks, watch: Noted) -> None:
    server.script(LIST, error(403))
    assert broadworks.look() == {HOLDERS}
    assert watch.refusals.keys() == {HOLDERS}
    assert set(watch.accepted) == {ADMIN, ENTERPRISES}
    server.script(error(401), error(401))
    assert broadworks.look() == {ADMIN}


@pytest.mark.parametrize("confirming", [LIST, error(403), error(503)])
def test_a_single_401_alarms_nobody(server: Scripted, broadworks: BroadWorks, watch: Noted, confirming: Answer) -> None:
    for call in (lambda: broadworks.start_sync("e1"), broadworks.look):
        server.script(error(401), confirming)
        with pytest.raises(Unavailable) as raised:
            call()
        assert not isinstance(raised.value, AccessRefused)
    assert watch.refusals == {}


def test_a_403_to_a_granted_start_is_about_the_enterprise(
    server: Scripted, broadworks: BroadWorks, watch: Noted
) -> None:
    server.script(error(403))
    with pytest.raises(Rejected):
        broadworks.start_sync("e1", is_granted=True)
    assert watch.refusals == {}


@pytest.mark.parametrize(("kind", "is_refused"), [("bot", False), ("person", True), ("appuser", True), ("", False)])
def test_the_bots_account_is_no_persons(server: Scripted, watch: Noted, kind: str, is_refused: bool) -> None:
    webex = Webex(WebexClient(FixedToken("token"), server.url), watch)
    server.script(Answer(content={"id": "p1", "emails": ["bot@example.com"], "type": kind}))
    if is_refused:
        with pytest.raises(NotABot):
            webex.me()
    else:
        webex.me()
    assert (watch.accepted, list(watch.refusals)) == (([], [BOT]) if is_refused else ([BOT], []))


def test_a_bot_of_an_old_domain_is_a_bot_whatever_its_type(server: Scripted, watch: Noted) -> None:
    webex = Webex(WebexClient(FixedToken("token"), server.url), watch)
    server.script(Answer(content={"id": "p1", "emails": ["old@sparkbot.io"], "type": "person"}))
    assert webex.me().person_id == "p1"


def test_a_rejected_look_at_the_account_keeps_what_waits(server: Scripted, watch: Noted) -> None:
    webex = Webex(WebexClient(FixedToken("token"), server.url), watch)
    server.script(error(403))
    with pytest.raises(Unavailable):
        webex.me()


def test_a_watched_token_says_each_time_that_webex_refuses_it(server: Scripted) -> None:
    said: list[str] = []
    client = WebexClient(WatchedToken("token", lambda: said.append("refused")), server.url)
    server.script(error(401), GOOD)
    with pytest.raises(TokenRefused):
        client.call("GET", "people/me")
    client.call("GET", "people/me")
    assert said == ["refused"]
