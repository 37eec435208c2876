"""The settings: name, meaning, parser and default of each, and which process needs it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import parsers


class Process(StrEnum):
    """A process that reads settings, named by the command that starts it; `web` is started by gunicorn."""

    SERVE = "serve"
    WEB = "web"
    WORKER = "worker"
    HEALTH = "health"
    UPGRADE = "db upgrade"
    ENTERPRISE = "enterprise"
    AUTHORIZE = "authorize"
    AUTHORIZE_SHOW = "authorize --show"


RUNS_JOBS = frozenset({Process.SERVE, Process.WORKER})
AUTHORIZES = frozenset({Process.AUTHORIZE, Process.AUTHORIZE_SHOW})
_RECEIVES_WEBHOOKS = frozenset({Process.SERVE, Process.WEB})
_NONE: frozenset[Process] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `parse` returns its value or raises ValueError; `default` is "" where there is no default.

    A process in `used_by` does not start if the value cannot be parsed; a process in `required_by`, if there is none.
    """

    name: str
    meaning: str
    parse: Callable[[str], object]
    default: str = ""
    required_by: frozenset[Process] = _NONE
    used_by: frozenset[Process] = RUNS_JOBS


SETTINGS = (
    Setting(
        "WEBEX_BOT_TOKEN",
        "The bot's access token. developer.webex.com shows it once, when you create the bot.",
        parsers.token,
        required_by=RUNS_JOBS,
    ),
    Setting(
        "WEBEX_WEBHOOK_SECRET",
        f"The secret that signs webhooks. Use at least {parsers.MIN_SECRET_LENGTH} characters that nobody can guess.",
        parsers.webhook_secrets,
        required_by=frozenset({Process.WEB}),
        used_by=_RECEIVES_WEBHOOKS | RUNS_JOBS,
    ),
    Setting(
        "WEBEX_API_URL",
        "The base address of the Webex API.",
        parsers.api_url,
        "https://webexapis.com/v1/",
        used_by=RUNS_JOBS | AUTHORIZES,
    ),
    Setting(
        "WEBEX_ADMIN_TOKEN",
        "A partner admin's access token, to try the bot. The bot uses it to sync enterprises and to read their license "
        "holders, and does not renew it. Set this or an integration, not both.",
        parsers.token,
    ),
    Setting(
        "WEBEX_ADMIN_CLIENT_ID",
        "The client id of an integration or a service app. The bot renews its access tokens by itself. "
        "An integration needs this, WEBEX_ADMIN_CLIENT_SECRET and BOT_SECRET_KEY.",
        parsers.client_id,
        used_by=RUNS_JOBS | AUTHORIZES,
    ),
    Setting(
        "WEBEX_ADMIN_CLIENT_SECRET",
        "The client secret of the integration. developer.webex.com shows it once, when you create the integration.",
        parsers.credential,
        used_by=RUNS_JOBS | AUTHORIZES,
    ),
    Setting(
        "WEBEX_ADMIN_REFRESH_TOKEN",
        "The refresh token of the integration. `python -m bot authorize` gets one and keeps it in the database; "
        "then leave this empty.",
        parsers.credential,
    ),
    Setting(
        "BOT_SECRET_KEY",
        "The key that encrypts the integration's tokens in the database. `openssl rand -base64 32` makes one. "
        "To replace it, put the new one before the old one, with a comma between them.",
        parsers.secret_keys,
        used_by=RUNS_JOBS | {Process.AUTHORIZE},
    ),
    Setting(
        "BOT_PUBLIC_URL",
        "The address where Webex reaches the bot, without /webhooks, such as https://dirsync.example.com. "
        "Without it, there are no webhooks, and the bot looks at its spaces every WEBEX_POLL.",
        parsers.public_url,
    ),
    Setting(
        "BOT_OPERATORS",
        "The e-mail addresses of the operators, separated by commas. Operators may act for every enterprise.",
        parsers.emails,
        required_by=RUNS_JOBS,
    ),
    Setting(
        "BOT_ENTERPRISE",
        "The BroadWorks enterprise id (spEnterpriseId) of the first enterprise, such as Reseller1+acme. "
        "It has no effect once an enterprise has been added.",
        str,
    ),
    Setting(
        "BOT_ADMINS",
        "The e-mail addresses of the first enterprise's admins, separated by commas. "
        "The bot reads them only when it adds BOT_ENTERPRISE.",
        parsers.emails,
    ),
    Setting(
        "BOT_TIMEZONE",
        "The time zone of a new enterprise that is added without one, such as America/Chicago.",
        parsers.time_zone,
        "UTC",
        used_by=RUNS_JOBS | {Process.ENTERPRISE},
    ),
    Setting(
        "DATABASE_URL",
        "The database: sqlite:///path/to/file.db for one process, or postgres://… for many that share the work.",
        parsers.database_url,
        "sqlite:///var/bot.db",
        used_by=frozenset(Process) - {Process.AUTHORIZE_SHOW},
    ),
    Setting("PORT", "The port that the bot listens on.", parsers.port, "8080", used_by=_RECEIVES_WEBHOOKS),
    Setting(
        "WEBEX_POLL",
        "How often the bot looks at its spaces for new messages if BOT_PUBLIC_URL is not set. At least 1s.",
        parsers.poll_interval,
        "3s",
    ),
    Setting("SYNC_HOLD", "How long after a completed sync nobody can start another one.", parsers.duration, "24h"),
    Setting(
        "SYNC_POLL",
        "How long the bot waits between its first looks at a running sync. Later it waits up to four times as long.",
        parsers.positive_duration,
        "15s",
    ),
    Setting(
        "SYNC_TIMEOUT", "How long a sync may take before the bot gives up on it.", parsers.positive_duration, "12h"
    ),
    Setting(
        "ROSTER_MAX_AGE",
        "How old a list of license holders may be before the bot reads it again.",
        parsers.duration,
        "10m",
    ),
    Setting(
        "WEBEX_TIMEOUT",
        "The longest wait for Webex's answer to one call, such as a page of license holders. "
        "Calls about messages and webhooks wait at most 8 seconds.",
        parsers.call_timeout,
        "60s",
    ),
    Setting(
        "COMMANDS_PER_MINUTE",
        "How many commands the bot takes from one admin in a minute. Operators have no limit.",
        parsers.limit,
        "30",
    ),
    Setting(
        "FILES_PER_HOUR",
        "How many files the bot makes for the admins of one enterprise in an hour. Over that, answers come without a "
        "file.",
        parsers.limit,
        "300",
    ),
    Setting(
        "MAX_ADMINS",
        "How many admins one enterprise can have.",
        parsers.limit,
        "50",
        used_by=RUNS_JOBS | {Process.ENTERPRISE},
    ),
    Setting(
        "ANSWER_THREADS",
        "How many commands one process works on at the same time; for one enterprise half of them, while others are "
        "active.",
        parsers.thread_count,
        "8",
    ),
)
