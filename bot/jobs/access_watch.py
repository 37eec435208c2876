"""Tells operators and the log that Webex refuses a part of the bot's access, and that it works again."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.formatting.escape import unformatted
from bot.jobs.engine.context import AccessMemory
from bot.replies import provider_access as replies
from bot.services import operators
from bot.webex.errors import AccessRefused
from storage import access_refusals, provider_tokens, retries, space_looks
from storage.engine.database import Database, wake
from storage.values.provider_access import AccessSubject

log = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(minutes=10)
"""Minimum time between two messages that a part is refused: one that comes and goes must not flood the operators."""

LOG_AFTER = timedelta(minutes=1)
"""Minimum time between two ERROR lines of a process that a part is refused, for the same reason."""

CHORE = "access"
"""The name of the chore that takes over what other processes have found. Every change runs it in all processes."""

OF_PROVIDER = frozenset(AccessSubject) - {AccessSubject.BOT}


class DatabaseWatch:
    """The watch of both tokens. The database decides which process tells, and which access is refused."""

    def __init__(self, memory: AccessMemory, database: Database, now: Callable[[], datetime], client_id: str) -> None:
        """`client_id` is the integration's that gives the provider's access, empty if a fixed token does."""
        self._memory = memory
        self._database = database
        self._now = now
        self._client_id = client_id

    def worked(self, *subjects: AccessSubject) -> None:
        """Take note that Webex has accepted these parts. While nothing is refused, this costs no query."""
        if AccessSubject.BOT not in subjects:
            self._memory.called_at = self._now()
        if self._memory.refused.isdisjoint(subjects):
            return
        now = self._now()
        with self._database.write() as session:
            recoveries = access_refusals.mark_working(session, subjects, now)
            if recoveries:
                wake(session, CHORE)
            if any(recovery.subject is AccessSubject.BOT for recovery in recoveries):
                space_looks.request(session, now)
            self._tell(session, now)
            self._accept(session, frozenset(subjects), now)

    def refused(self, refusals: Mapping[AccessSubject, AccessRefused]) -> None:
        """Take note that Webex refuses these parts."""
        if AccessSubject.BOT not in refusals:
            self._memory.called_at = self._now()
        if self._memory.refused.issuperset(refusals) and not self._is_to_log_at_start(refusals):
            return
        now = self._now()
        with self._database.write() as session:
            for subject, refusal in refusals.items():
                is_new = access_refusals.mark_refused(session, subject, now, refusal.summary, refusal.tracking_id)
                if is_new:
                    wake(session, CHORE)
                if is_new or self._is_to_log_at_start([subject]):
                    self._memory.to_log |= {subject}
            self._tell(session, now)
        self._memory.refused |= frozenset(refusals)

    def log_at_start(self) -> None:
        """Log what Webex has refused since before this process started, and what no call has found out again."""
        self._memory.to_log |= self._memory.refused - self._memory.logged_at.keys()
        with self._database.quick_read() as session:
            self._log(session, self._now())

    def _is_to_log_at_start(self, subjects: Collection[AccessSubject]) -> bool:
        """Return whether the look of the start found a refusal that this process has not logged, known or not."""
        return not self._memory.is_looked_at and not self._memory.logged_at.keys() >= set(subjects)

    def refresh(self) -> None:
        """Take over what other processes have found, and tell what waited because it had just been told."""
        with self._database.quick_read() as session:
            refused = frozenset(refusal.subject for refusal in access_refusals.current(session))
            is_all_told = access_refusals.is_all_told(session)
        accepted = self._memory.refused - refused
        self._memory.refused |= refused
        if is_all_told and not accepted and not self._memory.to_log:
            return
        now = self._now()
        with self._database.write() as session:
            self._tell(session, now)
            self._accept(session, accepted, now)

    def _accept(self, session: Session, subjects: frozenset[AccessSubject], now: datetime) -> None:
        """Forget these refusals, and make due what this process has put off for them.

        They are forgotten before the rows are due, because a row that comes too early would be put off again.
        """
        accepted = self._memory.refused & subjects
        self._memory.refused -= subjects
        self._memory.to_log -= subjects
        if AccessSubject.BOT in accepted:
            retries.bring_forward(session, retries.OF_BOT, now)
        if accepted & OF_PROVIDER:
            retries.bring_forward(session, retries.OF_PROVIDER, now)

    def _tell(self, session: Session, now: datetime) -> None:
        recoveries = access_refusals.take_recoveries_to_tell(session)
        refusals = access_refusals.take_refusals_to_tell(session, now, REPEAT_AFTER)
        self._log(session, now)
        for recovery in recoveries:
            log.info(" ".join(unformatted(replies.works_again([recovery], now)).split()))
        of_provider = [refusal for refusal in refusals if refusal.subject in OF_PROVIDER]
        if of_provider:  # without the bot's own token nobody can be told in chat
            operators.tell(session, replies.refused(of_provider, self._cure(session)), now)
        if recoveries:
            operators.tell(session, replies.works_again(recoveries, now), now)

    def _log(self, session: Session, now: datetime) -> None:
        """Log the refusals that the log does not have yet, in one line. What was logged just now waits for a while."""
        logged_at = self._memory.logged_at
        subjects = [each for each in self._memory.to_log if not _is_recent(logged_at.get(each), now)]
        due = access_refusals.current(session, subjects) if subjects else []
        if not due:
            return
        log.error(unformatted(replies.log_line(due, self._cure(session), now)))
        logged_at.update((refusal.subject, now) for refusal in due)
        self._memory.to_log -= {refusal.subject for refusal in due}

    def _cure(self, session: Session) -> replies.Cure:
        kept = provider_tokens.find(session, self._client_id) if self._client_id else None
        return replies.Cure(
            is_renewed=bool(self._client_id),
            scopes=frozenset(kept.scopes.split() if kept else ()),
            bot=self._memory.admin_bot,
        )


def _is_recent(logged_at: datetime | None, now: datetime) -> bool:
    return logged_at is not None and logged_at <= now < logged_at + LOG_AFTER
