import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.formatting.chat_table import chat_table
from bot.formatting.limits import size
from bot.formatting.width import cell_text, padded, shortened, width
from bot.replies.licenses import license_table
from storage.values.license_table import LicenseHolder

_FLAGS = st.text(alphabet=st.characters(min_codepoint=0x1F1E6, max_codepoint=0x1F1FF))
_JOINED = st.text(alphabet="\u200d\ufe0f\U0001f3fd👩💻❤🏳🌈a ")
_MYANMAR = st.text(alphabet=st.characters(min_codepoint=0x1000, max_codepoint=0x109F))
_JAMO = st.text(alphabet=st.characters(min_codepoint=0x1100, max_codepoint=0x11FF))
_MANY_LETTERS_ONE_SIGN = _FLAGS | _JOINED | _MYANMAR | _JAMO
_HOSTILE = st.text() | st.text(alphabet="`\n\r\u202e\u2066\u2028東e\u0301️محa *_<@")


def test_columns_are_as_wide_as_their_cells() -> None:
    text, shown = chat_table([("Last", 10), ("Ext", 5)], [["Ruiz", "7"], ["O'Brien", "1001"]])
    assert text.splitlines() == ["```", "Last     Ext", "-------  ----", "Ruiz     7", "O'Brien  1001", "```"]
    assert shown == 2


def test_the_column_that_exceeds_its_share_most_is_shortened() -> None:
    text, _ = chat_table([("A", 5), ("B", 13)], [["a" * 30, "b" * 12]], width=20)
    assert text.splitlines()[3] == "aaaaa…  bbbbbbbbbbbb"


@given(st.lists(st.builds(LicenseHolder, _HOSTILE, ext=_HOSTILE, last_name=_HOSTILE, status=_HOSTILE), max_size=6))
def test_no_cell_breaks_the_table(holders: list[LicenseHolder]) -> None:
    text, shown = license_table(holders)
    lines = text.splitlines()
    assert shown == len(holders)
    if not holders:
        assert text == ""
        return
    assert len(lines) == len(holders) + 4
    assert lines[0] == lines[-1] == "```"
    assert text.count("`") == 6
    assert all(width(line) <= 60 for line in lines)
    assert not any(letter in text for letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(
    st.lists(st.lists(_HOSTILE, min_size=2, max_size=2), max_size=6),
    st.integers(0, 400),
    st.integers(4, 60),
)
def test_a_table_is_never_larger_than_allowed(rows: list[list[str]], most: int, wide: int) -> None:
    text, shown = chat_table([("A", 8), ("B", 8)], rows, width=wide, max_bytes=most)
    assert size(text) <= most
    assert shown == 0 or text.count("\n") == shown + 3
    assert (text == "") == (shown == 0)


def test_a_table_shows_as_many_of_the_first_rows_as_fit() -> None:
    rows = [[str(number) * 4] for number in range(9)]
    whole, _ = chat_table([("A", 4)], rows)
    text, shown = chat_table([("A", 4)], rows, max_bytes=size(whole) - 1)
    assert shown == 8
    assert "7777" in text
    assert "8888" not in text


def test_people_are_shown_last_name_first() -> None:
    holders = [
        LicenseHolder(
            "Dallas", "Premium", "u", str(n), "Ana", "Ruiz", "a@b.example", "Pending Email Input", "Not begun"
        )
        for n in range(2)
    ]
    text, shown = license_table(iter(holders))
    assert shown == 2
    lines = text.splitlines()
    assert lines[1].split() == ["Last", "First", "Ext", "Location", "Status"]
    assert lines[3] == "Ruiz  Ana    0    Dallas    Pending Email Input"


def test_long_names_leave_statuses_distinguishable() -> None:
    holders = [
        LicenseHolder("A long location", "", "", "100001", "Maximiliana", "Wolfeschlegelstein", "", status)
        for status in ("Pending Email Input", "Pending Email Validation")
    ]
    lines = license_table(holders)[0].splitlines()
    assert lines[3].rpartition("  ")[2] != lines[4].rpartition("  ")[2]


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("a\u200bb", 2), ("ｱ", 1), ("❤\ufe0f", 2)]
)
def test_width_counts_columns_not_letters(text: str, columns: int) -> None:
    assert width(text) == columns


@given(_HOSTILE, st.integers(1, 20))
def test_a_padded_cell_has_the_same_width_anywhere_in_a_row(text: str, columns: int) -> None:
    cell = padded(cell_text(text), columns)
    assert width(f"{cell}  {cell}") == 2 * columns + 2


def test_an_accent_without_a_letter_is_left_out() -> None:
    assert cell_text("\u0dcf\u0301Ana") == "Ana"


@given(_HOSTILE, st.integers(0, 20))
def test_shortened_and_padded_cells_have_the_right_width(text: str, columns: int) -> None:
    cell = cell_text(text)
    assert width(shortened(cell, columns)) <= columns
    assert width(padded(cell, columns)) == columns
    assert shortened(cell, width(cell)) == cell


@settings(max_examples=2000)
@given(_MANY_LETTERS_ONE_SIGN, st.integers(1, 20))
@example("\u1000\u102b\u1039", 3)
@example("\U0001612a", 1)
def test_letters_that_join_are_padded_to_the_exact_width(text: str, columns: int) -> None:
    cell = padded(cell_text(text), columns)
    assert width(cell) == columns
    assert width(f"{cell}  {cell}") == 2 * columns + 2


def test_a_cell_of_50000_flags_is_measured_within_a_tenth_of_a_second() -> None:
    began = time.process_time()
    text, _ = chat_table([("A", 20)], [["\U0001f1fa\U0001f1f8" * 25_000]])
    assert time.process_time() - began < 0.1
    assert width(text.splitlines()[3]) == 59


def test_right_to_left_names_do_not_swap_their_columns() -> None:
    assert cell_text("محمد").endswith("\u200e")
    assert shortened(cell_text("محمد" * 9), 5).endswith("…\u200e")


def test_at_most_three_accents_stay_on_a_letter() -> None:
    tower = cell_text("a" + "\u0338" * 50)
    assert sum(unicodedata.combining(letter) > 0 for letter in tower) == 3
