"""Files that go to Webex: whole, again if need be, and never whole in memory."""

import gzip
import tracemalloc
from collections.abc import Callable
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import cast

import pytest

from bot.webex.client import WebexClient
from bot.webex.errors import RateLimited
from bot.webex.models import FileUpload
from tests.bot.webex.scripted import OK, Answer, Scripted


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


def upload_of(stream: Callable[[], object]) -> FileUpload:
    return FileUpload("licenses_ł.csv", cast("Callable[[], BytesIO]", stream))


def test_an_upload_tried_again_sends_every_byte_again(server: Scripted, line: WebexClient) -> None:
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


def test_a_compressed_file_is_uploaded_uncompressed(server: Scripted, line: WebexClient, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(b"a,b\r\n" * 5000))
    server.script(OK)
    line.upload("messages", {"roomId": "r"}, upload_of(lambda: gzip.GzipFile(packed)))
    assert server.heard[0].body.count(b"a,b\r\n" * 5000) == 1


def test_an_upload_of_a_large_file_takes_little_memory(server: Scripted, line: WebexClient) -> None:
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
