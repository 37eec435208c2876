"""What is said about a license filter that cannot be understood: where, why, and what was probably meant."""

from collections.abc import Iterable

from bot.chat.message import Refusal
from bot.formatting.width import shortened, width

_CONTEXT = 20
_POINTED_AT = 24


def unknown_column(line: str, start: int, typed: str, whole: str, meant: str | None, known: Iterable[str]) -> Refusal:
    """A condition on a column that the table does not have; it may have been meant as a text to look for."""
    quoted = f'"{whole}"'
    in_quotes = "" if '"' in whole or width(quoted) > _POINTED_AT else f": {code(quoted)}"
    advice = f"Columns: {_list(known)}. To look for the text itself, put it in quotes{in_quotes}."
    said = f"There is no column {code(typed)}.{_did_you_mean(meant)}"
    return _refusal(said, line, start, start + len(typed), advice)


def unknown_sort_column(line: str, start: int, end: int, meant: str | None, known: Iterable[str]) -> Refusal:
    """An order by a column that the table does not have."""
    named = line[start:end].lstrip("-")
    said = f"I cannot sort by {code(named)}: there is no such column." if named else "Sort by which column?"
    advice = f"Columns: {_list(known)}. A `-` before one sorts descending."
    return _refusal(f"{said}{_did_you_mean(meant)}", line, start, end, advice)


def sorted_twice(line: str, start: int, end: int) -> Refusal:
    """A second `sort=`."""
    advice = "Name all columns in one: `sort=-last,location`."
    return _refusal("The order is given twice.", line, start, end, advice)


def sort_is_not_negated(line: str, start: int, end: int) -> Refusal:
    """`sort!=`, which means nothing."""
    advice = "For the opposite order write `sort=-last`."
    return _refusal("An order cannot be excluded.", line, start, end, advice)


def minus_before_sort(line: str, start: int, end: int) -> Refusal:
    """`-sort=last`, with the `-` that turns an order round in the wrong place."""
    advice = "To sort descending, write it before the column: `sort=-last`."
    return _refusal("The `-` stands before `sort`.", line, start, end, advice)


def no_column(line: str, start: int, end: int) -> Refusal:
    """An operator with nothing before it."""
    advice = "Write column and value together, without spaces: `location=Dallas`."
    return _refusal("A column is missing here.", line, start, end, advice)


def value_stands_apart(line: str, start: int, end: int) -> Refusal:
    """A space between `column:` and what looks like its value."""
    advice = "Write column and value together: `location:Dallas`. For empty cells write `location=`."
    return _refusal("There is a space before the value.", line, start, end, advice)


def operator_in_word(line: str, at: int) -> Refusal:
    """An operator in the midst of a bare word."""
    advice = 'To look for a text that has `=` or `:` in it, put all of it in quotes: `"10:30"`.'
    return _refusal(f"What stands before this {code(line[at])} is no column.", line, at, at + 1, advice)


def comma_between_conditions(line: str, at: int) -> Refusal:
    """A comma where a space belongs."""
    advice = (
        'Conditions are separated by spaces; a comma means "or". For "or empty" write `location=Dallas,""`. '
        "A value that looks like a condition goes in quotes."
    )
    return _refusal("After this comma comes another condition, not a value.", line, at, at + 1, advice)


def open_quote(line: str, at: int) -> Refusal:
    """A quote that is never closed."""
    advice = f"Close it with another {code(line[at])}. For a quote inside quotes, type it twice."
    return _refusal("This quote is not closed.", line, at, len(line), advice)


def empty_word(line: str, start: int, end: int) -> Refusal:
    """A bare word without letters."""
    advice = "For empty cells name the column: `location=`."
    return _refusal("An empty word is contained in everything.", line, start, end, advice)


def too_much(most: int) -> Refusal:
    """More comparisons than a database should be asked for at once."""
    return Refusal(
        f"That is too much for one filter: it would take more than {most} comparisons per license holder. "
        "Leave out some values, or name their column."
    )


def code(text: str) -> str:
    """A short text as inline code, unable to end it."""
    return f"`{_short(text.replace('`', chr(39)), _POINTED_AT) or ' '}`"


def _refusal(said: str, line: str, start: int, end: int, advice: str) -> Refusal:
    return Refusal(f"{said}\n{_pointed(line, start, end)}\n{advice}")


def _pointed(line: str, start: int, end: int) -> str:
    """The typed line around the fault, and carets under it, in a fence that the line cannot end."""
    line = line.replace("`", "'")
    before = line[max(start - _CONTEXT, 0) : start]
    if start > _CONTEXT:
        before = "…" + before
    token = _short(line[start:end], _POINTED_AT)
    after = _short(line[end:], _CONTEXT)
    carets = "^" * max(width(token), 1)
    return f"```\n{before}{token}{after}\n{' ' * width(before)}{carets}\n```"


def _short(text: str, columns: int) -> str:
    """The text in so many columns; letters that take none are not without end either."""
    return shortened(text[: 3 * columns], columns)


def _did_you_mean(meant: str | None) -> str:
    return f" Did you mean {code(meant)}?" if meant else ""


def _list(known: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in known)
