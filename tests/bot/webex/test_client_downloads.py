"""Files that come from Webex: whole, no more than is wanted, and the token goes nowhere else."""

import gzip
from datetime import timedelta

import pytest

from bot.webex import client
from bot.webex.client import WebexClient
from bot.webex.errors import AnswerLost, RateLimited, Rejected, TooLarge
from bot.webex.messaging import Webex
from bot.webex.urls import trusted_file_url
from tests.bot.webex.scripted import OK, TOKEN, Answer, Drop, Raw, Scripted

BASE = "https://webexapis.com/v1/"
PLAIN = {"Content-Type": "text/csv"}


def file_url(server: Scripted) -> str:
    return f"{server.url}contents/f1"


def test_a_file_is_read_whole_with_the_token(server: Scripted, line: WebexClient) -> None:
    content = bytes(range(256)) * 1000
    server.script(Answer(content=content, headers=PLAIN))
    assert Webex(line).file(file_url(server), len(content)) == content
    heard = server.heard[0]
    assert (heard.method, heard.target) == ("GET", "/v1/contents/f1")
    assert heard.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_file_over_the_limit_is_not_read_to_its_end(server: Scripted, line: WebexClient) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 200_000
    server.script(Raw(begun), Answer(content=b"x" * 101), OK)
    for _ in range(2):
        with pytest.raises(TooLarge):
            line.download(file_url(server), 100)
    assert line.call("GET", "people/me") == {"id": "1"}


@pytest.mark.parametrize("header", ["", "Content-Length: 5\r\n"], ids=["no length", "a false length"])
def test_the_size_limit_does_not_trust_the_content_length(server: Scripted, line: WebexClient, header: str) -> None:
    server.script(Raw(f"HTTP/1.1 200 OK\r\n{header}Connection: close\r\n\r\n".encode() + b"x" * 1000))
    if header:
        assert line.download(file_url(server), 100) == b"x" * 5
    else:
        with pytest.raises(TooLarge):
            line.download(file_url(server), 100)


def test_a_file_that_exceeds_the_limit_when_unpacked_is_refused(server: Scripted, line: WebexClient) -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    server.script(Answer(content=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TooLarge):
        line.download(file_url(server), 100_000)
    assert server.heard[0].headers["Accept-Encoding"] == "identity"


def test_half_a_file_is_a_lost_answer(server: Scripted, line: WebexClient) -> None:
    server.script(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"), OK)
    with pytest.raises(AnswerLost):
        line.download(file_url(server), 5000)
    assert line.call("GET", "people/me") == {"id": "1"}


def test_a_file_that_comes_too_slowly_is_a_lost_answer(
    server: Scripted, line: WebexClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_BODY_SECONDS", -1.0)
    server.script(Answer(content=b"x" * 1000))
    with pytest.raises(AnswerLost):
        line.download(file_url(server), 5000)


def test_a_download_is_repeated_if_its_kept_connection_breaks(server: Scripted, line: WebexClient) -> None:
    server.script(OK, Drop(), Answer(content=b"a,b"))
    line.call("GET", "people/me")
    assert line.download(file_url(server), 5) == b"a,b"


def test_a_file_that_is_being_scanned_is_rate_limited(server: Scripted, line: WebexClient) -> None:
    server.script(Answer(423, {"message": "scanning"}, {"Retry-After": "7"}))
    with pytest.raises(RateLimited) as raised:
        line.download(file_url(server), 100)
    assert raised.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [302, 404, 410, 428])
def test_a_file_that_is_not_given_out_is_rejected(server: Scripted, line: WebexClient, status: int) -> None:
    server.script(Answer(status, {"message": "m" * 100_000}, {"Location": f"{server.url}elsewhere"}), OK)
    with pytest.raises(Rejected) as raised:
        line.download(file_url(server), 100)
    assert raised.value.status == status
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://webexapis.com/v1/contents/1",
        "https://webexapis.com:443/v1/contents/1",
        "https://files-a.webexapis.com/contents/1",
        "https://api.ciscospark.com/v1/contents/1",
        "https://files.webex.com/1?a=b",
    ],
)
def test_the_token_goes_to_webex(address: str) -> None:
    assert trusted_file_url(address, BASE) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://webexapis.com/v1/contents/1",
        "https://webexapis.com:8443/v1/contents/1",
        "https://webexapis.com.evil.example/v1/contents/1",
        "https://evilwebexapis.com/v1/contents/1",
        "https://webexapis.com@evil.example/v1/contents/1",
        "https://evil.example\\.webexapis.com/v1/contents/1",
        "https://evil.example%2f.webexapis.com/1",
        "https://evil.example/?webexapis.com",
        "//webexapis.com/v1/contents/1",
        "/v1/contents/1",
        "file:///etc/passwd",
        "https://[webexapis.com/1",
        "https://webexapis.com:x/1",
        "",
    ],
)
def test_the_token_goes_nowhere_else(address: str, server: Scripted, line: WebexClient) -> None:
    with pytest.raises(Rejected):
        trusted_file_url(address, BASE)
    with pytest.raises(Rejected):
        line.download(address, 100)
    assert server.heard == []


def test_files_at_the_address_of_the_api_are_downloaded(server: Scripted) -> None:
    assert trusted_file_url(f"{server.url}contents/1", server.url) == f"{server.url}contents/1"
    with pytest.raises(Rejected):
        trusted_file_url("http://127.0.0.1:1/v1/contents/1", server.url)
