"""Keeps the bot's own webhooks right. It knows them by their names, and touches no others."""

import logging
from datetime import timedelta

from bot.jobs.engine.context import Context
from storage.engine import leases

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long one process alone corrects the webhooks: longer than its dozen calls to Webex take."""

WANTED = (
    ("messages", "created"),
    ("attachmentActions", "created"),
    ("memberships", "created"),
    ("memberships", "deleted"),
    ("rooms", "migrated"),
)


def name(resource: str, event: str) -> str:
    """Return the name of the bot's webhook for an event."""
    return f"directory-sync-bot {resource} {event}"


def ensure(context: Context) -> None:
    """Create missing webhooks, correct wrong or disabled ones and delete duplicates, in one process at a time.

    Webex disables a webhook after 100 failed deliveries and never enables it again (its webhooks guide).
    """
    if not context.settings.bot_public_url:
        log.warning("BOT_PUBLIC_URL is not set, so webhooks stay as they are: set it to the address of the web process")
        return
    database, holder = context.database, context.database.name
    with database.write() as session:
        if not leases.take(session, "webhooks", holder, context.now(), LEASE):
            return
    try:
        _correct(context)
    finally:
        with database.write() as session:
            leases.give_back(session, "webhooks", holder, context.now())


def _correct(context: Context) -> None:
    target = f"{context.settings.bot_public_url}/webhooks"
    secret = context.settings.webhook_secrets[0]
    existing = context.webex.webhooks()
    for resource, event in WANTED:
        own = [webhook for webhook in existing if webhook.name == name(resource, event)]
        fitting = [webhook for webhook in own if (webhook.resource, webhook.event) == (resource, event)]
        for extra in [webhook for webhook in own if webhook not in fitting[:1]]:
            context.webex.delete_webhook(extra.id)
            log.info("deleted a duplicate of the webhook %s", extra.name)
        if fitting:
            context.webex.update_webhook(fitting[0].id, fitting[0].name, target, secret)
        else:
            context.webex.create_webhook(name(resource, event), target, resource, event, secret)
            log.info("created the webhook for %s %s", resource, event)
