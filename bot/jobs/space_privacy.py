"""Whether a space is fit for what is personal to an enterprise: asked of Webex at the moment of delivery."""

import logging

from bot.jobs.engine.context import Context
from bot.webex.bots import is_bot
from bot.webex.errors import Rejected
from storage import admins, spaces
from storage.models import OutboxRow
from storage.values.messages import Destination

log = logging.getLogger(__name__)


def fit(context: Context, row: OutboxRow, destination: Destination) -> bool:
    """Whether every human member may read it, or an operator trusts the space; where the bot is not, or whose members
    cannot be read, is not fit.
    """
    if destination.room_id is None:
        return False
    with context.database.read() as session:
        space = spaces.find(session, destination.room_id)
        # What is about no enterprise, or about several, is for operators.
        of_operators = admins.Team((), tuple(admins.operators(session)))
        team = of_operators if row.enterprise_id is None else admins.team(session, row.enterprise_id)
    if space is not None and space.trusted and space.enterprise_id == row.enterprise_id:
        return True
    try:
        members = context.webex.members(destination.room_id)
    except Rejected as rejected:
        log.warning("members of a space cannot be read, so it is taken as unfit: %s", rejected)
        return False
    me = context.me().person_id
    return any(member.person_id == me for member in members) and all(
        member.person_id == me or is_bot(member.email) or team.includes(member) for member in members
    )
