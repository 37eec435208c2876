"""`cancel`: withdraw from a queued sync; an operator ends it for everybody."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import Refusal, Reply
from bot.replies import cancel as replies
from bot.replies.help import no_arguments
from bot.services import messages
from storage import clusters, enterprises, followers, syncs
from storage.values.records import Cause, Sync, SyncState


def run(session: Session, request: Request) -> Reply:
    """Take the requester off a queued sync, and end it if nobody remains. Webex cannot stop a sync that runs."""
    if request.arguments:
        raise Refusal(no_arguments("cancel"))
    enterprise = enterprises.lock(session, request.enterprise.id)
    active = syncs.active(session, enterprise.id)
    if active is None:
        raise Refusal(replies.nothing(enterprise))
    clusters.lock(session, active.cluster_id)  # the sync's own: the enterprise may have moved to another cluster
    if active.state is not SyncState.QUEUED:
        raise Refusal(replies.too_late(enterprise))
    if request.requester.is_operator:
        return _end(session, request, active, Cause.ENDED_BY_OPERATOR, replies.ended_for_all(enterprise))
    if not followers.unfollow(session, active.id, request.requester.person_id):
        raise Refusal(replies.not_yours(active, enterprise, request.now, named=request.message.direct))
    if followers.of_sync(session, active.id):
        return Reply(replies.withdrawn(enterprise), audit_detail=f"withdrew from sync {active.id}")
    return _end(session, request, active, Cause.WITHDRAWN, replies.ended(enterprise))


def _end(session: Session, request: Request, active: Sync, cause: Cause, markdown: str) -> Reply:
    following = syncs.cancel(session, active, cause, request.now)
    messages.show_head(session, following, request.now)
    ended = syncs.get(session, active.id)
    return Reply(markdown, changed_syncs=(ended,), audit_detail=f"cancelled sync {ended.id}")


COMMAND = Command(
    usage="cancel",
    summary="withdraw from a sync that is still in the queue",
    details=(
        "Withdraws you from a queued sync. The sync is cancelled when nobody waits for it any more. An operator "
        "cancels it for everybody, and I tell the people who wait for it. A sync that Webex has started cannot be "
        "stopped."
    ),
    run=run,
    reads_only=False,
    takes_words=False,
)
