"""`cancel`: withdraw from a queued sync; an operator ends it for all."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import Refusal, Reply
from bot.replies import cancel as replies
from bot.replies.sync import no_arguments
from storage import clusters, enterprises, followers, syncs
from storage.values.records import Cause, Sync, SyncState


def run(session: Session, request: Request) -> Reply:
    """Take the asker off a queued sync, which ends when nobody remains; Webex cannot be stopped once it runs."""
    if request.arguments:
        raise Refusal(no_arguments(request.arguments, "cancel"))
    enterprise = enterprises.lock(session, request.enterprise.id)
    active = syncs.active(session, enterprise.id)
    if active is None:
        raise Refusal(replies.nothing(enterprise))
    clusters.lock(session, active.cluster_id)  # its own: the enterprise may have moved to another since
    if active.state is not SyncState.QUEUED:
        raise Refusal(replies.too_late(enterprise))
    if request.requester.operator:
        return _ended(session, request, active, Cause.ENDED_BY_OPERATOR, replies.ended_for_all(enterprise))
    if not followers.unfollow(session, active.id, request.requester.person_id):
        raise Refusal(replies.not_yours(active, enterprise, request.now, named=request.message.direct))
    if followers.of_sync(session, active.id):
        return Reply(replies.withdrawn(enterprise), noted=f"withdrew from sync {active.id}")
    return _ended(session, request, active, Cause.WITHDRAWN, replies.ended(enterprise))


def _ended(session: Session, request: Request, active: Sync, cause: Cause, markdown: str) -> Reply:
    following = syncs.cancel(session, active, cause, request.now)
    ended = syncs.get(session, active.id)
    changed = (ended,) if following is None else (ended, following)
    return Reply(markdown, changed=changed, noted=f"cancelled sync {ended.id}")


COMMAND = Command(
    name="cancel",
    usage="cancel",
    summary="withdraw from a sync that is still in the queue",
    details=(
        "Takes you off the list of a queued sync. It ends when nobody is left on it; an operator ends it for all, and "
        "they are told. A sync that Webex has begun cannot be stopped."
    ),
    run=run,
    reads_only=False,
)
