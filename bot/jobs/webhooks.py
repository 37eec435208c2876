"""Keeps the bot's own webhooks right, says what it repairs, and touches no other webhooks."""

import logging
from collections.abc import Sequence

from bot.formatting.times import iso
from bot.jobs import look_back
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import Turn
from bot.jobs.webhook_rivals import Rivals
from bot.replies import webhooks as replies
from bot.services import operators
from bot.webex.errors import RateLimited, Rejected, TokenRefused, Unavailable, WebexFailure
from bot.webex.models import Webhook
from bot.webex.own_webhooks import NAMES, State, examine, shown
from storage import webhooks
from storage.models import WebhookRow
from storage.values.webhook_news import Happening, WebhookNews, read

log = logging.getLogger(__name__)

_NEVER_RIGHT = (Happening.REFUSED, Happening.LIMITED)


def look(context: Context) -> None:
    """Look at the webhooks and repair what is wrong. If all is right, Webex gets one call.

    The first look of a process also points them to the address of its settings, and sends Webex their secret. Without a
    public address none are made, but those of another installation must be noticed: it would answer everything, too.
    """
    _look(context, sends_secret=False)


def send_secret(context: Context) -> None:
    """Look at the webhooks, and send Webex their secret: Webex does not show which one it has."""
    if context.settings.bot_public_url:
        _look(context, sends_secret=True)


def _look(context: Context, *, sends_secret: bool) -> None:
    context.me()  # no webhook is made on a person's account
    with Turn(context, webhooks.TURN) as turn:
        _Look(context, turn, sends_secret=sends_secret).run()
    context.has_looked_at_webhooks.set()


