"""What becomes of a call to Webex, whatever the other side does."""

import gzip
import logging
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from bot.webex import client, http_session
from bot.webex.access_token import FixedToken
from bot.webex.client import WebexClient
from bot.webex.errors import AnswerLost, RateLimited, Rejected, TokenRefused, Unavailable, WebexFailure
from tests.bot.webex.renewing import Renewing
from tests.bot.webex.scripted import OK, TOKEN, Answer, Drop, Raw, Scripted, Stall, Step


def failure(server: Scripted, step: Step, method: str = "POST") -> WebexFailure:
    """What a call raises when the server does this."""
    server.script(step)
    with pytest.raises(WebexFailure) as raised:
        WebexClient(FixedToken(TOKEN), server.url, timeout=1).call(method, "messages")
    return raised.value


def rejected(server: Scripted, step: Step) -> Rejected:
    raised = failure(server, step)
    assert isinstance(raised, Rejected)
    return raised


def test_a_call_sends_the_token_and_returns_the_json(server: Scripted, line: WebexClient) -> None:
    server.script(OK)
    assert line.call("POST", "messages", json={"markdown": "ł"}) == {"id": "1"}
    heard = server.heard[0]
    assert (heard.method, heard.path, heard.json) == ("POST", "/v1/messages", {"markdown": "ł"})
    assert heard.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("ending", ["/v1", "/v1/"])
def test_the_base_address_may_end_in_a_slash(server: Scripted, ending: str) -> None:
    server.script(OK)
    WebexClient(FixedToken(TOKEN), server.origin + ending).call("GET", "people/me")
    assert server.heard[0].target == "/v1/people/me"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_any_success_without_a_body_is_an_empty_answer(server: Scripted, method: str, status: int) -> None:
    server.script(Answer(status))
    assert WebexClient(FixedToken(TOKEN), server.url).call(method, "messages") == {}


@pytest.mark.parametrize("status", [201, 202])
def test_created_and_accepted_are_successes(server: Scripted, line: WebexClient, status: int) -> None:
    server.script(Answer(status, {"id": "1"}))
    assert line.call("POST", "attachment/actions") == {"id": "1"}


@pytest.mark.parametrize("status", [429, 423])
def test_a_busy_answer_does_not_block(server: Scripted, status: int) -> None:
    began = time.monotonic()
    raised = failure(server, Answer(status, {"message": "busy"}, {"Retry-After": "30"}))
    assert time.monotonic() - began < 5
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == timedelta(seconds=30)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1.5", 1.5),
        ("0", 1),
        ("86400", 300),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("soon", None),
        ("-5", None),
    ],
)
def test_a_retry_after_that_is_not_an_integer_is_parsed(server: Scripted, header: str, seconds: float | None) -> None:
    raised = failure(server, Answer(429, headers={"Retry-After": header}))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_busy_response_may_have_no_retry_after(server: Scripted) -> None:
    raised = failure(server, Answer(429))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_response_is_unavailable_and_not_a_lost_answer(server: Scripted, status: int) -> None:
    raised = failure(server, Answer(status, {"message": "oh"}))
    assert type(raised) is Unavailable
    assert len(server.heard) == 1


def test_a_page_of_html_with_502_is_unavailable(server: Scripted) -> None:
    page = Answer(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html", "TrackingID": "T_9"})
    raised = failure(server, page)
    assert type(raised) is Unavailable
    assert raised.tracking_id == "T_9"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Welcome to our network</html>",
        b'{"id": "\xff"}',
        b'{"id": ',
        b"[" * 200_000,
        b'{"id": ' + b"1" * 5000 + b"}",
    ],
)
def test_a_success_that_cannot_be_read_is_a_lost_answer(server: Scripted, body: bytes) -> None:
    assert type(failure(server, Answer(200, body))) is AnswerLost


