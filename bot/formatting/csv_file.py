"""Writes CSV files that spreadsheets open correctly: RFC 4180, UTF-8 with BOM, no formulas that run; compressed."""

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
"""Compression level: half the time of zlib's default level, for a file that is a tenth larger."""


def guarded(cell: str) -> str:
    """Return the cell with a `'` before it if a spreadsheet would run it as a formula.

    A cell that looks guarded already gets one more `'`, so that `unguarded` always returns the original.
    """
    return "'" + cell if _TO_GUARD.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell as it was before `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell


class CsvTooLarge(Exception):
    """The file would be larger than Webex accepts."""


def compressed_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file compressed with gzip. Equal content gives equal bytes; memory holds only compressed rows.

    Raise CsvTooLarge as soon as there are more bytes, before compression, than Webex accepts.
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
    """Return a new stream of the uncompressed bytes."""
    return io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(compressed)))


def file_name(prefix: str, enterprise_key: str, now: datetime) -> str:
    """Return the name of a file made now: licenses_acme_20261122T101400Z.csv."""
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
