import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.formatting import csv_file
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name, guarded, opened, unguarded

_CELLS = st.text() | st.text(alphabet="'=+-@\t\r＝＋－＠ a\",\n")


def _content(compressed: bytes) -> bytes:
    with opened(compressed) as stream:
        return stream.read()


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(start: str) -> None:
    assert guarded(start + "1+1") == "'" + start + "1+1"


@pytest.mark.parametrize("cell", ["", "a=b", " =1", "'t Hooft", "0042", "a-b", "'", "\n=1"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell


@given(_CELLS)
@example("'=1")
@example("''＝1")
@example("'")
def test_the_guard_can_be_taken_off_exactly(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in {*"=+-@\t\r＝＋－＠"}


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=3), max_size=5))
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