@pytest.mark.parametrize("content", [[], [{"id": "1"}], "done", 7, True])
def test_a_success_that_is_not_a_json_object_is_rejected(server: Scripted, content: object) -> None:
    assert rejected(server, Answer(200, content)).status == 200


@pytest.mark.parametrize("header", ["", "Content-Length: 1000000000\r\n"], ids=["no length", "a great length"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_over_the_limit_is_not_read_to_its_end(
    server: Scripted, monkeypatch: pytest.MonkeyPatch, method: str, header: str
) -> None:
    monkeypatch.setattr(client, "MAX_ANSWER_BYTES", 300_000)
    sent = f"HTTP/1.1 200 OK\r\n{header}Connection: close\r\n\r\n".encode() + b"{" + b" " * 400_000 + b"}"
    lost = failure(server, Raw(sent), method)
    assert type(lost) is AnswerLost
    assert "300,000 bytes" in str(lost)
    assert len(server.heard) == 1


def test_an_answer_that_is_too_large_when_unpacked_is_lost(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_ANSWER_BYTES", 300_000)
    packed = gzip.compress(b'{"id": "' + b"x" * 400_000 + b'"}')
    lost = failure(server, Answer(200, packed, {"Content-Encoding": "gzip"}))
    assert "300,000 bytes" in str(lost)


def test_an_answer_of_the_greatest_size_is_read_whole(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b'{"id": "' + b"x" * 300_000 + b'"}'
    monkeypatch.setattr(client, "MAX_ANSWER_BYTES", len(content))
    server.script(Answer(200, content))
    assert WebexClient(FixedToken(TOKEN), server.url).call("GET", "people/me") == {"id": "x" * 300_000}


def test_an_answer_that_comes_too_slowly_is_lost(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BODY_SECONDS", -1.0)
    assert type(failure(server, OK)) is AnswerLost


def test_an_error_of_any_size_keeps_its_status(server: Scripted) -> None:
    raised = failure(server, Answer(503, b'{"message": "' + b"x" * 1_000_000))
    assert type(raised) is Unavailable


BREAKS_BEFORE_A_RESPONSE = [Drop(after_reading=False), Drop(), Raw(b"SSH-2.0-OpenSSH_9.6\r\n")]


@pytest.mark.parametrize("step", BREAKS_BEFORE_A_RESPONSE)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_whose_new_connection_breaks_is_sent_once(server: Scripted, step: Step, method: str) -> None:
    server.script(step, OK)
    assert type(failure(server, OK, method)) is AnswerLost
    assert server.connections == 1


@pytest.mark.parametrize("step", BREAKS_BEFORE_A_RESPONSE)
def test_a_get_whose_new_connection_breaks_is_sent_twice(server: Scripted, step: Step) -> None:
    server.script(step)
    assert type(failure(server, step, "GET")) is AnswerLost
    assert server.connections == 2
    server.script(step, OK)
    assert WebexClient(FixedToken(TOKEN), server.url).call("GET", "people/me") == {"id": "1"}


def lost_list(address: str) -> str:
    """Return the error's text when a list with a query gets no answer."""
    with pytest.raises(AnswerLost) as raised:
        WebexClient(FixedToken(TOKEN), address, timeout=1).call("GET", "memberships", params={"roomId": "SPACE"})
    return str(raised.value)


@pytest.mark.parametrize("step", [*BREAKS_BEFORE_A_RESPONSE, Stall()])
def test_the_error_of_a_lost_answer_does_not_show_the_query(server: Scripted, step: Step) -> None:
    server.script(step, step)
    text = lost_list(server.url)
    assert text.startswith("no answer from Webex to GET memberships: ")
    assert "roomId" not in text
    assert "SPACE" not in text


@pytest.mark.server
def test_the_error_of_a_refused_connection_does_not_show_the_query() -> None:
    with Scripted() as gone:
        address = gone.url
    assert "SPACE" not in lost_list(address)


@pytest.mark.parametrize(
    "step",
    [
        Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": '),
        Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_response_that_breaks_off_is_a_lost_answer(server: Scripted, step: Step, method: str) -> None:
    assert type(failure(server, step, method)) is AnswerLost
    assert server.connections == 1


def test_a_stalled_server_is_a_lost_answer_after_the_time_out(server: Scripted) -> None:
    began = time.monotonic()
    assert type(failure(server, Stall(), "GET")) is AnswerLost
    assert 0.9 < time.monotonic() - began < 5
    assert len(server.heard) == 1


def test_the_time_out_may_be_a_part_of_a_second(server: Scripted) -> None:
    server.script(Stall())
    began = time.monotonic()
    with pytest.raises(AnswerLost):
        WebexClient(FixedToken(TOKEN), server.url, timeout=0.2).call("GET", "people/me")
    assert time.monotonic() - began < 1


def test_a_connection_has_five_seconds_however_long_an_answer_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[object] = []

    def send(*_: object, **options: object) -> None:
        timeouts.append(options["timeout"])
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    for timeout in (60.0, 0.2):
        with pytest.raises(AnswerLost):
            WebexClient(FixedToken(TOKEN), "http://127.0.0.1:1/v1", timeout=timeout).call("GET", "people/me")
    assert timeouts == [(5.0, 60.0), (0.2, 0.2)]


@pytest.mark.server
def test_a_refused_connection_is_a_lost_answer() -> None:
    with Scripted() as gone:
        address = gone.url
    with pytest.raises(AnswerLost):
        WebexClient(FixedToken(TOKEN), address).call("GET", "people/me")


def test_a_rejection_carries_status_codes_and_tracking_id(server: Scripted) -> None:
    body = {
        "message": "600011 BW EDUS is not enabled",
        "errors": [{"errorCode": 600029, "description": "a"}, {"errorCode": "6003"}, {"errorCode": "x"}, "?"],
        "trackingId": "T_1",
    }
    raised = rejected(server, Answer(400, body))
    assert (raised.status, raised.codes, raised.tracking_id) == (400, (600029, 6003, 600011), "T_1")
    assert "BW EDUS is not enabled" in str(raised)


def test_a_rejection_takes_the_tracking_id_from_the_header(server: Scripted) -> None:
    assert rejected(server, Answer(404, headers={"TrackingID": "T_2"})).tracking_id == "T_2"


@pytest.mark.parametrize(
    "content",
    [["x"], "text", 5, {"message": 5, "errors": {"a": 1}, "trackingId": 7}, {"errors": [None, [1]]}, b"{"],
)
def test_an_error_of_an_unexpected_shape_is_still_a_rejection(server: Scripted, content: object) -> None:
    raised = rejected(server, Answer(409, content))
    assert (raised.status, raised.codes, raised.tracking_id) == (409, (), None)


@pytest.mark.parametrize("location", ["/v1/other", "http://127.0.0.2:1/v1/", "http://[", "\xff"])
def test_a_redirect_is_refused_and_not_followed(server: Scripted, location: str) -> None:
    assert rejected(server, Answer(307, headers={"Location": location})).status == 307
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "step",
    [
        Answer(400, {"message": f"no such token: {TOKEN}", "trackingId": TOKEN}),
        Answer(401, {"errors": [{"description": TOKEN}]}, {"TrackingID": TOKEN}),
        Answer(429, {"message": TOKEN}),
        Answer(500, {"message": TOKEN}),
        Answer(200, TOKEN.encode(), {"TrackingID": TOKEN}),
        Answer(200, TOKEN),
        Answer(302, headers={"Location": f"http://127.0.0.1/?{TOKEN}"}),
        Raw(TOKEN.encode()),
        Drop(),
        Stall(),
    ],
)
def test_the_token_never_appears_in_an_exception_or_a_log(
    server: Scripted, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    raised = failure(server, step)
    assert caplog.records, "the libraries below do log at this level"
    assert TOKEN not in caplog.text
    assert TOKEN not in str(raised) + repr(raised) + repr(vars(raised))
    assert TOKEN not in "".join(traceback.format_exception(raised))


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "žeton"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ValueError, match="access token") as raised:
        FixedToken(token)
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "žeton"])
def test_a_call_with_a_token_no_header_can_carry_is_not_sent(server: Scripted, token: str) -> None:
    with pytest.raises(TokenRefused, match="access token") as raised:
        WebexClient(Renewing(token), server.url).call("GET", "people/me")
    assert not token or token not in str(raised.value)
    assert server.connections == 0


def test_a_status_that_asks_for_a_retry_is_not_retried(server: Scripted, line: WebexClient) -> None:
    for status in (413, 429, 503):
        server.script(Answer(status, headers={"Retry-After": "1"}), OK)
        with pytest.raises(WebexFailure):
            line.call("GET", "people/me")
        assert len(server.heard) == 1
        assert line.call("GET", "people/me") == {"id": "1"}
        server.heard.clear()


@pytest.mark.parametrize("base", ["", "webexapis.com/v1", "ftp://127.0.0.1/v1", "http://a:b@127.0.0.1/v1", "http://"])
def test_a_base_that_is_not_a_web_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base of the Webex API"):
        WebexClient(FixedToken(TOKEN), base)


def test_a_netrc_does_not_replace_the_token(
    server: Scripted, line: WebexClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script(OK)
    line.call("GET", "people/me")
    assert server.heard[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_one_thread_keeps_one_connection_alive(server: Scripted, line: WebexClient) -> None:
    server.script(OK, Answer(204), Answer(404), Answer(429), OK)
    line.call("GET", "people/me")
    line.call("DELETE", "messages/1")
    for _ in range(2):
        with pytest.raises(WebexFailure):
            line.call("POST", "messages")
    line.call("PUT", "messages/1")
    assert [heard.connection for heard in server.heard] == [1] * 5


def test_two_threads_have_two_connections(server: Scripted, line: WebexClient) -> None:
    server.script(*[OK] * 3)
    line.call("GET", "people/me")
    other = threading.Thread(target=line.call, args=("GET", "people/me"))
    other.start()
    other.join(10)
    line.call("GET", "people/me")
    assert [heard.connection for heard in server.heard] == [1, 2, 1]


def test_a_get_is_sent_again_if_its_kept_connection_breaks(server: Scripted, line: WebexClient) -> None:
    server.script(OK, Drop(after_reading=False), OK)
    line.call("GET", "people/me")
    assert line.call("GET", "people/me") == {"id": "1"}
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_get_is_sent_again_only_once(server: Scripted, line: WebexClient) -> None:
    server.script(OK, Drop(), Drop(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call("GET", "people/me")
    assert len(server.heard) == 3


def test_a_get_that_timed_out_is_not_sent_again(server: Scripted) -> None:
    line = WebexClient(FixedToken(TOKEN), server.url, timeout=1)
    server.script(OK, Stall(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call("GET", "people/me")
    assert len(server.heard) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_a_get_is_sent_again(server: Scripted, line: WebexClient, method: str) -> None:
    server.script(OK, Drop(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call(method, "messages")
    assert len(server.heard) == 2


def test_a_post_opens_a_new_connection_if_the_server_closed_the_old(server: Scripted, line: WebexClient) -> None:
    server.script(Answer(content={}, hang_up=True), OK)
    line.call("GET", "people/me")
    assert server.hung_up.wait(10)
    assert line.call("POST", "messages") == {"id": "1"}
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_connection_idle_for_too_long_is_not_reused(
    server: Scripted, line: WebexClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script(OK, OK, OK)
    line.call("GET", "people/me")
    line.call("POST", "messages")
    monkeypatch.setattr(http_session, "MAX_IDLE_SECONDS", 0.0)
    line.call("POST", "messages")
    assert [heard.connection for heard in server.heard] == [1, 1, 2]
