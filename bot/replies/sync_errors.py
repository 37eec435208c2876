"""Webex's errors of a sync, explained to whoever reads how it ended."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.formatting.escape import plain
from bot.formatting.limits import cut
from bot.webex.sync_error_codes import UNKNOWN_ADVICE, WhoCanFix, meaning

_MORE = "- and {n} more"


def explained(errors: Sequence[tuple[int, str]], room: int, *, public: bool = False) -> str:
    """A list of what the errors mean and what to do, in at most `room` bytes; empty where not even a count fits.

    What a code means is said once; another error with that code then shows only Webex's words. In `public` those are
    left out, since they may name people.
    """
    if public:
        errors = [(code, "") for code, _ in errors]
    items: list[str] = []
    told: set[int] = set()
    for (code, description), times in Counter(errors).items():
        often = f" ×{times:,}" if times > 1 else ""
        explanation = "as above." if code in told else _explanation(code)
        words = plain(description)
        items.append(f"- **{code}**{often}: {explanation}" + (f" Webex says: “{words}”" if words else ""))
        told.add(code)
    try:
        return cut(items, room, _MORE)
    except ValueError:
        return ""


def _explanation(code: int) -> str:
    known = meaning(code)
    if known is None:
        return f"I do not know this code. {UNKNOWN_ADVICE}"
    return f"{known.explanation} Who can mend it: {known.who_can_fix}. {known.advice}"


CSV_HEADER = ("Code", "Webex says", "What it means", "Who can mend it", "What to do")


def csv_rows(errors: Iterable[tuple[int, str]]) -> Iterator[tuple[str, ...]]:
    """One row per error, in Webex's order and with Webex's words as they came."""
    for code, description in errors:
        known = meaning(code)
        if known is None:
            yield str(code), description, "", WhoCanFix.OPERATOR.value, UNKNOWN_ADVICE
        else:
            yield str(code), description, known.explanation, known.who_can_fix.value, known.advice
