"""`use`: chooses the enterprise to speak for, among one's own."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, never
from bot.chat.message import Refusal, Reply
from bot.replies import use as replies
from bot.services.enterprises import find
from storage import chosen_enterprises, enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Remember the choice, or list what there is to choose from."""
    space = None if request.message.direct else spaces.find(session, request.message.room_id)
    if space is not None and space.linked:
        raise Refusal(replies.linked_elsewhere())
    theirs = enterprises.in_use(session, None if request.requester.operator else request.requester.enterprise_ids)
    if not request.arguments:
        chosen = chosen_enterprises.chosen(session, request.requester.person_id)
        current = next((one.key for one in theirs if one.id == chosen or len(theirs) == 1), None)
        return Reply(replies.choices([one.key for one in theirs], current), personal=True)
    found = find(request.arguments, theirs)
    chosen_enterprises.choose(session, request.requester.person_id, found.id, request.now)
    return Reply(replies.chosen(found), noted=found.key)


COMMAND = Command(
    name="use",
    usage="use [KEY]",
    summary="which of your enterprises you speak for",
    details=(
        "Whoever has several enterprises chooses one of them by its key: `use acme`. That counts until you choose "
        "another one, in 1:1 and in groups that are not linked to one. `use` alone lists yours."
    ),
    run=run,
    reads_only=False,
    needs_enterprise=never,
)
