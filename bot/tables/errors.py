"""The errors of a sync as a table: Webex's words, and ours."""

from collections.abc import Iterable, Iterator

from bot.webex.sync_error_codes import UNKNOWN_ADVICE, Mender, meaning

HEADER = ("Code", "Webex says", "What it means", "Who can mend it", "What to do")


def rows(errors: Iterable[tuple[int, str]]) -> Iterator[tuple[str, ...]]:
    """One row per error, in Webex's order and with Webex's words as they came."""
    for code, description in errors:
        known = meaning(code)
        if known is None:
            yield str(code), description, "", Mender.OPERATOR.value, UNKNOWN_ADVICE
        else:
            yield str(code), description, known.means, known.mender.value, known.advice
