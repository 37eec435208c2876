"""Every message to operators about webhooks."""

from collections.abc import Iterator
from datetime import timedelta

from bot.replies import webhooks
from bot.webex.own_webhooks import NAMES, shown
from storage.values.webhook_news import Happening, WebhookNews, read
from tests.bot.replies.cases import Case, Sample, case
from tests.bot.samples import NOW


def of_webhooks(sample: Sample) -> Iterator[Case]:
    other = shown("https://other.example.com/webhooks" if sample.is_lifelike else sample.webex)
    right_at = NOW - timedelta(minutes=4)
    reason = f"403: {sample.webex}"

    def news(happening: Happening, detail: str = "", *, of: int = 1, is_known: bool = True) -> list[WebhookNews]:
        found = [WebhookNews(name, happening, detail, right_at if is_known else None) for name in NAMES]
        return [read(one.name, one.stored, one.right_at) for one in found[:of]]

    yield case(webhooks.report, "switched off")(news(Happening.INACTIVE, of=5), NOW)
    yield case(webhooks.report, "deleted")(news(Happening.DELETED), NOW)
    yield case(webhooks.report, "of another resource")(news(Happening.RESOURCE, is_known=False), NOW)
    yield case(webhooks.report, "several of one")(news(Happening.DUPLICATE), NOW)
    yield case(webhooks.report, "another address")(news(Happening.ADDRESS, other), NOW)
    yield case(webhooks.report, "taken over")(news(Happening.TAKEN_OVER, other, of=5), NOW)
    yield case(webhooks.report, "refused")(news(Happening.REFUSED, reason, of=5), NOW)
    yield case(webhooks.report, "accepted")(news(Happening.RESTORED, of=2), NOW)
    both = news(Happening.INACTIVE, of=2)[1:] + news(Happening.REFUSED, reason)
    yield case(webhooks.report, "one repaired, one refused")(both, NOW)
    yield case(webhooks.taken)(other, came_again=False)
    yield case(webhooks.taken, "taken again")(other, came_again=True)
    yield case(webhooks.resting)(other)
    yield case(webhooks.taken_back, "no answer")(other, is_silent=True)
    yield case(webhooks.taken_back, "given up")(other, is_silent=False)
