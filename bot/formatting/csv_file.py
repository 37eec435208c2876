"""CSV files that spreadsheets open as they are meant: RFC 4180, UTF-8 with BOM, compressed, nothing that runs."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

_RUNS = "=+\\-@\t\r＝＋－＠"
_TO_GUARD = re.compile(f"'*[{_RUNS}]")
_GUARDED = re.compile(f"'+[{_RUNS}]")
MAX_CSV_BYTES = 100_000_000
"""Bytes that an attachment may have. Source: Webex's developer documentation on attachments, "up to 100 MB"."""

_CHUNK = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 4
"""Half the time of zlib's usual level, for a file a tenth larger that is kept for a while."""


def guarded(cell: str) -> str:
    """The cell with a `'` before it if a spreadsheet would run it.

    A cell that looks guarded already gets one more, so that `unguarded` always gives back what was there.
    """
    return "'" + cell if _TO_GUARD.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell


class CsvTooLarge(Exception):
    """A file would be larger than Webex takes."""


def compressed_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A whole CSV file, gzip-compressed; equal content gives equal bytes, and memory holds only those.

    Raises TooLarge as soon as it has more bytes than Webex takes, which counts them before they are compressed.
    """
    compressor = zlib.compressobj(_LEVEL, wbits=_GZIP)
    compressed, written = [], 0
    for chunk in _chunks(header, rows):
        written += len(chunk)
        if written > MAX_CSV_BYTES:
            raise CsvTooLarge(f"more than {MAX_CSV_BYTES:,} bytes")
        compressed.append(compressor.compress(chunk))
    return b"".join([*compressed, compressor.flush()])


def opened(compressed: bytes) -> BinaryIO:
    """A new stream of the file's own bytes."""
    return io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(compressed)))


def file_name(prefix: str, enterprise_key: str, now: datetime) -> str:
    """The name of a file made now: licenses_acme_20261122T101400Z.csv."""
    return f"{prefix}_{enterprise_key}_{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.csv"


def _chunks(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        if buffer.tell() >= _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return content
