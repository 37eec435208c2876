"""Writes CSV files that spreadsheets open correctly: RFC 4180, UTF-8 with BOM, no formulas that run; compressed."""

import csv
import gzip
import io
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

_RUNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
"""Signs that begin a formula: plain, full-width and small ones, and the minus of mathematics."""

_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_SEPARATES = frozenset(",;|\t" + _LINE_BREAKS)
"""Signs behind which some program begins a new cell. Spreadsheets of many countries split a CSV at `;`."""

_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters of Korean that show nothing."""

_PLAIN = re.compile(rf"(?:[^\W{_FILLERS}][^{''.join(_SEPARATES)}]*+)?\Z")
"""Nearly every cell: it is empty, or it begins with a letter or digit and has no separator."""

_ONLY_START_RUNS = re.compile(rf"[{re.escape(_RUNS)}][^{''.join(_SEPARATES)}]*+\Z")
"""A frequent kind of cell, such as a phone number: it begins with a sign that runs, and has no separator."""

_UNSEEN = frozenset(_FILLERS + "\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0000, 0xE1000))
)
"""What shows nothing, besides spaces and what Unicode calls control and format characters."""

_MAY_RUN = re.compile(f"[{re.escape(_RUNS)}\t\r]")

MAX_CSV_BYTES = 100_000_000
"""Bytes that an attachment may have. Source: Webex's developer documentation on attachments, "up to 100 MB"."""

_CHUNK = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 4
"""Compression level: half the time of zlib's default level, for a file that is a tenth larger."""


def guarded(cell: str) -> str:
    """Return the cell with a `'` in each place where a spreadsheet would begin to run it as a formula.

    The places are the start of the cell, and behind each sign that separates cells somewhere. Spaces, quotes and what
    nobody sees may stand between the place and the formula. What looks guarded already gets one more `'`, so that
    `unguarded` always returns the original.
    """
    if cell.isalnum() or _PLAIN.match(cell):
        return cell
    return f"'{cell}" if _ONLY_START_RUNS.match(cell) else "'".join(_parts_that_run(cell))


def unguarded(cell: str) -> str:
    """Return the cell as it was before `guarded`."""
    first, *parts = _parts_that_run(cell)
    return first + "".join(part.removeprefix("'") for part in parts)


def _parts_that_run(cell: str) -> list[str]:
    """Return the cell, cut in front of each place where a formula would begin. A `'` in front of it changes nothing."""
    if not _MAY_RUN.search(cell):
        return [cell]
    parts, runs, end = [], False, len(cell)
    for place in range(len(cell) - 1, -1, -1):
        sign = cell[place]
        runs = sign in _RUNS or (runs and _is_skipped(sign))
        if runs and place and cell[place - 1] in _SEPARATES:
            parts.append(cell[place:end])
            end = place
    starts = runs or cell.lstrip("'")[:1] in ("\t", "\r")
    return [*([""] if starts else []), cell[:end], *reversed(parts)]


def _is_skipped(sign: str) -> bool:
    """Return whether a program may ignore this sign in front of a formula."""
    return sign in "'\"" or sign.isspace() or sign in _UNSEEN or unicodedata.category(sign) in ("Cc", "Cf")


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
