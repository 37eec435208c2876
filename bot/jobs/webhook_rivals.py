"""Decides between two installations with the same bot token: one has the webhooks, and the other rests.

The one that starts second takes the webhooks over. The first one notices at its next look, says so and rests: it does
not take them back while the other one answers. So they never take the webhooks from each other for ever. If the other
one gives no answer and still takes them again, only a restart has this one try once more.

An address that leads to this installation itself is no rival's, even if its database knows nothing of it.
"""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.jobs.engine.context import Context
from bot.replies import webhooks as replies
from bot.services import operators
from bot.webex.models import Webhook
from bot.webex.own_webhooks import NAMES, Answer, is_same_address, shown
from storage import webhooks
from storage.models import WebhookRow

log = logging.getLogger(__name__)

MAX_SILENT_LOOKS = 3
"""Looks in a row without an answer, after which the other installation counts as gone: a restart takes less."""


class Rivals:
    """What a look needs to know of other installations.

    `rows` is what this installation knows of its webhooks, and `turn` is the holder of the turn to look at them.
    """

    def __init__(self, context: Context, rows: Mapping[str, WebhookRow], address: str, turn: str) -> None:
        self._context = context
        self._rows = rows.values()
        self._earlier = {row.target_url for row in self._rows if row.target_url}
        self._own = self._earlier | {address} - {""}
        self._has_address = bool(address)
        self._turn = turn
        self.taken_back_from: str | None = None
        self._is_silent = False

    def is_own(self, target_url: str) -> bool:
        """Return whether an address is this installation's, now or before its last start."""
        return any(is_same_address(target_url, own) for own in self._own)

    def keep_out(self, found: Sequence[Webhook], *, is_start: bool) -> bool:
        """Return whether another installation has the webhooks, so that this one has to rest."""
        others = [each.target_url for each in found if each.target_url and not self.is_own(each.target_url)]
        taken_by = next((row.taken_by for row in self._rows if row.taken_by), None)
        if taken_by is not None:
            return self._rests(taken_by, others, is_start=is_start)
        if not others or len(others) < len(found):
            return False
        if self._has_address:
            if is_start or not any(row.right_at for row in self._rows):
                return False
            is_rival = self._who_answers(others[0]) is not Answer.OWN
        else:
            is_rival = self._who_answers(others[0]) is Answer.ANOTHER
        if is_rival:
            self._rest(others[0])
        return is_rival

    def _rests(self, taken_by: str, others: Sequence[str], *, is_start: bool) -> bool:
        """Return whether this installation goes on resting."""
        if not others or self.is_own(taken_by):
            self._take_back(taken_by)
            return False
        is_same = any(is_same_address(taken_by, other) for other in others)
        address = taken_by if is_same else others[0]
        answer = self._who_answers(address)
        if answer is Answer.OWN:
            self._take_back(taken_by)
            return False
        if not is_same:
            self._rest(address)
            return True
        if is_start:
            log.warning("another installation has the webhooks, at %s: this one rests", shown(taken_by))
        silent_looks = max(row.silent_looks for row in self._rows)
        if answer is not Answer.UNKNOWN:
            silent_looks = silent_looks + 1 if answer is Answer.NOBODY else 0
        with self._context.database.write() as session:
            webhooks.set_silent_looks(session, silent_looks)
        if silent_looks < MAX_SILENT_LOOKS or (self._came_again(taken_by) and not is_start):
            return True
        self._take_back(taken_by, is_silent=True)
        return False

    def _who_answers(self, address: str) -> Answer:
        return self._context.webex.who_answers(address, self._turn)

    def _came_again(self, address: str) -> bool:
        """Return whether the webhooks were already taken back from this address: then it lives, though unreachable."""
        return any(row.taken_back_from and is_same_address(row.taken_back_from, address) for row in self._rows)

    def _rest(self, address: str) -> None:
        log.error("another installation with this bot token has the webhooks, at %s: this one rests", shown(address))
        text = replies.taken(shown(address), came_again=self._came_again(address))
        with self._context.database.write() as session:
            webhooks.set_taken_by(session, NAMES, address)
            operators.tell(session, text, self._context.now())

    def _take_back(self, address: str, *, is_silent: bool = False) -> None:
        log.warning("the other installation at %s is gone: this one works again", shown(address))
        self.taken_back_from, self._is_silent = address, is_silent

    def settle(self, session: Session) -> None:
        """Store that the webhooks were taken back, and tell operators: last, so that no crash leaves it half done."""
        if self.taken_back_from is not None:
            webhooks.take_back(session, self.taken_back_from if self._is_silent else None)
            text = replies.taken_back(shown(self.taken_back_from), is_silent=self._is_silent)
            operators.tell(session, text, self._context.now())
