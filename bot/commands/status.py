"""`status`: how the last sync went, what happens now, and when the next is possible."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import FreshData, Refusal, Reply, Wait
from bot.replies import status as replies
from bot.replies.help import no_arguments
from bot.replies.sync import Standing
from bot.services import provider_access
from bot.syncs import timing
from storage import access_refusals, history, inbox, outbox, queues, rosters, syncs, views, webex_status
from storage.values.records import SyncState

STATUS_WAIT = timedelta(seconds=2)
"""How long the answer waits for Webex's status: people expect an answer at once, and Webex mostly takes less."""


def run(session: Session, request: Request) -> Reply | Wait:
    """Tell how the enterprise's syncs and roster stand, with what Webex says now if it says so in time."""
    if request.arguments:
        raise Refusal(no_arguments("status"))
    enterprise = request.enterprise
    reading = webex_status.get(session, enterprise.id)
    live = reading is not None and request.now - reading.as_of <= STATUS_WAIT
    access_notice = provider_access.notice(session, request, provider_access.FOR_ALL)
    is_readable = not access_refusals.current(session, provider_access.FOR_STATUS)
    if is_readable and not live and not request.already_waited:
        return Wait(request.now + STATUS_WAIT, FreshData.READING)
    active = syncs.active(session, enterprise.id)
    estimate = timing.estimate(*history.past_durations(session, enterprise.id, enterprise.cluster_id))
    named = request.message.direct
    completed = history.last(session, enterprise.id, SyncState.COMPLETED)
    roster = rosters.current(session, enterprise.id)
    known = replies.Known(
        enterprise=enterprise,
        standing=Standing(active, enterprise, queues.place(session, active), estimate, named) if active else None,
        last=history.last(session, enterprise.id, *history.ATTEMPT_STATES),
        last_success=completed,
        own=next(iter(webex_status.runs(session, enterprise.id, 1)), None),
        reading=reading,
        estimate=estimate,
        hold_until=timing.hold_until(completed, request.settings.sync_hold),
        roster=roster,
        activation=views.facets(session, roster.id, "activation") if roster else {},
        named=named,
        access_notice=access_notice,
        failed=(inbox.count_failed(session), outbox.count_failed(session)) if request.requester.is_operator else (0, 0),
    )
    return Reply(replies.answer(known, request.now, live=live))


COMMAND = Command(
    usage="status",
    summary="how the last sync went, what happens now, and when the next is possible",
    details="Shows the sync that is under way and how long it has run, the last attempt and the last success, "
    "Webex's own last sync, when you can ask for the next sync, and how many license holders have activated.",
    run=run,
    takes_words=False,
)
