"""What becomes of a call to Webex, whatever the other side does."""

import gzip
import logging
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import cast

import pytest

from bot import connection as room
from bot.connection import Connection
from bot.failures import AnswerLost, RateLimited, Rejected, Unavailable, WebexFailure
from bot.wire import Upload
from tests.bot.scripted import Answer, Drop, Raw, Scripted, Stall, Step

TOKEN = "MDk2-a-very-secret-token"
OK = Answer(content={"id": "1"})


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def line(server: Scripted) -> Connection:
    return Connection(TOKEN, server.url)


def failure(server: Scripted, step: Step, method: str = "POST") -> WebexFailure:
    """What a call raises when the server does this."""
    server.script(step)
    with pytest.raises(WebexFailure) as raised:
        Connection(TOKEN, server.url, timeout=1).call(method, "messages")
    return raised.value


def rejected(server: Scripted, step: Step) -> Rejected:
    raised = failure(server, step)
    assert isinstance(raised, Rejected)
    return raised


def test_a_call_says_the_token_and_answers_the_json(server: Scripted, line: Connection) -> None:
    server.script(OK)
    assert line.call("POST", "messages", json={"markdown": "ł"}) == {"id": "1"}
    heard = server.heard[0]
    assert (heard.method, heard.path, heard.json) == ("POST", "/v1/messages", {"markdown": "ł"})
    assert heard.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("ending", ["/v1", "/v1/"])
def test_paths_are_below_the_base_with_or_without_its_last_slash(server: Scripted, ending: str) -> None:
    server.script(OK)
    Connection(TOKEN, server.origin + ending).call("GET", "people/me")
    assert server.heard[0].target == "/v1/people/me"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_any_success_without_a_body_is_an_empty_answer(server: Scripted, method: str, status: int) -> None:
    server.script(Answer(status))
    assert Connection(TOKEN, server.url).call(method, "messages") == {}


@pytest.mark.parametrize("status", [201, 202])
def test_created_and_accepted_are_successes(server: Scripted, line: Connection, status: int) -> None:
    server.script(Answer(status, {"id": "1"}))
    assert line.call("POST", "attachment/actions") == {"id": "1"}


@pytest.mark.parametrize("status", [429, 423])
def test_a_busy_answer_does_not_block(server: Scripted, status: int) -> None:
    began = time.monotonic()
    raised = failure(server, Answer(status, {"message": "busy"}, {"Retry-After": "30"}))
    assert time.monotonic() - began < 5
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == 30
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1.5", 1.5),
        ("0", 0),
        ("86400", 300),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_a_retry_after_that_is_no_integer_is_understood(server: Scripted, header: str, seconds: float | None) -> None:
    raised = failure(server, Answer(429, headers={"Retry-After": header}))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == seconds


def test_a_busy_answer_without_retry_after_says_so(server: Scripted) -> None:
    raised = failure(server, Answer(429))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_of_webex_is_unavailable_and_not_a_lost_answer(server: Scripted, status: int) -> None:
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
def test_a_success_that_is_no_object_is_refused(server: Scripted, content: object) -> None:
    assert rejected(server, Answer(200, content)).status == 200


@pytest.mark.parametrize(
    "step",
    [
        Drop(after_reading=False),
        Drop(),
        Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": '),
        Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_breaks_is_a_lost_answer(server: Scripted, step: Step, method: str) -> None:
    assert type(failure(server, step, method)) is AnswerLost
    assert server.connections == 1


def test_a_stalled_server_is_a_lost_answer_after_the_time_out(server: Scripted) -> None:
    began = time.monotonic()
    assert type(failure(server, Stall(), "GET")) is AnswerLost
    assert 0.9 < time.monotonic() - began < 5
    assert len(server.heard) == 1


def test_nobody_listening_is_a_lost_answer() -> None:
    with Scripted() as gone:
        address = gone.url
    with pytest.raises(AnswerLost):
        Connection(TOKEN, address).call("GET", "people/me")


def test_a_rejection_carries_status_codes_and_tracking_id(server: Scripted) -> None:
    body = {
        "message": "600011 BW EDUS is not enabled",
        "errors": [{"errorCode": 600029, "description": "a"}, {"errorCode": "6003"}, {"errorCode": "x"}, "?"],
        "trackingId": "T_1",
    }
    raised = rejected(server, Answer(400, body))
    assert (raised.status, raised.codes, raised.tracking_id) == (400, (600029, 6003, 600011), "T_1")
    assert "BW EDUS is not enabled" in str(raised)


def test_the_tracking_id_of_the_header_is_carried(server: Scripted) -> None:
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
def test_the_token_is_in_no_exception_and_in_no_log(
    server: Scripted, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    raised = failure(server, step)
    assert caplog.records, "the libraries below do log at this level"
    assert TOKEN not in caplog.text
    assert TOKEN not in str(raised) + repr(raised) + repr(vars(raised))
    assert TOKEN not in "".join(traceback.format_exception(raised))


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "žeton"])
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="access token") as raised:
        Connection(token, "http://127.0.0.1/v1/")
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize("base", ["", "webexapis.com/v1", "ftp://127.0.0.1/v1", "http://a:b@127.0.0.1/v1", "http://"])
def test_a_base_that_is_no_web_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base of the Webex API"):
        Connection(TOKEN, base)


