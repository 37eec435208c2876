import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.limits import cut, fits, size


def test_the_limit_is_in_bytes() -> None:
    assert fits("x" * 7439)
    assert not fits("x" * 7440)
    assert not fits("Ł" * 3720)


def test_lines_that_fit_are_not_cut() -> None:
    assert cut(["a", "b"], 3) == "a\nb"


def test_the_last_line_counts_what_was_left_out() -> None:
    assert cut(["line"] * 2000, 30) == "line\nline\nline\nand 1,997 more"
    assert cut(["long" * 10], 20, more="{n} not shown") == "1 not shown"


def test_at_most_the_given_number_of_lines_is_kept() -> None:
    assert cut(["a", "b"], unlisted=1) == "a\nb\nand 1 more"
    assert cut(["a", "b"]) == "a\nb"
    assert cut(["line"] * 5, 30, unlisted=4) == "line\nline\nline\nline\nand 5 more"


@given(st.lists(st.text(alphabet="aŁ東", max_size=20), max_size=12), st.integers(12, 80))
def test_as_many_lines_as_fit_are_kept(lines: list[str], limit: int) -> None:
    text = cut(lines, limit)
    assert size(text) <= limit
    if text != "\n".join(lines):
        kept = text.split("\n")[:-1]
        assert kept == lines[: len(kept)]
        assert text.split("\n")[-1] == f"and {len(lines) - len(kept)} more"
        longer = [*lines[: len(kept) + 1], f"and {len(lines) - len(kept) - 1} more"]
        assert size("\n".join(longer)) > limit


def test_a_limit_too_small_for_one_line_raises() -> None:
    with pytest.raises(ValueError, match="too few"):
        cut(["long line"], 3)
