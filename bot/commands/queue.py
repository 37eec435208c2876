"""`queue`: the queue of every cluster, for operators."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import queue as replies
from bot.replies.help import no_arguments
from bot.services import provider_access
from storage import clusters, enterprises, syncs


def run(session: Session, request: Request) -> Reply:
    """List the syncs that run and that wait on every cluster."""
    if request.arguments:
        raise Refusal(no_arguments("queue"))
    queues = syncs.by_cluster(session)
    waiting = enterprises.by_ids(session, {sync.enterprise_id for queue in queues.values() for sync in queue})
    notice = provider_access.notice(session, request, provider_access.FOR_SYNCS)
    name = file_name("queues", "all", request.now)
    content = compressed_csv(replies.CSV_HEADER, replies.csv_rows(queues, waiting))
    return Reply(
        replies.answer(queues, clusters.paused(session, request.now), waiting, request.now, notice),
        attachment=Attachment(name, content) if queues else None,
        personal=True,
        audit_detail=quantity(sum(map(len, queues.values())), "sync"),
    )


COMMAND = Command(
    usage="queue",
    summary="which syncs are running and waiting on every cluster",
    details="Shows for every cluster the sync that is running or next, the syncs behind it, and how long they have "
    "waited. The whole list is attached as a CSV.",
    run=run,
    role=Role.OPERATOR,
    needs_enterprise=NeedsEnterprise.NEVER,
    takes_words=False,
)
