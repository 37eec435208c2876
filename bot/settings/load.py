"""Reads the settings from the environment, and reports all that is wrong with them together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from bot.chat.command import CommandSettings
from bot.settings import provider_access
from bot.settings.catalog import AUTHORIZES, RUNS_JOBS, SETTINGS, Process
from bot.settings.secret import Secret

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_PREFIXES = ("BOT_", "WEBEX_", "SYNC_", "ROSTER_", "ANSWER_", "COMMANDS_", "FILES_PER_")
"""A variable that begins like this is meant for the bot: if it is no setting, its name is misspelt."""
_NO_SECRET = Secret()


class SettingsFault(Exception):
    """The process cannot start with these settings; `faults` has one sentence for each thing to correct."""

    def __init__(self, process: Process, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"`{process}` cannot start:\n" + "\n".join(f"- {fault}" for fault in faults))


def _default(name: str) -> Callable[[], Any]:
    setting = _BY_NAME[name]
    return lambda: setting.parse(setting.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The value of every setting; a setting without a default is empty until it is set.

    `set_fields` are the fields that the environment sets; `warnings` are sentences for the log. `is_on_heroku` says
    that the process runs on a dyno, which no browser reaches.
    """

    webex_bot_token: Secret = _NO_SECRET
    webex_webhook_secret: tuple[Secret, ...] = ()
    webex_api_url: str = field(default_factory=_default("WEBEX_API_URL"))
    webex_admin_token: Secret = _NO_SECRET
    webex_admin_client_id: str = ""
    webex_admin_client_secret: Secret = _NO_SECRET
    webex_admin_refresh_token: Secret = _NO_SECRET
    bot_secret_key: tuple[Secret, ...] = ()
    bot_public_url: str = ""
    bot_operators: tuple[str, ...] = ()
    bot_enterprise: str = ""
    bot_admins: tuple[str, ...] = ()
    bot_timezone: str = field(default_factory=_default("BOT_TIMEZONE"))
    database_url: Secret = field(default_factory=_default("DATABASE_URL"))
    port: int = field(default_factory=_default("PORT"))
    webex_poll: timedelta = field(default_factory=_default("WEBEX_POLL"))
    sync_hold: timedelta = field(default_factory=_default("SYNC_HOLD"))
    sync_poll: timedelta = field(default_factory=_default("SYNC_POLL"))
    sync_timeout: timedelta = field(default_factory=_default("SYNC_TIMEOUT"))
    roster_max_age: timedelta = field(default_factory=_default("ROSTER_MAX_AGE"))
    webex_timeout: timedelta = field(default_factory=_default("WEBEX_TIMEOUT"))
    commands_per_minute: int = field(default_factory=_default("COMMANDS_PER_MINUTE"))
    files_per_hour: int = field(default_factory=_default("FILES_PER_HOUR"))
    max_admins: int = field(default_factory=_default("MAX_ADMINS"))
    answer_threads: int = field(default_factory=_default("ANSWER_THREADS"))
    is_on_heroku: bool = False
    set_fields: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def command_settings(self) -> CommandSettings:
        """The settings that commands may see: none of them is a secret."""
        return CommandSettings(
            self.sync_hold,
            self.roster_max_age,
            self.bot_timezone,
            self.uses_integration,
            self.commands_per_minute,
            self.files_per_hour,
            self.max_admins,
        )

    @property
    def uses_integration(self) -> bool:
        """Whether the provider gives access by an integration; if not, by an access token that is not renewed."""
        return bool(self.webex_admin_client_id)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys that tokens may be encrypted with; what is written is encrypted with the first."""
        return tuple(key.reveal() for key in self.bot_secret_key)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with; new webhooks are signed with the first."""
        return tuple(secret.reveal() for secret in self.webex_webhook_secret)


def load(process: Process, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a process, from `environ` or else from the process's own environment.

    A value that cannot be parsed, and that this process does not use, becomes a warning; the default is used instead.
    Raises SettingsFault with all faults.
    """
    environ = os.environ if environ is None else environ
    texts = {name: text for name in _BY_NAME if (text := environ.get(name, "").strip())}
    settings, unreadable = _parse(texts)
    required = _required(process, texts)
    access_faults = provider_access.faults(process, texts.keys()) if process in RUNS_JOBS else {}
    faults = []
    for name, setting in _BY_NAME.items():
        if name in access_faults:
            faults.append(access_faults[name])
        elif name in unreadable:
            if process in setting.used_by:
                faults.append(f"{name} {unreadable[name]}.")
        elif name in required and not getattr(settings, name.lower()):
            meaning = setting.meaning[0].lower() + setting.meaning[1:]
            faults.append(f"{name} is not set, and `{process}` needs it: {meaning}")
    if process in _BY_NAME["BOT_ADMINS"].used_by and len(settings.bot_admins) > settings.max_admins:
        faults.append(
            f"BOT_ADMINS names {len(settings.bot_admins)} admins, but an enterprise can have {settings.max_admins}: "
            "leave some out, or raise MAX_ADMINS."
        )
    is_sqlite = "DATABASE_URL" not in unreadable and settings.database_url.reveal().startswith("sqlite:")
    is_on_heroku, uses_database = bool(environ.get("DYNO")), process in _BY_NAME["DATABASE_URL"].used_by
    if is_on_heroku and is_sqlite and uses_database:
        faults.append(
            "DATABASE_URL must name a PostgreSQL database on Heroku: dynos share no disk and lose their own at every"
            " restart, and the SQLite file with it. Add Heroku Postgres, which sets DATABASE_URL."
        )
    if faults:
        raise SettingsFault(process, faults)
    ignored = [f"{name} {problem}. `{process}` starts without it." for name, problem in unreadable.items()]
    warnings = (*ignored, *_without_effect(settings, environ))
    return replace(settings, is_on_heroku=is_on_heroku, warnings=warnings)


def _parse(texts: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Return the settings that can be parsed, and by name what is wrong with the others."""
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for name, text in texts.items():
        try:
            values[name.lower()] = _BY_NAME[name].parse(text)
        except ValueError as error:
            unreadable[name] = str(error)
    return Settings(**values, set_fields=frozenset(values)), unreadable


def _required(process: Process, texts: Mapping[str, str]) -> set[str]:
    required = {setting.name for setting in SETTINGS if process in setting.required_by}
    if process in RUNS_JOBS and "BOT_PUBLIC_URL" in texts:
        required.add("WEBEX_WEBHOOK_SECRET")  # a process that knows the address makes the webhooks
    if process in AUTHORIZES:
        required |= {provider_access.CLIENT_ID, provider_access.CLIENT_SECRET}
    if process is Process.AUTHORIZE:
        required.add(provider_access.SECRET_KEY)
    return required


def _without_effect(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    warnings = []
    for name in sorted(environ):
        if name.upper().startswith(_PREFIXES) and name not in _BY_NAME:
            nearest = get_close_matches(name.upper(), _BY_NAME, n=1)
            hint = f"perhaps {nearest[0]} is meant" if nearest else "the bot has no such setting"
            warnings.append(f"{name} is set and has no effect: {hint}.")
    if settings.bot_admins and not settings.bot_enterprise:
        warnings.append("BOT_ADMINS has no effect without BOT_ENTERPRISE, the enterprise whose admins they are.")
    return warnings
