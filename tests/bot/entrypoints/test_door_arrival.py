"""When a request is complete. gunicorn's own parser says what is right."""

from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser
from hypothesis import given
from hypothesis import strategies as st

from bot.entrypoints.door_arrival import MAX_BODY_BYTES, MAX_HEAD_BYTES, Arrival

HEAD = b"POST /webhooks HTTP/1.1\r\nHost: bot\r\n"
CONFIG = Config()

bodies = st.binary(max_size=60)
extensions = st.sampled_from([b"", b";a", b" ; a=b", b';a="b"'])
trailers = st.sampled_from([b"", b"X-A: b\r\n", b"X-A: b\r\nX-B: \r\n"])


@st.composite
def plain(draw: st.DrawFn) -> bytes:
    """A request with a length, or without a body."""
    body = draw(bodies)
    name = draw(st.sampled_from([b"Content-Length", b"content-length", b"CONTENT-LENGTH"]))
    length = b"%s:%s%d\r\n" % (name, draw(st.sampled_from([b"", b" ", b"\t "])), len(body))
    return draw(st.sampled_from([b"", b"\r\n"])) + HEAD + (length if body else b"") + b"\r\n" + body


@st.composite
def chunked(draw: st.DrawFn) -> bytes:
    """A request in chunks, with extensions and trailers."""
    chunks = b"".join(
        b"%x%s\r\n%s\r\n" % (len(chunk), draw(extensions), chunk)
        for chunk in draw(st.lists(st.binary(min_size=1, max_size=30), max_size=4))
    )
    coding = draw(st.sampled_from([b"Transfer-Encoding: chunked", b"transfer-encoding:chunked"]))
    return HEAD + coding + b"\r\n\r\n" + chunks + b"0" + draw(extensions) + b"\r\n" + draw(trailers) + b"\r\n"


class Source:
    """Bytes for gunicorn's parser; `is_cut` if it asked for more."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.is_cut = False

    def __iter__(self) -> "Source":
        return self

    def __next__(self) -> bytes:
        data, self._data = self._data, b""
        self.is_cut |= not data
        return data


def parsed(data: bytes) -> tuple[bool, bytes]:
    """Return whether gunicorn asks for more than this, and what it leaves."""
    source = Source(data)
    parser: Any = get_parser(CONFIG, source, ("127.0.0.1", 1))
    try:
        next(parser).body.read()
    except OSError:
        assert source.is_cut
        return True, b""
    return source.is_cut, parser.unreader.take_buffered()


@given(request=plain() | chunked(), after=st.sampled_from([b"", b"G", b"GET / HTTP/1.1\r\n\r\n"]), data=st.data())
def test_a_request_is_complete_exactly_when_gunicorn_needs_no_more(
    request: bytes, after: bytes, data: st.DataObject
) -> None:
    assert parsed(request + after) == (False, after)
    arrival, come = Arrival(), 0
    while come < len(request):
        assert not arrival.is_complete
        step = data.draw(st.integers(1, len(request) + len(after) - come))
        arrival.add((request + after)[come : come + step])
        come += step
    assert arrival.is_complete
    assert bytes(arrival) == (request + after)[:come]


@given(request=plain() | chunked())
def test_no_byte_less_is_complete(request: bytes) -> None:
    assert Arrival(request).is_complete
    assert not Arrival(request[:-1]).is_complete


@given(st.binary(max_size=200), st.sampled_from([b"", HEAD, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"]))
def test_no_bytes_at_all_break_it(noise: bytes, before: bytes) -> None:
    at_once, one_by_one = Arrival(before + noise), Arrival()
    for byte in before + noise:
        if not one_by_one.is_complete:
            one_by_one.add(bytes([byte]))
    assert one_by_one.is_complete == at_once.is_complete


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: %d" % (MAX_BODY_BYTES + 1),
        b"Content-Length: " + b"9" * 6000,
        b"Content-Length: -5",
        b"Content-Length: five",
    ],
)
def test_a_body_that_is_refused_is_not_waited_for(head: bytes) -> None:
    assert Arrival(HEAD + head + b"\r\n\r\n").is_complete


def test_a_body_of_the_longest_size_is_waited_for() -> None:
    arrival = Arrival(HEAD + b"Content-Length: %d\r\n\r\n" % MAX_BODY_BYTES)
    arrival.add(b"x" * (MAX_BODY_BYTES - 1))
    assert not arrival.is_complete
    arrival.add(b"x")
    assert arrival.is_complete


@pytest.mark.parametrize(
    "piece", [b"1\r\nx\r\n", b"fff\r\n" + b"x" * 0xFFF + b"\r\n", b"1;" + b"x" * 50, b"0\r\nX: y\r\n"]
)
def test_chunks_without_an_end_are_not_collected_for_ever(piece: bytes) -> None:
    arrival = Arrival(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not arrival.is_complete:
        arrival.add(piece)
        assert len(arrival) < 2 * MAX_BODY_BYTES


@pytest.mark.parametrize("size", [b"ffffffffff", b"", b"-1", b"0x1", b"g"])
def test_a_chunk_of_a_malformed_size_is_left_to_the_parser(size: bytes) -> None:
    assert Arrival(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\n").is_complete


def test_a_head_over_16_kib_is_too_large() -> None:
    end = b"\r\n\r\n"
    longest = HEAD + b"X: " + b"x" * (MAX_HEAD_BYTES - len(HEAD + b"X: " + end)) + end
    assert not Arrival(longest).is_head_too_large
    assert not Arrival(longest[:-1]).is_head_too_large
    assert Arrival(longest.replace(b"X: x", b"X: xx")).is_head_too_large
    assert Arrival(b"x" * (MAX_HEAD_BYTES + 1)).is_head_too_large


@pytest.mark.parametrize(
    ("request_head", "waits"),
    [
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", True),
        (HEAD + b"Content-Length: 2\r\nexpect:100-Continue\r\n\r\n", True),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nx", False),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nxx", False),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n", False),
        (HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), False),
        (HEAD.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", False),
        (HEAD + b"Content-Length: 2\r\n\r\n", False),
    ],
)
def test_only_a_client_that_waits_is_told_to_continue(request_head: bytes, waits: bool) -> None:
    assert Arrival(request_head).waits_for_continue == waits
