"""`spaces`: the group spaces that are for enterprises."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, Who, never
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import compressed_csv, file_name
from bot.replies import spaces as replies
from bot.replies.sync import no_arguments
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """List them, with what they are for."""
    if request.arguments:
        raise Refusal(no_arguments(request.arguments, "spaces"))
    found = spaces.find_all(session)
    of = enterprises.by_ids(session, {space.enterprise_id for space in found})
    content = compressed_csv(replies.CSV_HEADER, replies.csv_rows(found, of))
    return Reply(
        replies.listed(found, of),
        attachment=Attachment(file_name("spaces", "all", request.now), content) if found else None,
        personal=True,
        noted=f"{len(found)} spaces",
    )


COMMAND = Command(
    name="spaces",
    usage="spaces",
    summary="the group spaces that are for enterprises",
    details="Lists every group space that is linked to an enterprise, told of its syncs or trusted with its data. "
    "All of it is attached as a CSV.",
    run=run,
    who=Who.OPERATOR,
    needs_enterprise=never,
)
