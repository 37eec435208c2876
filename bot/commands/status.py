"""`status`: how the last sync went, what happens now, and when the next is possible."""

from sqlalchemy.orm import Session

from bot import policy
from bot.command import Command
from bot.message import Asked, Refusal, Reply
from bot.replies import status as replies
from bot.replies.sync import Standing, no_arguments
from storage import inbox, outbox, rosters, syncs
from storage.records import SyncState


def run(session: Session, asked: Asked) -> Reply:
    """Put together what is known of the enterprise's syncs and roster."""
    if asked.arguments:
        raise Refusal(no_arguments(asked.arguments, "status"))
    enterprise = asked.enterprise
    active = syncs.active(session, enterprise.id)
    estimate = policy.estimate(*syncs.past_durations(session, enterprise.id, enterprise.cluster_id))
    named = asked.message.direct
    standing = (
        Standing(active, enterprise, syncs.place(session, active), estimate, named) if active is not None else None
    )
    completed = syncs.last_ended(session, enterprise.id, SyncState.COMPLETED)
    roster = rosters.current(session, enterprise.id)
    return Reply(
        replies.answer(
            enterprise=enterprise,
            standing=standing,
            last=syncs.last_ended(session, enterprise.id, *replies.ENDS),
            hold_until=policy.hold_until(completed, asked.settings.sync_hold),
            roster=roster,
            activation=rosters.facets(session, roster.id, "activation") if roster else {},
            now=asked.now,
            named=named,
            failed=(inbox.failed(session), outbox.failed(session)) if asked.asker.operator else (0, 0),
        )
    )


COMMAND = Command(
    name="status",
    usage="status",
    summary="how the last sync went, what happens now, and when the next is possible",
    details="Shows the sync under way, the last one and its result, until when the hold lasts, and how many "
    "licence holders have activated.",
    run=run,
)
