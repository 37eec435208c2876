"""`licenses`: the licence holders of a view, as a table and as exactly that view in a CSV."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import filters, suggestions
from bot.command import Command
from bot.message import Asked, Attachment, Fresh, Refusal, Reply, Wait
from bot.replies import licenses as replies
from bot.tables import summary
from bot.tables.columns import HEADER
from bot.tables.csvfile import TooLarge, compressed_csv, file_name
from bot.tables.summary import Summary
from bot.tokens import plain_line
from storage import rosters, views
from storage.folding import fold
from storage.records import Roster, View

PATIENCE = timedelta(seconds=8)
LONG_PATIENCE = timedelta(hours=1)
"""For a reading without which there is no answer, once whoever asked was told of it."""

COUNT, REFRESH = "count", "refresh"


def run(session: Session, asked: Asked) -> Reply | Wait:
    """Answer from the roster, once it is fresh enough or cannot be had fresher."""
    words, text = _words(plain_line(asked.arguments))
    view = filters.parse(text)
    enterprise = asked.enterprise
    roster = rosters.current(session, enterprise.id)
    fresh = roster is not None and asked.now - (roster.read_at or roster.asked_at) <= _oldest(asked, words)
    if not fresh and not asked.waited:
        return Wait(asked.now + PATIENCE, _wanted(words))
    last = rosters.last(session, enterprise.id)
    failed = last is not None and last.state == rosters.FAILED
    if not (fresh or failed or asked.told) and (roster is None or REFRESH in words):
        return Wait(asked.now + LONG_PATIENCE, _wanted(words), replies.reading(0))
    if roster is None:
        raise Refusal(replies.none_yet(failed=failed))
    attachment: Attachment | None = None
    if COUNT in words:
        found = summary.of_groups(views.groups(session, roster.id, summary.COUNTED, view))
    else:
        found = Summary()
        attachment = Attachment(file_name("licenses", enterprise.key, asked.now), _csv(session, roster, view, found))
    about = replies.About(view, roster, enterprise, None if fresh else replies.failing(failed=failed))
    instead = suggestions.of_nobody(session, roster, view) if not found.found else None
    return Reply(
        replies.counts(about, found, instead, asked.now)
        if attachment is None
        else replies.answer(about, found, instead, asked.now),
        attachment=attachment,
        personal=True,
        noted=f"{found.found} rows" if attachment else "counts",
    )


def _words(line: str) -> tuple[set[str], str]:
    """The words of the command that stand first, each alone; and the filter, which is the rest."""
    words: set[str] = set()
    first, _, rest = line.partition(" ")
    while fold(first) in {COUNT, REFRESH} - words:
        words.add(fold(first))
        line = rest.strip()
        first, _, rest = line.partition(" ")
    return words, line


def _wanted(words: set[str]) -> Fresh:
    return Fresh.WHOLE_ROSTER if REFRESH in words else Fresh.ROSTER


def _oldest(asked: Asked, words: set[str]) -> timedelta:
    """How old a roster may be that is answered from without a word about it."""
    waited = PATIENCE if asked.waited else timedelta(0)
    return waited if REFRESH in words else max(asked.settings.roster_max_age, waited)


def _csv(session: Session, roster: Roster, view: View, found: Summary) -> bytes:
    """The view as a file; its licence holders are counted on their way there, so that it is looked for once."""
    rows = found.counting(views.cells(session, roster.id, view))
    try:
        return compressed_csv(HEADER, rows)
    except TooLarge:
        raise Refusal(replies.too_large(suggestions.halving(session, roster, view))) from None


COMMAND = Command(
    name="licenses",
    usage="licenses [count] [refresh] [filter] [sort=column]",
    summary="the licence holders, filtered and sorted, as a table and a CSV",
    details=replies.GUIDE,
    run=run,
)
