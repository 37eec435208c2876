"""A CSV of locations says the same however a spreadsheet saves it, and says where it cannot be understood."""

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.chat.message import Refusal
from bot.formatting.csv_file import guarded
from bot.locations import csv_reader, maxima
from bot.locations.csv_reader import Key, RequestedLocation, read
from storage.values.folding import fold

Encode = Callable[[str], bytes]

ENCODINGS: dict[str, Encode] = {
    "utf-8": str.encode,
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 big-endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-16 big-endian without a mark": lambda text: text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("windows-1252"),
}
HEADERS = {
    Key.SERVICE_ID: ["Service ID", "service id", "SERVICE_ID", "Service-ID", " Service  Id "],
    Key.EMAIL: ["Email", "E-mail", "E-MAIL"],
    Key.EXT: ["Ext", "Extension", "EXT"],
}
LATIN = "abcXYZ019äöüÄßéñ€“ '=+-@,;\"&"
"""Letters that Windows-1252 has, and those that mean something in a CSV."""


def cells(alphabet: str | None) -> st.SearchStrategy[str]:
    letters = st.text(alphabet, max_size=12) if alphabet else st.text(max_size=12)
    return letters.map(lambda text: " ".join("".join(c for c in text if c.isprintable() and c not in "\ufeff").split()))