class _Look:
    """One look, by the one process whose turn it is.

    What happens to a webhook is stored at once, and operators are told at the end. So nothing is lost if the process
    dies before that.
    """

    def __init__(self, context: Context, turn: Turn, *, sends_secret: bool) -> None:
        self._context = context
        self._turn = turn
        self._is_start = not context.has_looked_at_webhooks.is_set()
        self._sends_secret = sends_secret or self._is_start
        with context.database.quick_read() as session:
            self._rows = webhooks.by_name(session)
        public_url = context.settings.bot_public_url
        self._address = f"{public_url}/webhooks" if public_url else ""
        self._rivals = Rivals(context, self._rows, self._address, turn.holder)
        self._right: list[str] = []
        self._was_deaf = False
        self._failure: WebexFailure | None = None

    def run(self) -> None:
        """Look, repair, and tell."""
        try:
            found = [webhook for webhook in self._context.webex.webhooks() if webhook.name in NAMES]
        except Rejected as rejected:
            for name in NAMES if self._address else ():
                self._note_refusal(name, rejected)
            self._tell()
            return
        self._turn.keep()
        if self._rivals.keep_out(found, is_start=self._is_start):
            return
        if not self._address:
            if found and self._is_start:
                log.warning(
                    "BOT_PUBLIC_URL is not set: the webhooks from before, to %s, are left as they are",
                    shown(found[0].target_url),
                )
            self._tell()
            return
        for name in NAMES:
            self._look_at(name, found)
        self._tell()
        if self._was_deaf:
            look_back.request(self._context)
        if self._failure is not None:
            raise self._failure

    def _look_at(self, name: str, found: Sequence[Webhook]) -> None:
        """Look at one webhook. What Webex refuses there keeps none of the others from being made."""
        try:
            self._mend(name, found)
        except Rejected as rejected:
            self._note_refusal(name, rejected)
        except RateLimited as limited:
            self._failure = limited
            if self._told(name) in _NEVER_RIGHT:
                self._note_refusal(name, limited)
            else:
                self._note_limit(name, limited)
        except TokenRefused:
            raise
        except Unavailable as failure:
            self._failure = self._failure or failure

    def _mend(self, name: str, found: Sequence[Webhook]) -> None:
        row = self._rows.get(name)
        target_url = self._target_url(row)
        state = examine(found, name, target_url)
        for webhook in state.delete:
            self._turn.keep()
            self._context.webex.delete_webhook(webhook.id)
        if state.keep is None or state.faults or self._sends_secret or self._told(name) in _NEVER_RIGHT:
            self._turn.keep()
            self._put(name, state.keep, target_url)
        self._note_right(name, row, state, target_url)

    def _target_url(self, row: WebhookRow | None) -> str:
        """Return where the webhook is to point: what the last start of this installation stored."""
        comes = self._is_start or self._rivals.taken_back_from is not None
        return self._address if comes or row is None or not row.target_url else row.target_url

    def _put(self, name: str, webhook: Webhook | None, target_url: str) -> None:
        secret = self._context.settings.webhook_secrets[0]
        if webhook is not None:
            try:
                self._context.webex.update_webhook(webhook.id, name, target_url, secret)
                return
            except Rejected as rejected:
                if rejected.status != 404:
                    raise
        self._context.webex.create_webhook(name, target_url, *NAMES[name], secret)

    def _note_right(self, name: str, row: WebhookRow | None, state: State, target_url: str) -> None:
        """Store that a webhook is right, and what happened to it."""
        news = self._news(name, row, state)
        told = self._told(name)
        if news is not None:
            since = iso(news.right_at) if news.right_at else "never before"
            faults = ", ".join(dict.fromkeys((news.happening, *state.faults)))
            detail = f" ({news.detail})" if news.detail else ""
            log.warning("repaired the webhook %s: %s%s; last right: %s", name, faults, detail, since)
        elif told is Happening.REFUSED:
            news = WebhookNews(name, Happening.RESTORED, right_at=row.right_at if row else None)
            log.info("Webex accepts the webhook %s now", name)
        elif Happening.DELETED in state.faults:
            log.info("created the webhook for %s", " ".join(NAMES[name]))
        elif state.faults:
            log.info("moved the webhook %s to %s", name, shown(target_url))
        self._was_deaf |= bool(set(state.faults) - {Happening.DUPLICATE})
        with self._context.database.write() as session:
            webhooks.place(session, name, target_url)
            if news is not None:
                webhooks.note(session, news, target_url, self._context.now())
            elif told is Happening.LIMITED:
                webhooks.forget_news(session, name)
        self._right.append(name)

    def _news(self, name: str, row: WebhookRow | None, state: State) -> WebhookNews | None:
        """Return what operators are to know of a repair; None if there was no fault, or only what a start does."""
        right_at = row.right_at if row else None
        if not state.faults or self._rivals.taken_back_from is not None:
            return None
        fault, detail = state.faults[0], ""
        if fault is Happening.DELETED and (right_at is None or self._told(name) in _NEVER_RIGHT):
            return None
        if fault is Happening.ADDRESS and state.keep is not None:
            if self._rivals.is_own(state.keep.target_url):
                rest = state.faults[1:]
                return WebhookNews(name, rest[0], right_at=right_at) if rest else None
            fault = Happening.TAKEN_OVER if self._is_start else fault
            detail = shown(state.keep.target_url)
        return WebhookNews(name, fault, detail, right_at)

    def _note_refusal(self, name: str, refused: Rejected | RateLimited) -> None:
        reason = f"{refused.status}: {refused.webex_message}" if isinstance(refused, Rejected) else "429"
        news = WebhookNews(name, Happening.REFUSED, reason)
        row = self._rows.get(name)
        with self._context.database.write() as session:
            is_new = webhooks.note(session, news, self._target_url(row), self._context.now())
        if is_new:
            lost = replies.WITHOUT[NAMES[name]]
            log.warning("Webex refuses the webhook %s; without it: %s (%s)", name, lost, refused)

    def _note_limit(self, name: str, limited: RateLimited) -> None:
        """Store that Webex answered "too early" for the first time: operators need not know of that."""
        log.warning("the webhook %s waits: %s", name, limited)
        news = WebhookNews(name, Happening.LIMITED)
        with self._context.database.write() as session:
            webhooks.note(session, news, self._target_url(self._rows.get(name)), self._context.now())
            webhooks.mark_told(session, [news], self._context.now())

    def _told(self, name: str) -> Happening | None:
        """Return what happened to the webhook last, as operators know it."""
        row = self._rows.get(name)
        return read(name, row.told, row.right_at).happening if row and row.told else None

    def _tell(self) -> None:
        """Tell operators in one message what happened, also in a look whose process died."""
        now = self._context.now()
        with self._context.database.write() as session:
            self._rivals.settle(session)
            news = webhooks.untold(session)
            if news:
                operators.tell(session, replies.report(news, now), now)
                webhooks.mark_told(session, news, now)
            webhooks.mark_right(session, self._right, now)
