"""Webex's errors of a sync, explained."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.formatting.escape import plain
from bot.formatting.limits import cut
from bot.webex.sync_error_codes import UNKNOWN_ADVICE, ErrorKind, WhoCanFix, meaning

_MORE = "- and {n} more"


def explained(errors: Sequence[tuple[int, str]], room: int, *, public: bool = False) -> str:
    """List what the errors mean and what to do, in at most `room` bytes; empty if not even the count fits.

    A code is explained once; other errors with that code show only Webex's words. With `public` these are left out,
    since they may name people.
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
    if known.kind in (ErrorKind.BUSY, ErrorKind.IN_PROGRESS):  # nothing is broken
        return f"{known.explanation} {known.advice}"
    return f"{known.explanation} Who can fix it: {known.who_can_fix}. {known.advice}"


CSV_HEADER = ("Code", "Webex says", "What it means", "Who can mend it", "What to do")


def csv_rows(errors: Iterable[tuple[int, str]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each error, in Webex's order and with Webex's words as they came."""
    for code, description in errors:
        known = meaning(code)
        if known is None:
            yield str(code), description, "", WhoCanFix.OPERATOR.value, UNKNOWN_ADVICE
        else:
            yield str(code), description, known.explanation, known.who_can_fix.value, known.advice
