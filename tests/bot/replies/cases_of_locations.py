"""Every reply about locations, and about a file that an admin sends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.chat.message import MAX_FILE_BYTES
from bot.locations import csv_reader
from bot.locations import refusals as file_refusals
from bot.locations.csv_reader import Key, RequestedLocation
from bot.locations.decoding import lines_of
from bot.locations.matching import LineResult, Result, UploadResult
from bot.locations.maxima import (
    MAX_CELL_LENGTH,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FAULTS,
    MAX_LINE_LENGTH,
    MAX_LINES,
    MAX_ROW_LINES,
)
from bot.replies import locations, rate_limits
from tests.bot.replies.cases import Case, Sample, case, refused
from tests.bot.samples import NOW, ROSTER

_NOT_TEXT = {
    "an Excel workbook": b"PK\x03\x04",
    "an old Excel workbook": b"\xd0\xcf\x11\xe0",
    "a PDF": b"%PDF",
    "another file": b"\x01",
    "an unknown encoding": b"\x81",
}
_FAULTY = {
    "no header": "1001,Plano",
    "nothing in it": "",
    "two columns with one name": "Ext,Location,Location",
    "too few and too many cells": "Ext,Location\n1001\n1002,Plano,Dallas",
    "a quote inside a cell": 'Ext,Location\n1001,"Plano" North',
    "very many lines": "Ext,Location\n" + "1001\n" * MAX_FAULTS,
    "a long line": f"Ext,Location\n{',' * (MAX_LINE_LENGTH + 1)}",
    "a long row": f'Ext,Location\n1001,"{"Plano" * 1000}\n{"Plano" * 1000}"',
    "a row of many lines": f'Ext,Location\n1001,"Plano{chr(10) * (MAX_ROW_LINES + 1)}',
    "many columns": f"Ext,Location\n1001,Plano{',' * MAX_COLUMNS}",
    "a long cell": f"Ext,Location\n1001,Plano,{'x' * (MAX_CELL_LENGTH + 1)}",
    "a long location": f"Ext,Location\n1001,{'Building 7, second floor, ' * 9}".replace(", ", " "),
    "one person at two places": "Ext,Location\n1001,Plano\n1001,Dallas\n1002,\n1002,Plano",
}


def of_locations(sample: Sample) -> Iterator[Case]:
    acme, roster = sample.enterprise, replace(ROSTER, size=sample.number)
    for failed in (True, False):
        yield case(locations.none_yet, "failed" if failed else "not yet")(failed=failed)
    counts = {place: sample.number // 2 - at for at, place in enumerate(sample.places)} | {"": 1}
    yield case(locations.overview)(counts, sample.few, roster, acme, NOW)
    no_file = rate_limits.no_file(300, NOW + timedelta(minutes=25), NOW, acme)
    yield case(locations.overview, "no more files this hour")(counts, sample.few, roster, acme, NOW, no_file)
    yield case(locations.overview, "one of each")({"Plano": 1}, 1, replace(ROSTER, size=1), acme, NOW)
    yield case(locations.overview, "none")({}, 0, roster, acme, NOW)
    upload = _upload(sample)
    yield case(locations.changed)(upload, roster, acme, NOW)
    yield case(locations.changed, "no more files this hour")(upload, roster, acme, NOW, no_file)
    many = [LineResult(RequestedLocation(line, f"{1900 + line}", "", "Plano"), Result.UNKNOWN) for line in range(2, 15)]
    places = {f"Building {number}": 2 for number in range(1, 13)}
    yield case(locations.changed, "many lines")(UploadResult(Key.EXT, many, places), roster, acme, NOW)
    yield case(locations.changed, "no lines")(UploadResult(Key.EXT, [], {}), roster, acme, NOW)
    yield case(locations.counts)(upload.lines)
    for has_file in (False, True):
        yield case(locations.no_words, "a file" if has_file else "no file")(sample.typing("dallas"), has_file=has_file)
    yield from _files(sample)


def _upload(sample: Sample) -> UploadResult:
    if not sample.is_lifelike:
        words = sample.webex
        requested = RequestedLocation(sample.number, words, words, words)
        lines = [LineResult(requested, result, words, words, without_leading_zeros=True) for result in Result]
        new = dict.fromkeys(sample.places, sample.number)
        return UploadResult(Key.SERVICE_ID, lines * sample.many, new, dict.fromkeys(new, words))
    given = [
        ("1001", "Austn", Result.SET),
        ("1002", "Austn", Result.SET),
        ("1003", "", Result.CLEARED),
        ("1004", "Plano", Result.UNCHANGED),
        ("1999", "Plano", Result.UNKNOWN),
        ("", "Plano", Result.UNKNOWN),
        ("1007", "Plano", Result.AMBIGUOUS),
        ("110", "Plano", Result.AMBIGUOUS),
    ]
    lines = [
        LineResult(RequestedLocation(line, ext, ext, place), result, without_leading_zeros=ext == "110")
        for line, (ext, place, result) in enumerate(given, 2)
    ]
    return UploadResult(Key.EXT, lines, {"Austn": 2}, {"Austn": "Austin"})


def _files(sample: Sample) -> Iterator[Case]:
    if not sample.is_lifelike:
        fault = file_refusals.Fault(sample.number, "a header", file_refusals.quoted(sample.webex))
        yield case(file_refusals.faults)([fault] * sample.many)
    for when, text in _FAULTY.items():
        yield refused(file_refusals.faults, when, csv_reader.read, text.encode())
    yield case(file_refusals.quoted)(sample.meant)
    yield case(file_refusals.quoted, "nothing")("")
    for when, content in _NOT_TEXT.items():
        yield refused(file_refusals.not_text, when, lines_of, content)
    yield case(file_refusals.too_large)(MAX_FILE_BYTES)
    yield case(file_refusals.too_long)(MAX_LINES)
    yield case(file_refusals.too_many_cells)(MAX_CELLS)
    yield case(file_refusals.too_many_letters)()
    yield case(file_refusals.unsafe)()
    yield case(file_refusals.gone)()
    yield case(file_refusals.several)(2)
