"""What the bot says about a license filter that it cannot understand: what is wrong, where, and what to type."""

from collections.abc import Iterable

from bot.chat.message import Refusal
from bot.formatting.escape import inert
from bot.formatting.width import shortened, width

_CONTEXT = 20
"""Columns of the typed line shown on either side of the fault: with the fault they fit on a phone."""

_MAX_FAULT = 24
"""Columns shown of the fault itself."""


def unknown_column(line: str, start: int, typed: str, whole: str, meant: str | None, known: Iterable[str]) -> Refusal:
    """Refuse a condition on a column that the table does not have; it may be a text to search for."""
    quoted = f'"{whole}"'
    in_quotes = "" if '"' in whole or width(quoted) > _MAX_FAULT else f": {code(quoted)}"
    advice = f"Columns: {_list(known)}. To search for this text, put it in quotes{in_quotes}."
    said = f"There is no column {code(typed)}.{_did_you_mean(meant)}"
    return _refusal(said, line, start, start + len(typed), advice)


def unknown_sort_column(line: str, start: int, end: int, meant: str | None, known: Iterable[str]) -> Refusal:
    """Refuse to sort by a column that the table does not have."""
    named = line[start:end].lstrip("-")
    said = f"I cannot sort by {code(named)}: there is no such column." if named else "Which column should I sort by?"
    advice = f"Columns: {_list(known)}. A `-` before a column sorts in descending order."
    return _refusal(f"{said}{_did_you_mean(meant)}", line, start, end, advice)


def sorted_twice(line: str, start: int, end: int) -> Refusal:
    """Refuse a second `sort=`."""
    advice = "Put all columns into one: `sort=-last,location`."
    return _refusal("You typed `sort` twice.", line, start, end, advice)


def sort_is_not_negated(line: str, start: int, end: int) -> Refusal:
    """Refuse `sort!=`, which means nothing."""
    advice = "To sort in descending order, type `sort=-last`."
    return _refusal("`sort` does not work with `!=`.", line, start, end, advice)


def minus_before_sort(line: str, start: int, end: int) -> Refusal:
    """Refuse `-sort=last`: the `-` belongs to the column."""
    advice = "To sort in descending order, type it before the column: `sort=-last`."
    return _refusal("The `-` is in the wrong place.", line, start, end, advice)


def no_column(line: str, start: int, end: int) -> Refusal:
    """Refuse an operator with nothing before it."""
    advice = "Type column and value together, without spaces: `location=Dallas`."
    return _refusal(f"I expected a column name before {code(line[start:end])}.", line, start, end, advice)


def space_before_value(line: str, start: int, end: int) -> Refusal:
    """Refuse a space between `column:` and what looks like its value."""
    advice = "Type column and value together: `location:Dallas`. To find empty cells, type `location=`."
    return _refusal("There is a space before the value.", line, start, end, advice)


def operator_in_word(line: str, at: int) -> Refusal:
    """Refuse an operator inside a word that stands alone."""
    advice = 'To search for text with `=` or `:` in it, put all of it in quotes: `"10:30"`.'
    return _refusal(f"The text before this {code(line[at])} is not a column.", line, at, at + 1, advice)


def comma_between_conditions(line: str, at: int) -> Refusal:
    """Refuse a comma between two conditions."""
    advice = (
        'Separate conditions by spaces. A comma means "or". For "or empty", type `location=Dallas,""`. '
        "Put a value that looks like a condition in quotes."
    )
    return _refusal("After this comma I expected a value, but found a condition.", line, at, at + 1, advice)


def open_quote(line: str, at: int) -> Refusal:
    """Refuse a quote that is never closed."""
    advice = f"Close it with another {code(line[at])}. To search for a quote, type it twice inside quotes."
    return _refusal("This quote is not closed.", line, at, len(line), advice)


def empty_word(line: str, start: int, end: int) -> Refusal:
    """Refuse a word without letters; it has no length where a value is missing after a comma."""
    advice = "To find empty cells, name the column: `location=`."
    typed = line[start:end]
    said = f"{code(typed)} matches every cell." if typed else "I expected a value here."
    return _refusal(said, line, start, end, advice)


def too_many_comparisons(most: int) -> Refusal:
    """Refuse a filter that needs more comparisons than a database takes at once."""
    return Refusal(
        f"That filter is too long. I can make {most} comparisons for each license holder, and it needs more. "
        "Use fewer values, or name the column of each word: `last=smith`."
    )


def too_many_searches(most: int) -> Refusal:
    """Refuse a filter that looks for a part of a cell more often than is quick."""
    return Refusal(
        f"That filter takes too long. I can look for a part of a cell {most} times for each license holder, and it "
        "needs more. Use fewer values with `*`, or name the column of each word: `last=smith`."
    )


def code(text: str) -> str:
    """Return a short text as inline code that its own backticks cannot end, and that is no mention, tag or link."""
    return f"`{_short(_inert(text), _MAX_FAULT) or ' '}`"


def _refusal(said: str, line: str, start: int, end: int, advice: str) -> Refusal:
    return Refusal(f"{said}\n{_pointed(line, start, end)}\n{advice}")


def _pointed(line: str, start: int, end: int) -> str:
    """Return the typed line around the fault with carets under it, in a fence that the line cannot end."""
    line = _inert(line)
    before = line[max(start - _CONTEXT, 0) : start]
    if start > _CONTEXT:
        before = "…" + before
    token = _short(line[start:end], _MAX_FAULT)
    after = _short(line[end:], _CONTEXT)
    carets = "^" * max(width(token), 1)
    return f"```\n{before}{token}{after}\n{' ' * width(before)}{carets}\n```"


def _inert(text: str) -> str:
    return inert(text.replace("`", "'"))


def _short(text: str, columns: int) -> str:
    """Return the text in so many columns. Accents take no column, so the letters are limited too."""
    return shortened(text[: 3 * columns], columns)


def _did_you_mean(meant: str | None) -> str:
    return f" Did you mean {code(meant)}?" if meant else ""


def _list(known: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in known)
