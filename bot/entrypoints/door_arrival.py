"""Says when a request has arrived completely, so that no thread waits for the rest of it."""

import re

MAX_HEAD_BYTES = 16 * 1024
"""The longest request line with headers: Webex's have about one KiB."""

MAX_BODY_BYTES = 64 * 1024
"""The longest body that is waited for. The app refuses a longer one as soon as it sees its length."""

_MAX_CHUNKED_BYTES = MAX_BODY_BYTES + 16 * 1024
"""The longest chunked body, with the sizes of its chunks."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"[0-9a-f]{1,8}(?=[ \t;\r])", re.IGNORECASE)
_LINE_END, _HEAD_END = b"\r\n", b"\r\n\r\n"


class Arrival:
    """The bytes of a request and of what follows it, so far.

    It only says when the request can be handled. gunicorn's parser reads it then, and refuses what is malformed. So a
    malformed request counts as complete.
    """

    def __init__(self, first: bytes = b"") -> None:
        self._bytes = bytearray(first)
        self._searched = 0
        self._head_size = 0
        self._size = 0
        """How many bytes the request needs, as far as that is known."""
        self._is_chunked = False
        self._is_complete = False
        self._look()

    def __len__(self) -> int:
        return len(self._bytes)

    def add(self, received: bytes) -> None:
        """Add what the client sent."""
        self._bytes += received
        self._look()

    def __bytes__(self) -> bytes:
        return bytes(self._bytes)

    @property
    def is_complete(self) -> bool:
        """Return whether nothing more is needed to handle the request."""
        return self._is_complete

    @property
    def is_head_too_large(self) -> bool:
        """Return whether the request line with headers is longer than any that is accepted."""
        return (self._head_size or len(self._bytes)) > MAX_HEAD_BYTES

    @property
    def waits_for_continue(self) -> bool:
        """Return whether the client sends the body only after it was told to continue."""
        if self._is_complete or not self._head_size or len(self._bytes) > self._head_size:
            return False
        head = self._bytes[: self._head_size]
        return _CONTINUE.search(head) is not None and b" HTTP/1.0\r\n" not in head[: head.find(_LINE_END) + 2]

    def _look(self) -> None:
        if not self._head_size:
            self._look_for_head()
        if self._head_size and not self._is_complete:
            self._is_complete = self._has_last_chunk() if self._is_chunked else len(self._bytes) >= self._size

    def _look_for_head(self) -> None:
        if not self._searched and self._bytes.startswith(_LINE_END):
            self._searched = len(_LINE_END)  # one empty line may stand before a request
        end = self._find(_HEAD_END)
        if end < 0:
            return
        self._head_size = self._size = self._searched = end + len(_HEAD_END)
        head = self._bytes[: self._head_size]
        self._is_chunked = _CHUNKED.search(head) is not None
        length = _LENGTH.search(head)
        if length is not None and int(length[1]) <= MAX_BODY_BYTES:
            self._size += int(length[1])

    def _has_last_chunk(self) -> bool:
        """Return whether the last chunk and the trailers are there. `_size` is where the next chunk begins."""
        while len(self._bytes) - self._head_size <= _MAX_CHUNKED_BYTES:
            if len(self._bytes) <= self._size:
                return False
            self._searched = max(self._searched, self._size)
            line_end = self._find(_LINE_END)
            if line_end < 0:
                return False
            size = _CHUNK_SIZE.match(self._bytes, self._size, line_end + 1)
            if size is None:
                return True
            if not int(size[0], 16):
                self._searched = max(self._searched, line_end)
                return self._find(_HEAD_END) >= 0
            self._size = line_end + int(size[0], 16) + 2 * len(_LINE_END)
        return True

    def _find(self, mark: bytes) -> int:
        """Return where the mark is, or -1. The next search does not look again at what has none."""
        place = self._bytes.find(mark, self._searched)
        if place < 0:
            self._searched = max(self._searched, len(self._bytes) - len(mark) + 1)
        return place