def test_a_netrc_does_not_replace_the_token(
    server: Scripted, line: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script(OK)
    line.call("GET", "people/me")
    assert server.heard[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_one_thread_keeps_one_connection_alive(server: Scripted, line: Connection) -> None:
    server.script(OK, Answer(204), Answer(404), Answer(429), OK)
    line.call("GET", "people/me")
    line.call("DELETE", "messages/1")
    for _ in range(2):
        with pytest.raises(WebexFailure):
            line.call("POST", "messages")
    line.call("PUT", "messages/1")
    assert [heard.connection for heard in server.heard] == [1] * 5


def test_two_threads_have_two_connections(server: Scripted, line: Connection) -> None:
    server.script(*[OK] * 3)
    line.call("GET", "people/me")
    other = threading.Thread(target=line.call, args=("GET", "people/me"))
    other.start()
    other.join(10)
    line.call("GET", "people/me")
    assert [heard.connection for heard in server.heard] == [1, 2, 1]


def test_a_get_whose_kept_connection_breaks_is_asked_once_more(server: Scripted, line: Connection) -> None:
    server.script(OK, Drop(after_reading=False), OK)
    line.call("GET", "people/me")
    assert line.call("GET", "people/me") == {"id": "1"}
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_get_is_asked_once_more_but_not_twice(server: Scripted, line: Connection) -> None:
    server.script(OK, Drop(), Drop(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call("GET", "people/me")
    assert len(server.heard) == 3


def test_a_get_that_timed_out_is_not_asked_again(server: Scripted) -> None:
    line = Connection(TOKEN, server.url, timeout=1)
    server.script(OK, Stall(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call("GET", "people/me")
    assert len(server.heard) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_a_get_is_asked_again(server: Scripted, line: Connection, method: str) -> None:
    server.script(OK, Drop(), OK)
    line.call("GET", "people/me")
    with pytest.raises(AnswerLost):
        line.call(method, "messages")
    assert len(server.heard) == 2


def test_a_post_takes_a_new_connection_where_the_server_has_closed_the_old(server: Scripted, line: Connection) -> None:
    server.script(Answer(content={}, hang_up=True), OK)
    line.call("GET", "people/me")
    assert server.hung_up.wait(10)
    assert line.call("POST", "messages") == {"id": "1"}
    assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_connection_long_unused_is_not_trusted(
    server: Scripted, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script(OK, OK, OK)
    line.call("GET", "people/me")
    line.call("POST", "messages")
    monkeypatch.setattr(room, "IDLE_LIMIT", 0.0)
    line.call("POST", "messages")
    assert [heard.connection for heard in server.heard] == [1, 1, 2]


class Generated(RawIOBase):
    """A file that is nowhere: its bytes are made while it is read."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = cast(memoryview, memoryview(buffer))  # type: ignore[arg-type]
        count = min(len(view), self._left)
        view[:count] = b"x" * count
        self._left -= count
        return count


def upload_of(stream: Callable[[], object]) -> Upload:
    return Upload("licenses_ł.csv", cast("Callable[[], BytesIO]", stream))


def test_an_upload_tried_again_sends_every_byte_again(server: Scripted, line: Connection) -> None:
    content = b"Location,Ext\r\n" * 1000
    upload = upload_of(lambda: BytesIO(content))
    server.script(Answer(429, headers={"Retry-After": "0"}), Answer(content={"id": "1"}))
    with pytest.raises(RateLimited):
        line.upload("messages", {"roomId": "r"}, upload)
    assert line.upload("messages", {"roomId": "r", "markdown": "Żółw"}, upload) == {"id": "1"}
    for heard in server.heard:
        assert heard.size == int(heard.headers["Content-Length"])
        assert heard.body.count(content) == 1
        assert heard.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    again = server.heard[1].body
    assert b'name="markdown"\r\n\r\n' + "Żółw".encode() in again
    assert 'name="files"; filename="licenses_ł.csv"'.encode() in again
    assert b"Content-Type: text/csv" in again


def test_a_compressed_file_is_uploaded_with_the_length_it_has_when_read(
    server: Scripted, line: Connection, tmp_path: Path
) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(b"a,b\r\n" * 5000))
    server.script(OK)
    line.upload("messages", {"roomId": "r"}, upload_of(lambda: gzip.GzipFile(packed)))
    assert server.heard[0].body.count(b"a,b\r\n" * 5000) == 1


def test_an_upload_takes_little_memory_however_long_the_file(server: Scripted, line: Connection) -> None:
    size = 20_000_000
    server.script(OK, OK)
    line.call("GET", "people/me")
    tracemalloc.start()
    try:
        line.upload("messages", {"roomId": "r"}, upload_of(lambda: Generated(size)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert server.heard[1].size > size
    assert peak < 2_000_000


def pages(server: Scripted, line: Connection, link: str, **params: str) -> list[list[object]]:
    """The ids of both pages of a list whose first page has this link to the next."""
    server.script(
        Answer(content={"items": [{"id": 1}]}, headers={"Link": f'<{link}>; rel="next"'}),
        Answer(content={"items": [{"id": 2}, {"id": 3}]}),
    )
    return [[item["id"] for item in page] for page in line.pages("webhooks", params)]


def test_pages_are_followed_to_their_end(server: Scripted, line: Connection) -> None:
    assert pages(server, line, f"{server.url}webhooks?cursor=a%2Fb") == [[1], [2, 3]]
    assert server.heard[1].target == "/v1/webhooks?cursor=a%2Fb"


def test_a_relative_next_link_is_followed(server: Scripted, line: Connection) -> None:
    assert pages(server, line, "/v1/webhooks?cursor=2") == [[1], [2, 3]]
    assert server.heard[1].target == "/v1/webhooks?cursor=2"


def test_a_plus_sign_is_encoded_on_the_first_and_on_every_following_page(server: Scripted, line: Connection) -> None:
    for link in (
        "?cursor=2",
        "?spEnterpriseId=Reseller1+acme&cursor=2",
        "?spEnterpriseId=Reseller1%2Bacme&cursor=2",
    ):
        pages(server, line, link, spEnterpriseId="Reseller1+acme")
    for heard in server.heard:
        assert heard.raw_query.count("spEnterpriseId=Reseller1%2Bacme") == 1
        assert heard.query["spEnterpriseId"] == ["Reseller1+acme"]


def test_parameters_that_the_next_link_dropped_are_put_back(server: Scripted, line: Connection) -> None:
    pages(server, line, "?max=50&cursor=a+b%2F%3D&status=null", max="100", status="error", mentionedPeople="me")
    assert server.heard[1].raw_query == "max=50&cursor=a+b%2F%3D&status=error&mentionedPeople=me"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2:{port}/v1/webhooks?cursor=2",
        "http://127.0.0.1:1/v1/webhooks?cursor=2",
        "https://127.0.0.1:{port}/v1/webhooks?cursor=2",
        "//evil.example/v1/webhooks?cursor=2",
        "http://127.0.0.1:{port}@evil.example/v1/webhooks",
        "http://somebody:else@127.0.0.1:{port}/v1/webhooks",
        "http://evil.example\\@127.0.0.1:{port}/v1/webhooks",
        "http://127.0.0.1:{port}/v2/webhooks?cursor=2",
        "http://127.0.0.1:{port}/v1/../v2/webhooks",
        "http://127.0.0.1:{port}/v1/%2e%2e/v2/webhooks",
        "/webhooks?cursor=2",
        "http://127.0.0.1:port/v1/webhooks",
        "http://[/v1/webhooks",
        "file:///etc/passwd",
    ],
)
def test_a_next_link_that_leads_elsewhere_is_refused(server: Scripted, line: Connection, link: str) -> None:
    with pytest.raises(Rejected):
        pages(server, line, link.replace("{port}", server.origin.rpartition(":")[2]))
    assert len(server.heard) == 1


@pytest.mark.parametrize("links", [["?max=2"], [""], ["?cursor=2", "?cursor=3", "?cursor=2"], ["?cursor=2"] * 2])
def test_pages_that_go_in_a_circle_are_refused(server: Scripted, line: Connection, links: list[str]) -> None:
    for link in links:
        server.script(Answer(content={"items": []}, headers={"Link": f'<{link}>; rel="next"'}))
    server.script(*[Answer(content={"items": []}, headers={"Link": f'<{links[0]}>; rel="next"'})] * 3)
    with pytest.raises(Rejected, match="do not end"):
        list(line.pages("webhooks", {"max": "2"}))
    assert len(server.heard) <= len(links) + 1


def test_pages_without_end_are_refused(server: Scripted, line: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_PAGES", 5)
    for number in range(10):
        server.script(Answer(content={"items": []}, headers={"Link": f'<?cursor={number}>; rel="next"'}))
    with pytest.raises(Rejected, match="do not end"):
        list(line.pages("webhooks", {}))


@pytest.mark.parametrize(
    "content",
    [None, {}, [], {"items": None}, {"items": {}}, {"items": "ab"}, {"items": [{}, "x"]}, [{"id": 1}]],
)
def test_a_list_of_an_unexpected_shape_is_refused(server: Scripted, line: Connection, content: object) -> None:
    server.script(Answer(content=content))
    with pytest.raises(Rejected):
        list(line.pages("webhooks", {}))
