"""A file of locations has maxima. What exceeds one is refused by its name, before it costs time or memory."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.chat.message import MAX_FILE_BYTES, Refusal
from bot.locations import csv_reader, maxima, refusals
from bot.locations.csv_reader import Key, read

HEADER = "Ext,Location\n"
MANY = 4_900_000
LINES = 98_000

HOSTILE = {
    "one line of commas": HEADER + "," * MANY,
    "a header of commas": "Ext,Location" + "," * MANY,
    "commas in one quoted cell": f'{HEADER}1,"{"," * MANY}"',
    "commas over many lines": HEADER + ("," * 49 + "\n") * LINES,
    "commas over lines of carriage returns": HEADER + ("," * 49 + "\r") * LINES,
    "a quote that is never closed": f'{HEADER}1,"' + "x\n" * (LINES - 10),
    "line feeds": HEADER + "\n" * MANY,
    "carriage returns": HEADER + "\r" * MANY,
    "spaces": " " * MANY,
    "a separator line of spaces": "sep=," + " " * MANY,
    "quotes": HEADER + '"' * MANY,
    "guards": HEADER + "1," + "'" * MANY,
    "a fault in each line": HEADER + f"1,2,{'x' * 42}\n" * LINES,
}


@dataclass
class Work:
    """What a file makes the reader do."""

    cells: int = 0
    longest_row: int = 0
    letters: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Watch the work of the reader: the rows that the CSV module makes, and the letters that are compared."""
    done, real_reader, real_key = Work(), csv.reader, csv_reader.folded_key

    def reader(lines: Iterable[str], **options: Any) -> Iterator[list[str]]:
        for row in real_reader(lines, **options):
            done.cells += len(row)
            done.longest_row = max(done.longest_row, len(row) + sum(map(len, row)))
            yield row

    def key(by: Key, text: str) -> str:
        folded = real_key(by, text)
        done.letters += len(folded)
        return folded

    monkeypatch.setattr(csv, "reader", reader)
    monkeypatch.setattr(csv_reader, "folded_key", key)
    return done


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as found:
        read(content[:MAX_FILE_BYTES])
    assert "Nothing was changed" in found.value.markdown
    assert len(found.value.markdown.encode()) < 7439
    return found.value.markdown


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_before_it_is_worked_on(work: Work, what: str) -> None:
    refused(HOSTILE[what].encode())
    assert work.cells < 1_000
    assert work.longest_row <= 10_000
    assert work.letters < 10_000


def test_a_hostile_file_in_utf_16_is_refused_in_the_same_way(work: Work) -> None:
    for what in ("one line of commas", "commas in one quoted cell", "commas over many lines"):
        text = HOSTILE[what][: MANY // 2]
        assert refused(text.encode("utf-16")) == refused(text.encode())
        assert work.cells < 1_000


@pytest.mark.parametrize("content", [b"\0" * MANY, b",\0" * (MANY // 2), HEADER.encode() + b"\0" * MANY])
def test_a_file_of_zeros_is_refused_before_it_is_worked_on(work: Work, content: bytes) -> None:
    refused(content)
    assert work == Work()


def test_letters_that_stand_for_many_others_are_not_compared_without_end(work: Work) -> None:
    said = refused((HEADER + f"{chr(0xFDFA) * 17},x\n" * 90_000).encode())
    assert "too long to compare" in said
    assert work.letters < 3_000_000


def test_locations_of_such_letters_are_not_compared_without_end() -> None:
    locations = (f"{chr(0xFDFA) * 190}{number}" for number in range(8_000))
    said = refused((HEADER + "".join(f"{number},{place}\n" for number, place in enumerate(locations))).encode())
    assert "too long to compare" in said
    often = HEADER + f"1,{chr(0xFDFA) * 190}\n" * 8_000
    assert len(read(often.encode()).lines) == 8_000


@pytest.mark.parametrize(
    ("fits", "most", "unit"),
    [
        (lambda number: f"Ext,Location{',' * (number - 2)}\n1,x{',' * (number - 2)}\n", 100, "columns"),
        (lambda number: f"Ext,Location,x\n1,x,{'y' * number}\n", 1_000, "characters in a cell"),
        (lambda number: f'Ext,Location,x\n1,x,"{chr(10) * (number - 1)}"\n', 100, "lines in a row"),
    ],
)
def test_the_maxima_are_exact_and_named(fits: Callable[[int], str], most: int, unit: str) -> None:
    assert len(read(fits(most).encode()).lines) == 1
    with pytest.raises(Refusal) as refused:
        read(fits(most + 1).encode())
    assert f"at most {most:,} {unit}" in refused.value.markdown


def test_a_line_has_at_most_ten_thousand_characters() -> None:
    def of(length: int) -> bytes:
        notes = [",".join(["y" * 900] * 10), "y" * (length - 4 - 9_009 - 1)]
        return f"Ext,Location{',n' * 11}\n1,x,{','.join(notes)}\n".encode()

    assert len(read(of(10_000)).lines) == 1
    assert "Line 2: I expected at most 10,000 characters in a line, but found 10,001" in refused(of(10_001))


def test_a_header_with_other_separators_is_not_taken_for_one_long_cell() -> None:
    names = ";".join(f"Column number {number}" for number in range(90))
    assert len(names) > 1_000
    assert len(read(f"Ext;Location;{names}\n1;x\n".encode()).lines) == 1


def test_faults_are_worked_out_only_as_far_as_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def quoted(text: str) -> str:
        texts.append(text)
        return refusals.quoted(text)

    monkeypatch.setattr(csv_reader, "quoted", quoted)
    assert "then I stopped reading" in refused(HOSTILE["a fault in each line"].encode())
    assert len(texts) == maxima.MAX_FAULTS
