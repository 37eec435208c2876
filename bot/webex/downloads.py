"""Reading what Webex sends piece by piece, as far as it is wanted."""

import time

import requests

MAX_DOWNLOAD_SECONDS = 30.0
"""Seconds for all of it; each single wait is limited by the connection."""

_PIECE = 64 * 1024


def beginning(response: requests.Response, most: int) -> bytes:
    """The first `most` bytes of a body that is not read yet, all of it where it is shorter.

    Raises TimeoutError where that takes too long, and what requests raises where the connection breaks.
    """
    deadline = time.monotonic() + MAX_DOWNLOAD_SECONDS
    read = bytearray()
    for piece in response.iter_content(_PIECE):
        read += piece
        if len(read) >= most:
            break
        if time.monotonic() > deadline:
            raise TimeoutError("it comes too slowly")
    return bytes(read[:most])
