"""What operators are told of the webhooks, by which Webex sends the bot what happens in spaces."""

from collections.abc import Sequence
from datetime import datetime

from bot.formatting.escape import code, plain
from bot.formatting.times import at
from bot.webex.own_webhooks import NAMES
from storage.values.webhook_news import Happening, WebhookNews

WITHOUT = {
    ("messages", "created"): "I see late, or not at all, what people type",
    ("attachmentActions", "created"): "pressed buttons do nothing",
    ("memberships", "created"): "I greet nobody in a space to which I am added",
    ("memberships", "deleted"): "a space from which I am removed stays linked to its enterprise",
    ("rooms", "migrated"): "a space that Webex gives another id loses its link to its enterprise",
}
"""What does not work without a webhook, by resource and event."""

_WRONG = {
    Happening.DELETED: "it was deleted",
    Happening.INACTIVE: "Webex had switched it off",
    Happening.RESOURCE: "it was for another resource or event, or had a filter",
    Happening.DUPLICATE: "there was more than one of it",
    Happening.ADDRESS: "it pointed to another address, {detail}",
}


def report(news: Sequence[WebhookNews], now: datetime) -> str:
    """Say what happened to webhooks, all of it in one message."""
    parts = [
        _repaired([one for one in news if one.happening in _WRONG], now),
        _taken_over([one for one in news if one.happening is Happening.TAKEN_OVER]),
        _refused([one for one in news if one.happening is Happening.REFUSED]),
        _restored([one for one in news if one.happening is Happening.RESTORED]),
    ]
    return "\n\n".join(part for part in parts if part)


def taken(address: str, *, came_again: bool) -> str:
    """Say that another installation has taken the webhooks, and that this one rests."""
    until = (
        "I took the webhooks back once because I got no answer from that address, but it took them again. So I rest "
        "until it gives them up. If you stop it, restart me"
        if came_again
        else "I rest until nothing answers at that address any more"
    )
    return (
        "**Another installation has my webhooks**\n\n"
        f"- What happened: a program with the same bot token has pointed my webhooks to {_copied(code(address))}\n"
        f"- What I do: {until}. Meanwhile I hear nothing and answer nobody\n"
        "- What to do: stop one of the two. If you need both, give each a bot of its own (`WEBEX_BOT_TOKEN`)"
    )


def resting(address: str) -> str:
    """Say in one line, for those who watch the process, that another installation has the webhooks."""
    return (
        f"This installation rests and answers nobody: another one with the same bot token has the webhooks, at "
        f"{_copied(plain(address))}. Stop one of the two."
    )


def taken_back(address: str, *, is_silent: bool) -> str:
    """Say that this installation works again."""
    reason = "has not answered for several minutes" if is_silent else "has given my webhooks up"
    where = _copied(code(address))
    return f"**I work again**\n\nThe other installation at {where} {reason}, so I am the one that answers."


def _repaired(news: Sequence[WebhookNews], now: datetime) -> str:
    if not news:
        return ""
    lines = []
    for one in news:
        since = f". It was last right at {at(one.right_at, now, 'UTC')}" if one.right_at else ""
        lines.append(f"- {_name(one)}: {_WRONG[one.happening].format(detail=_copied(code(one.detail)))}{since}")
    advice = ""
    if any(one.happening is Happening.INACTIVE for one in news):
        advice = (
            "\n\nWebex switches a webhook off after 100 failed deliveries in 5 minutes. Check that `BOT_PUBLIC_URL` "
            "reaches the bot. In the next 5 minutes one failure is enough to switch it off again."
        )
    return "**I repaired my webhooks**\n\n" + "\n".join(lines) + advice


def _taken_over(news: Sequence[WebhookNews]) -> str:
    if not news:
        return ""
    addresses = " and ".join(_copied(code(address)) for address in dict.fromkeys(one.detail for one in news))
    return (
        "**I took webhooks over**\n\n"
        f"They pointed to {addresses}, where another installation of me with the same bot token may run. That "
        "installation hears nothing any more. If you need both, give each a bot of its own (`WEBEX_BOT_TOKEN`)."
    )


def _refused(news: Sequence[WebhookNews]) -> str:
    if not news:
        return ""
    lines = [
        f"- {_name(one)}: without it, {WITHOUT[NAMES[one.name]]}. Webex answers {plain(one.detail)}" for one in news
    ]
    return "**Webex refuses webhooks**\n\n" + "\n".join(lines) + "\n\nI try again every 2 minutes, and tell you then."


def _restored(news: Sequence[WebhookNews]) -> str:
    if not news:
        return ""
    return f"**Webhooks work now**\n\nWebex accepts {', '.join(_name(one) for one in news)}."


def _name(news: WebhookNews) -> str:
    return code(news.name)


def _copied(address: str) -> str:
    """Return an escaped address of an installation so that operators can copy it.

    Only a program with the bot's token can set this address, and such a program can post links by itself.
    """
    return address.replace("／／", "//", 1)
