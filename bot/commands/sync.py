"""`sync`: have the contact directory synchronized, or join the sync that is under way."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import Refusal, Reply, Wait
from bot.filters.columns import ACTIVATED
from bot.replies import sync as replies
from bot.replies.help import no_arguments
from bot.services import provider_access
from bot.syncs import timing
from storage import clusters, enterprises, followers, history, queues, rosters, syncs, views
from storage.values.license_table import Term, View
from storage.values.records import Follower, SyncState

ROSTER_WAIT = timedelta(seconds=2)
"""How long the answer waits for a newer roster, if the known one shows nobody who has activated, or none is known."""


def run(session: Session, request: Request) -> Reply | Wait:
    """Queue a sync, or join the active one; refused while the hold lasts."""
    if request.arguments:
        raise Refusal(no_arguments("sync"))
    activation, without_email = _activation(session, request.enterprise.id)
    access_notice = provider_access.notice(session, request, provider_access.FOR_SYNCS)
    if not activation.get(ACTIVATED) and not request.already_waited and access_notice is None:
        return Wait(request.now + ROSTER_WAIT)
    enterprise = enterprises.lock(session, request.enterprise.id)
    clusters.lock(session, enterprise.cluster_id)
    message, sender = request.message, request.message.sender
    follower = Follower(sender.person_id, sender.email, message.room_id, message.direct, message.thread)
    active = syncs.active(session, enterprise.id)
    estimate = timing.estimate(*history.past_durations(session, enterprise.id, enterprise.cluster_id))
    if active is not None:
        is_new = followers.follow(session, active.id, follower, request.now)
        standing = replies.Standing(active, enterprise, queues.place(session, active), estimate, message.direct)
        said = replies.without_access(replies.joined(standing, request.now, new=is_new), access_notice, active)
        return Reply(said, audit_detail=f"joined sync {active.id}")
    held_until = timing.hold_until(
        history.last(session, enterprise.id, SyncState.COMPLETED), request.settings.sync_hold
    )
    if held_until is not None and request.now < held_until:
        raise Refusal(replies.held(held_until, request.settings.sync_hold, request.now, enterprise))
    accepted = syncs.accept(session, enterprise, sender.email, request.now)
    followers.follow(session, accepted.id, follower, request.now)
    standing = replies.Standing(accepted, enterprise, queues.place(session, accepted), estimate, message.direct)
    said = replies.accepted(standing, request.now, activation, without_email)
    return Reply(
        replies.without_access(said, access_notice, accepted),
        status_of_sync=accepted.id,
        audit_detail=f"sync {accepted.id}",
    )


def _activation(session: Session, enterprise_id: int) -> tuple[dict[str, int], int]:
    """Return how many license holders are at each step of activation, and how many have no e-mail address."""
    roster = rosters.current(session, enterprise_id)
    if roster is None:
        return {}, 0
    return views.facets(session, roster.id, "activation"), views.count(session, roster.id, _WITHOUT_EMAIL)


_WITHOUT_EMAIL = View((Term(("email",), (("",),)),))


COMMAND = Command(
    usage="sync",
    summary="ask Webex to synchronize the contact directory",
    details=(
        "Puts a directory sync in the queue. I tell you its place at once, keep that message up to date, and "
        "send every admin a message when the sync has ended.\n\n"
        "After a sync has completed, you can ask for the next one 24 hours later, unless the operators have set "
        "another time. While a sync is queued or running, `sync` joins it, and I tell you when it ends. While it is "
        "queued, `cancel` withdraws you from it."
    ),
    run=run,
    reads_only=False,
    takes_words=False,
)
