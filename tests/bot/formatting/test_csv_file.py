import csv
import io
import re
import tracemalloc
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.formatting import csv_file
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name, guarded, opened, unguarded

RUNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"
INVISIBLE = ' \t\u00a0\u3000\ufeff\u200b\u202e\u00ad\u3164\u2800\ufe0f\U000e0041\0\x1f"'
CELLS = st.text() | st.text(alphabet=f"{RUNS}{LINE_BREAKS}{INVISIBLE}',;|a0", max_size=12)


def runs(cell: str) -> bool:
    """Whether a spreadsheet may run this cell, if it ignores quotes, spaces and what nobody sees in front."""
    for letter in cell:
        unseen = letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf") or letter in INVISIBLE
        if not unseen:
            return letter in RUNS
    return False


def cells_of(text: str, delimiter: str, *, strict: bool) -> Iterator[str]:
    """The cells that a program reads in a text which splits at this delimiter; none behind what it finds wrong."""
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict):
            yield from row


def _content(compressed: bytes) -> bytes:
    with opened(compressed) as stream:
        return stream.read()


@pytest.mark.parametrize("start", [*RUNS, "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(start: str) -> None:
    assert guarded(start + "1+1") == "'" + start + "1+1"


@pytest.mark.parametrize("before", [*INVISIBLE, ' \ufeff" ', "'"])
def test_what_nobody_sees_in_front_of_a_formula_does_not_hide_it(before: str) -> None:
    assert not runs(guarded(before + "=1"))
    assert guarded(before + "=1").startswith("'")


@pytest.mark.parametrize("separator", [*",;|\t", *LINE_BREAKS])
def test_a_formula_behind_a_separator_inside_of_a_cell_is_guarded(separator: str) -> None:
    assert guarded(f"a{separator}@SUM(1+1)") == f"a{separator}'@SUM(1+1)"
    assert guarded(f'a{separator} "\u200b=1{separator}b') == f"a{separator}' \"\u200b=1{separator}b"


@pytest.mark.parametrize(
    "cell", ["", "a=b", "'t Hooft", "0042", "a-b", "'", "Dallas, TX", "a@b.example", "(+1)", "é=1"]
)
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell


@given(CELLS)
@example("'=1")
@example("''＝1")
@example("'")
@example("a;'=1\n''@")
def test_the_guard_can_be_taken_off_exactly(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in {*RUNS, "\t", "\r"}


@settings(max_examples=500)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=3))
@example([["a;@SUM(1+1)*cmd|' /C calc'!A0;b", ""], ["x", 'y;"'], ["=1", "b"]])
def test_no_cell_runs_whichever_delimiter_a_program_reads_the_file_with(rows: list[list[str]]) -> None:
    text = _content(compressed_csv(["One", "Two"], rows)).decode("utf-8-sig")
    for delimiter in ",;\t|":
        split = [cell.strip('"') for cell in re.split(f"[{LINE_BREAKS}{re.escape(delimiter)}]", text)]
        read = [*cells_of(text, delimiter, strict=True), *cells_of(text, delimiter, strict=False), *split]
        assert [cell for cell in read if runs(cell)] == []


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=5))
def test_every_cell_comes_back_from_the_file(rows: list[list[str]]) -> None:
    content = _content(compressed_csv(["One", "Two"], rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert read[0] == ["One", "Two"]
    assert [[unguarded(cell) for cell in row] for row in read[1:]] == rows


def test_the_file_is_rfc_4180_in_utf_8_with_a_bom() -> None:
    rows = [['say "hi"', "a,b"], ["two\nlines", "Łódź"], ["=1", ""]]
    assert _content(compressed_csv(["A", "B"], rows)) == (
        b"\xef\xbb\xbf" + 'A,B\r\n"say ""hi""","a,b"\r\n"two\nlines",Łódź\r\n\'=1,\r\n'.encode()
    )


def test_a_file_without_rows_has_a_header() -> None:
    assert _content(compressed_csv(["A", "B"], [])) == b"\xef\xbb\xbfA,B\r\n"


def test_equal_content_gives_equal_bytes() -> None:
    one = compressed_csv(["A"], [["x"]] * 1000)
    assert one == compressed_csv(["A"], iter([["x"]] * 1000))
    assert one[:2] == b"\x1f\x8b"
    assert one[4:8] == bytes(4)


def test_a_large_file_is_never_in_memory_as_a_whole() -> None:
    def rows() -> Iterator[list[str]]:
        for number in range(20_000):
            yield [f"person {number}", "x" * 200]

    tracemalloc.start()
    compressed = compressed_csv(["A", "B"], rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(_content(compressed)) > 4_000_000
    assert peak < 1_500_000


def test_a_cell_with_half_a_surrogate_pair_does_not_stop_the_file() -> None:
    assert _content(compressed_csv(["A"], [["x\ud800"]])).endswith(b"x?\r\n")


def test_the_file_is_named_after_its_enterprise_and_its_time_in_utc() -> None:
    moment = datetime(2026, 11, 22, 10, 14, 0, tzinfo=UTC)
    assert file_name("licenses", "acme", moment) == "licenses_acme_20261122T101400Z.csv"
    chicago = moment.astimezone(timezone(timedelta(hours=-6)))
    assert file_name("licenses", "acme", chicago) == "licenses_acme_20261122T101400Z.csv"


def test_a_file_may_have_exactly_the_size_that_webex_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("a" * 90, str(number)) for number in range(5000)]
    size = len(_content(compressed_csv(("A", "B"), rows)))
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", size)
    assert len(_content(compressed_csv(("A", "B"), rows))) == size
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", size - 1)
    with pytest.raises(CsvTooLarge):
        compressed_csv(("A", "B"), rows)


def test_a_file_that_is_too_large_stops_before_all_rows_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", 200_000)
    rows = iter([("a" * 100,)] * 100_000)
    with pytest.raises(CsvTooLarge):
        compressed_csv(("A",), rows)
    assert len(list(rows)) > 90_000
