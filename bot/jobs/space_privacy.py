"""Decides whether an enterprise's personal data may be shown in a space. Webex is asked at the moment of delivery."""

import logging

from bot.jobs.engine.context import Context
from bot.webex.bots import is_bot
from bot.webex.errors import Rejected
from storage import admins, spaces, teams
from storage.models import OutboxRow
from storage.values.messages import Destination
from storage.values.webex_ids import same

log = logging.getLogger(__name__)


def may_show_personal(context: Context, row: OutboxRow, destination: Destination) -> bool:
    """Return whether every human member may read this message, or an operator trusts the space.

    If the bot is not in the space, or Webex does not list its members, the answer is no.
    """
    if destination.room_id is None:
        return False
    with context.database.quick_read() as session:
        space = spaces.find(session, destination.room_id)
        # A message about no enterprise, or about several, is for operators alone.
        enterprise_id = None if row.for_operators else row.enterprise_id
        operators = teams.Team((), tuple(admins.operators(session)))
        team = operators if enterprise_id is None else teams.get(session, enterprise_id)
    if space is not None and space.trusted and space.enterprise_id == enterprise_id:
        return True
    try:
        members = context.webex.members(destination.room_id)
    except Rejected as rejected:
        log.warning("a space's members cannot be read, so nothing personal is shown there: %s", rejected)
        return False
    me = context.me().person_id
    return any(same(member.person_id, me) for member in members) and all(
        same(member.person_id, me) or is_bot(member.email) or team.includes(member) for member in members
    )
