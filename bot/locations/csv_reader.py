"""A CSV of locations as people send it, and the two that they get: the mapping, and what came of theirs."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.chat.message import Refusal
from bot.formatting.csv_file import unguarded
from bot.locations import refusals
from bot.locations.decoding import lines_of
from bot.locations.refusals import Fault, quoted
from storage.values.folding import address_key, fold

MAX_LINES = 100_000
MAX_LOCATION_LENGTH = 200
LOCATION = "Location"


class Key(StrEnum):
    """By what a line names its license holder: the column's header. The first that a file has counts."""

    SERVICE_ID = "Service ID"
    EMAIL = "Email"
    EXT = "Ext"


HEADER = (Key.SERVICE_ID.value, LOCATION)
"""Of the mapping as it is sent out."""

_COLUMNS = {
    "location": LOCATION,
    "serviceid": Key.SERVICE_ID,
    "email": Key.EMAIL,
    "ext": Key.EXT,
    "extension": Key.EXT,
}
_JOINTS = re.compile(r"[\s_-]+")
_DELIMITERS = ",;\t"
_NAMED_DELIMITER = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
_EXPECTED_HEADER = "a header with `Location` and one of `Service ID`, `Email` and `Ext`, such as `Service ID,Location`"


@dataclass(frozen=True, slots=True)
class RequestedLocation:
    """One line: the location it wants for whom it names, empty to clear it. A key that is missing is empty."""

    line: int
    given: str
    key: str
    location: str


@dataclass(frozen=True, slots=True)
class LocationUpload:
    """Every line of a file that is not blank; those with the same key want the same."""

    by: Key
    lines: tuple[RequestedLocation, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows below a header, and where in them the two columns are that count; `faults` fills as they are read."""

    rows: Iterator[tuple[int, list[str]]]
    faults: list[Fault]
    delimiter: str
    header: list[str]
    by: Key
    key_at: int
    location_at: int


def read(content: bytes) -> LocationUpload:
    """What a file wants; raises Refusal, which says where the file cannot be understood."""
    lines = lines_of(content)
    if len(lines) > MAX_LINES:
        raise Refusal(refusals.too_long(MAX_LINES))
    table = _table(lines)
    key_at, location_at, faults = table.key_at, table.location_at, table.faults
    wishes: list[RequestedLocation] = []
    firsts: dict[str, RequestedLocation] = {}
    for number, row in table.rows:
        cells = [_cell(raw) for raw in row]
        if not any(cells):
            continue
        fault = _fault(number, cells, table)
        if fault is not None:
            faults.append(fault)
            continue
        given, location = cells[key_at], cells[location_at]
        wish = RequestedLocation(number, given, comparable(table.by, given), location)
        wishes.append(wish)
        first = firsts.setdefault(wish.key, wish) if wish.key else wish
        if first.location != location:
            faults.append(Fault(number, _like(first, table.by), quoted(location)))
    if faults:
        raise Refusal(refusals.faults(faults), personal=True)
    return LocationUpload(table.by, tuple(wishes))


def comparable(by: Key, text: str) -> str:
    """What a license holder is named by, in the form that is compared."""
    return address_key(text) if by is Key.EMAIL else fold(text)


def _table(lines: list[str]) -> _Table:
    """Find the header, the first line that is not blank."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        raise Refusal(refusals.faults([Fault(1, _EXPECTED_HEADER, "nothing")]))
    named = _NAMED_DELIMITER.fullmatch(lines[start])
    delimiters = named[1] if named else _DELIMITERS
    start += 1 if named else 0
    for delimiter in delimiters:
        faults: list[Fault] = []
        rows = _rows(lines, start, delimiter, faults)
        number, row = next(rows, (start + 1, []))
        header = [_cell(raw) for raw in row]
        columns = _names(header)
        by = next((key for key in Key if key in columns), None)
        if by is None or LOCATION not in columns:
            continue
        for name in (LOCATION, by):
            if columns.count(name) > 1:
                raise Refusal(refusals.faults([Fault(number, f"one column `{name}`", str(columns.count(name)))]))
        return _Table(rows, faults, delimiter, header, by, columns.index(by), columns.index(LOCATION))
    there = lines[start].strip() if start < len(lines) else ""
    raise Refusal(refusals.faults([Fault(start + 1, _EXPECTED_HEADER, quoted(there))]), personal=True)


def _names(header: list[str]) -> list[str | None]:
    """Which column each of the header's cells names, None for those of no account."""
    return [_COLUMNS.get(_JOINTS.sub("", fold(cell))) for cell in header]


def _rows(lines: list[str], start: int, delimiter: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The rows from a line on that are not blank, with the number of their first line; ends at the first bad quote."""
    reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
    while True:
        number = start + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            there = quoted(lines[number - 1].strip())
            faults.append(Fault(number, "quotation marks only around whole cells, and doubled within", there))
            return
        if row:
            yield number, row


def _fault(number: int, cells: list[str], table: _Table) -> Fault | None:
    """What is wrong with a row that is not blank, for itself."""
    wide, location_at = len(table.header), table.location_at
    if any(cells[wide:]) or len(cells) <= max(table.key_at, location_at):
        count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
        return Fault(number, f"{wide} cells, as in the header", f"{count}, {quoted(table.delimiter.join(cells))}")
    if len(cells[location_at]) > MAX_LOCATION_LENGTH:
        there = f"{len(cells[location_at]):,}, {quoted(cells[location_at])}"
        return Fault(number, f"a location of at most {MAX_LOCATION_LENGTH} characters", there)
    return None


def _like(first: RequestedLocation, by: Key) -> str:
    """What a second line about the same license holder has to say."""
    named = f"{by} {quoted(first.given)}"
    if not first.location:
        return f"no location for {named}, as in line {first.line:,}"
    return f"{quoted(first.location)} for {named}, as in line {first.line:,}"


def _cell(raw: str) -> str:
    return " ".join(unguarded(" ".join(raw.split())).split())
