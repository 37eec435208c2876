"""`licenses`: the license holders of a view, as a table and as a CSV of exactly that view."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.command_line import plain_line
from bot.chat.message import Attachment, FileTooLarge, Refusal, Reply, Wait
from bot.filters import language
from bot.filters.advice import Advice
from bot.filters.columns import HEADER
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import license_summary
from bot.replies import licenses as replies
from bot.replies.license_summary import Summary
from bot.replies.licenses import About
from bot.services import rosters, suggestions
from bot.services.rosters import StaleReason
from storage import views
from storage.values.folding import fold
from storage.values.license_table import LicenseHolder

COUNT, REFRESH = "count", "refresh"


def run(session: Session, request: Request) -> Reply | Wait:
    """Answer from the roster. If it is too old, wait for a newer one first."""
    options, text = _options(plain_line(request.arguments))
    view = language.parse(text)
    source = rosters.source(session, request, refresh=REFRESH in options)
    if isinstance(source, Wait):
        return source
    failed = source.stale_reason is StaleReason.FAILED
    if source.roster is None:
        raise Refusal(replies.none_yet(failed=failed, access_notice=source.access_notice))
    stale = source.access_notice or (None if source.stale_reason is None else replies.failing(failed=failed))
    about = About(view, source.roster, request.enterprise, stale)
    return _counts(session, request, about) if COUNT in options else _export(session, request, about)


def _options(line: str) -> tuple[set[str], str]:
    """Return the options, which come first, each as a word of its own; and the rest, which is the filter."""
    options: set[str] = set()
    first, _, rest = line.partition(" ")
    while fold(first) in {COUNT, REFRESH} - options:
        options.add(fold(first))
        line = rest.strip()
        first, _, rest = line.partition(" ")
    return options, line


def _counts(session: Session, request: Request, about: About) -> Reply:
    summary = _summary(session, about)
    said = replies.counts(about, summary, _advice(session, about, summary), request.now)
    return Reply(said, personal=True, audit_detail="counts")


def _export(session: Session, request: Request, about: About) -> Reply:
    attachment = None
    if request.no_file is None:
        summary = Summary()
        content = _csv(session, about, summary)
        if summary.found:
            attachment = Attachment(file_name("licenses", about.enterprise.key, request.now), content)
    else:
        summary = _summary(session, about)
        first = views.cells(session, about.roster.id, about.view, most=license_summary.FIRST_ROWS)
        summary.first.extend(LicenseHolder(*row) for row in first)
    advice = _advice(session, about, summary)
    said = replies.answer(about, summary, advice, request.now, request.no_file)
    return Reply(said, attachment=attachment, personal=True, audit_detail=quantity(summary.found, "row"))


def _summary(session: Session, about: About) -> Summary:
    """Count the view without reading its rows."""
    return license_summary.of_groups(views.groups(session, about.roster.id, license_summary.COUNTED, about.view))


def _advice(session: Session, about: About, summary: Summary) -> Advice:
    return suggestions.advice(session, about.roster, about.view, nobody=not summary.found)


def _csv(session: Session, about: About, summary: Summary) -> bytes:
    """Return the view as a file. `summary` counts its license holders on the way, so the view is read once."""
    rows = summary.counting(views.cells(session, about.roster.id, about.view))
    try:
        return compressed_csv(HEADER, rows)
    except CsvTooLarge:
        half = suggestions.halving(session, about.roster, about.view)
        raise FileTooLarge(replies.too_large(about.view, half), personal=True) from None


COMMAND = Command(
    usage="licenses [count] [refresh] [filter] [sort=column]",
    summary="the license holders, filtered and sorted, as a table and a CSV",
    details=replies.GUIDE,
    run=run,
    exports=True,
)