def written(rows: Sequence[Sequence[str]], delimiter: str, ending: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return text.getvalue()


def refused(content: bytes | str) -> str:
    with pytest.raises(Refusal) as raised:
        read(content.encode() if isinstance(content, str) else content)
    assert "Nothing was changed" in raised.value.markdown
    return raised.value.markdown


def requested_by(content: bytes | str) -> list[tuple[str, str]]:
    found = read(content.encode() if isinstance(content, str) else content)
    return [(requested.given, requested.location) for requested in found.lines]


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, Key, list[tuple[str, str]]]:
    """A file as somebody's spreadsheet saves it, and what it says."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    alphabet = LATIN if encoding == "windows-1252" else None
    by = draw(st.sampled_from(list(Key)))
    pairs = draw(
        st.lists(st.tuples(cells(alphabet), cells(alphabet)), unique_by=lambda pair: csv_reader.folded_key(by, pair[0]))
    )
    pairs = [pair for pair in pairs if csv_reader.folded_key(by, pair[0])]
    columns = draw(st.permutations(["key", "location", "other", "more"]))
    heading = {"key": draw(st.sampled_from(HEADERS[by])), "location": "LOCATION", "other": "First Name", "more": "x"}
    rows = [
        [{"key": guarded(key), "location": guarded(place), "other": "a, b", "more": ""}[name] for name in columns]
        for key, place in pairs
    ]
    text = written(
        [[heading[name] for name in columns], *rows],
        draw(st.sampled_from(",;\t")),
        draw(st.sampled_from(["\r\n", "\n", "\r"])),
    )
    content = ENCODINGS[encoding](text)
    assume(encoding != "windows-1252" or not _is_utf_8(content) or content.isascii())
    return content, by, pairs


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(files())
def test_a_mapping_is_read_in_any_encoding_delimiter_and_columns(
    file: tuple[bytes, Key, list[tuple[str, str]]],
) -> None:
    content, by, pairs = file
    found = read(content)
    assert found.by is by
    assert [(requested.given, requested.location) for requested in found.lines] == pairs


@given(st.binary() | st.text(",;\t\"'\r\n10ab", max_size=60).map(lambda text: f"Ext,Location\n{text}".encode()))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with suppress(Refusal):
        read(content)


def test_line_numbers_count_blank_lines_and_line_breaks_in_cells() -> None:
    content = '\n\nExt,Location,"Note\nof two lines"\n1000,Bern,"a\nb"\n\n,,\n1001,Basel,\n'
    assert read(content.encode()).lines == (
        RequestedLocation(5, "1000", "1000", "Bern"),
        RequestedLocation(9, "1001", "1001", "Basel"),
    )


def test_the_key_is_the_service_id_then_the_email_then_the_extension() -> None:
    header, line = "Ext,E-mail,Service ID,Location", "1,a@b.example,ana@acme,Bern"
    assert read(f"{header}\n{line}\n".encode()).by is Key.SERVICE_ID
    assert read(f"{header.replace('Service ID', 'x')}\n{line}\n".encode()).by is Key.EMAIL
    assert requested_by(f"{header.replace('Service ID', 'x')}\n{line}\n") == [("a@b.example", "Bern")]


def test_the_guard_of_our_own_files_is_taken_off() -> None:
    assert requested_by("Ext,Location\n'+49,'=Bern\n") == [("+49", "=Bern")]


def test_a_line_that_names_the_delimiter_is_followed() -> None:
    assert requested_by("sep=;\r\nExt;Location\r\n1;Bern, CH\r\n") == [("1", "Bern, CH")]


def test_a_line_that_repeats_another_is_kept() -> None:
    said = "Service ID,Location\nANA@acme,Bern\nana@acme,Bern\n"
    assert requested_by(said) == [("ANA@acme", "Bern"), ("ana@acme", "Bern")]


def test_two_locations_for_one_person_are_refused_with_both_lines() -> None:
    said = refused("Email,Location\nANA@acme.example,Bern\nb@acme.example,\nana@acme.example,Basel\n")
    assert "Line 4: I expected `Bern` for Email `ANA@acme.example`, as in line 2, but found `Basel`" in said


def test_lines_without_a_key_are_kept_and_blank_ones_are_not() -> None:
    assert requested_by("Ext,Location,x\n,Bern,1\n,,\n,Basel,2\n,,3\n") == [("", "Bern"), ("", "Basel"), ("", "")]


def test_all_faults_that_fit_are_reported_at_once() -> None:
    said = refused("Ext,Location\n" + "".join(f"{number}\n" for number in range(1000)))
    assert "- Line 2: I expected 2 cells, as in the header, but found 1 cell, `0`" in said
    assert "- Line 3:" in said
    assert "more" in said
    assert len(said.encode()) < 7439


@pytest.mark.parametrize(
    "header", ["", "Location", "Ext", "Ext Location", "1000,Bern", "Name,Location", '"Ext,Location'], ids=repr
)
def test_a_header_without_both_columns_is_refused(header: str) -> None:
    said = refused(f"\n{header}\n" if header else "")
    assert "`Service ID`, `Email` and `Ext`" in said
    assert header.replace("`", "") in said


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert "expected one column `Location`, but found 2" in refused("Ext,Location,LOCATION\n1,a,b\n")
    assert "expected one column `Ext`" in refused("Ext,Extension,Location\n1,1,b\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"Ext,Location\n1,\x01\n", "not text"),
        (b"\xef\xbb\xbfExt,Location\n1,\xff\n", "encoding"),
        (b"Ext,Location\n1,\x81\n", "encoding"),
        (b"\xff\xfeE", "encoding"),
    ],
)
def test_a_file_that_is_not_text_is_refused_with_how_to_make_one(content: bytes, said: str) -> None:
    assert said in refused(content)
    assert "CSV UTF-8" in refused(content)


def test_the_limits_for_lines_and_letters_are_exact() -> None:
    lines = "".join(f"{number},x\n" for number in range(maxima.MAX_LINES - 1))
    assert len(read(("Ext,Location\n" + lines).encode()).lines) == maxima.MAX_LINES - 1
    assert "more than 100,000 lines" in refused("Ext,Location\n" + lines + "x,y\n")
    assert requested_by(f"Ext,Location\n1,  {'x' * 200}  \n") == [("1", "x" * 200)]
    assert "at most 200 characters, but found 201" in refused(f"Ext,Location\n1,{'x' * 201}\n")


def test_keys_are_folded_but_addresses_only_in_case() -> None:
    assert csv_reader.folded_key(Key.EXT, "Ł 1") == fold("l 1")
    assert csv_reader.folded_key(Key.EMAIL, "É@X.example") == "é@x.example"
