"""The table of a sync's errors: Webex's words as they came, ours beside them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.csv_file import compressed_csv, opened, unguarded
from bot.replies.sync_errors import CSV_HEADER, csv_rows
from bot.webex.sync_error_codes import MEANINGS

CODES = st.sampled_from([*MEANINGS, 6003]) | st.integers()
WRITABLE = st.characters(codec="utf-8")
ERRORS = st.lists(st.tuples(CODES, st.text(WRITABLE) | st.text(alphabet="'=+-@\t\r\n\",＝ a")), max_size=20)


def test_the_header_says_what_each_cell_is() -> None:
    assert CSV_HEADER == ("Code", "Webex says", "What it means", "Who can mend it", "What to do")


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_a_known_error_has_its_meaning_who_can_fix_it_and_advice(code: int) -> None:
    known = MEANINGS[code]
    assert list(csv_rows([(code, "no way")])) == [
        (str(code), "no way", known.explanation, str(known.who_can_fix), known.advice),
    ]


def test_an_unknown_code_has_no_meaning_and_goes_to_the_provider() -> None:
    ((code, words, means, who, advice),) = csv_rows([(6003, "Connection refused")])
    assert (code, words, means) == ("6003", "Connection refused", "")
    assert who == "your service provider"
    assert advice == "Send this code with the tracking id to your service provider."


@given(ERRORS)
def test_every_error_is_a_row_in_webexs_order(errors: list[tuple[int, str]]) -> None:
    table = list(csv_rows(errors))
    assert [row[:2] for row in table] == [(str(code), words) for code, words in errors]
    assert {len(row) for row in table} <= {len(CSV_HEADER)}


@given(ERRORS)
def test_the_file_keeps_webexs_words_exactly(errors: list[tuple[int, str]]) -> None:
    with opened(compressed_csv(CSV_HEADER, csv_rows(errors))) as stream:
        read = list(csv.reader(io.StringIO(stream.read().decode("utf-8-sig"), newline=""), strict=True))
    assert tuple(read[0]) == CSV_HEADER
    assert [(unguarded(row[0]), unguarded(row[1])) for row in read[1:]] == [(str(c), words) for c, words in errors]
