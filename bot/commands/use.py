"""`use`: choose which of the requester's enterprises commands speak for."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request
from bot.chat.message import Refusal, Reply
from bot.replies import use as replies
from bot.services.enterprises import find
from storage import chosen_enterprises, enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Remember the choice; without a key, list the requester's enterprises."""
    space = None if request.message.direct else spaces.find(session, request.message.room_id)
    if space is not None and space.linked:
        raise Refusal(replies.LINKED_ELSEWHERE)
    requester = request.requester
    own = enterprises.in_use(session, None if requester.is_operator else requester.enterprise_ids)
    if not request.arguments:
        chosen_id = chosen_enterprises.chosen(session, requester.person_id)
        choice = next((each for each in own if each.id == chosen_id), None)
        return Reply(replies.choices(own, choice), personal=True)
    enterprise = find(request.arguments, own)
    chosen_enterprises.choose(session, requester.person_id, enterprise.id, request.now)
    return Reply(replies.chosen(enterprise), audit_detail=enterprise.key, audit_enterprise_id=enterprise.id)


COMMAND = Command(
    usage="use [KEY]",
    summary="which of your enterprises your commands are for",
    details=(
        "If you have several enterprises, choose one by its key: `use acme`. I remember it until you choose another "
        "one. It counts in 1:1 and in group spaces that are not linked to an enterprise. `use` alone lists your "
        "enterprises."
    ),
    run=run,
    reads_only=False,
    lists_with=frozenset({""}),
    needs_enterprise=NeedsEnterprise.NEVER,
)
