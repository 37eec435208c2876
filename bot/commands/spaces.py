"""`spaces`: the group spaces that are linked, notified or trusted."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import spaces as replies
from bot.replies.help import no_arguments
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """List the spaces, with the enterprise of each."""
    if request.arguments:
        raise Refusal(no_arguments("spaces"))
    listed = spaces.find_all(session)
    by_id = enterprises.by_ids(session, {space.enterprise_id for space in listed})
    content = compressed_csv(replies.CSV_HEADER, replies.csv_rows(listed, by_id))
    return Reply(
        replies.listed(listed, by_id),
        attachment=Attachment(file_name("spaces", "all", request.now), content) if listed else None,
        personal=True,
        audit_detail=quantity(len(listed), "space"),
    )


COMMAND = Command(
    usage="spaces",
    summary="the group spaces of enterprises",
    details="Lists every group space that is linked to an enterprise, gets messages about its syncs or is trusted with "
    "its data. The whole list is attached as a CSV.",
    run=run,
    role=Role.OPERATOR,
    needs_enterprise=NeedsEnterprise.NEVER,
    takes_words=False,
)
