import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.values.folding import fold, fold_pattern, sort_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Łódź", "lodz"),
        ("STRASSE", "Straße"),
        ("Ærøskøbing", "aeroskobing"),
        ("İSTANBUL", "istanbul"),
        ("ısı", "isi"),
        ("Þór Đặng", "thor dang"),
        ("Ħal Għaxaq", "hal ghaxaq"),
        ("Œuvre", "oeuvre"),
        ("O’Brien", "o'brien"),
        ("O´Brien", "o'brien"),
        ("“Bill”", '"bill"'),
        ("ＡＣＭＥ　７", "acme 7"),
        ("ﬁeld", "field"),
        ("Jean‑Luc", "jean-luc"),
        ("a\u00a0b\u2003 c\t", "a b c"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("e\u0301", "é"),
        ("Σίσυφος", "σισυφοσ"),
    ],
)
def test_texts_that_people_take_for_the_same_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_vowel_signs_are_not_removed_like_accents() -> None:
    assert fold("रवि") != fold("रव")


def test_folding_every_letter_twice_equals_folding_it_once() -> None:
    letters = map(chr, range(sys.maxunicode + 1))
    changing = [
        x for x in letters if unicodedata.normalize("NFKD", x) != x or x.casefold() != x or unicodedata.combining(x)
    ]
    once = fold(" ".join(f"x{letter}y" for letter in changing))
    assert fold(once) == once
    assert "\0" not in once


@given(st.text())
@example("\0")
@example("\u0345\u03b1")
def test_a_folded_text_stays_the_same_and_can_be_stored(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert "\0" not in once
    once.encode()


@given(st.text(), st.text())
def test_a_contained_text_folds_to_a_contained_text(before: str, text: str) -> None:
    assert fold(text) in fold(f"{before}{text}{before}")


def test_a_pattern_keeps_the_spaces_next_to_its_wildcards_only() -> None:
    assert fold_pattern(("  Van ", "\u00a0DER  ", " X ")) == ("van ", " der ", " x")
    assert fold_pattern((" Ä ",)) == ("a",)


_NUMBERED = st.lists(st.sampled_from(["a", "b", " ", "-"]) | st.integers(0, 10**30).map(str), max_size=6).map("".join)


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]", fold(text))
    # A number stands where its digits stand among the other letters: after a space or "-", before "a".
    return [(ord("5"), int(part), "") if part.isdigit() else (ord(part), 0, part) for part in parts]


@given(_NUMBERED, _NUMBERED)
@example("9", "10")
@example("007", "7")
@example("a9b", "a10")
def test_sort_keys_order_numbers_by_value(one: str, other: str) -> None:
    assert (sort_key(one) < sort_key(other)) == (_natural(one) < _natural(other))
    assert (sort_key(one) == sort_key(other)) == (_natural(one) == _natural(other))


def test_runs_of_digits_of_any_length_are_in_order() -> None:
    runs = ["1" * length for length in (5000, 100, 99, 11, 10, 9, 2, 1)]
    assert sorted(runs, key=sort_key) == sorted(runs, key=len)


@given(st.text())
def test_an_empty_cell_comes_first(text: str) -> None:
    assert sort_key("") == "" <= sort_key(text)
