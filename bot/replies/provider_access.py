"""What the bot says when Webex refuses its access, and when the access works again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.formatting.escape import plain
from bot.formatting.times import at, duration, iso, when
from bot.webex.consent import SCOPE_OF
from storage.values.provider_access import AccessRefusal, AccessSubject

_REFUSED = {
    AccessSubject.ADMIN: "Webex refuses the provider's access token",
    AccessSubject.ENTERPRISES: "Webex does not let me read enterprises and their syncs",
    AccessSubject.SYNCS: "Webex does not let me start syncs",
    AccessSubject.LICENSE_HOLDERS: "Webex does not let me read license holders",
    AccessSubject.BOT: "The bot's token does not work, so the bot reads and answers nothing",
}
_MAX_REASON = 300

WAITING = (
    "Webex does not accept your service provider's access now. The operators know. Your sync starts when the access "
    "works again."
)
"""Why a queued sync waits, in its status message."""

NOT_READ = "I could not read your license holders, because Webex does not accept your service provider's access now."
"""What becomes of the message that they are being read. An answer from the last list follows, or says there is none."""

STARTS_LATER = "The sync starts when the access works again. You do not need to type anything."
"""What `sync` adds if the sync is queued."""

END_KNOWN_LATER = "I will know how the sync ended when the access works again."
"""What `sync` adds if the sync runs already."""


@dataclass(frozen=True, slots=True)
class Cure:
    """What the cure depends on: whether the token is an integration's, and the scopes that Webex named for it.

    `bot` says whose the token is, if it is a bot's by mistake.
    """

    is_renewed: bool
    scopes: frozenset[str] = frozenset()
    bot: str = ""


def refused(refusals: Sequence[AccessRefusal], cure: Cure) -> str:
    """Tell operators what Webex refuses, what that means and what to do."""
    return "\n".join(
        [
            "**Webex refuses my access**",
            "",
            *(f"- {_REFUSED[refusal.subject]}. {_webex_says(refusal)}" for refusal in refusals),
            *(f"- What to do: {sentence}" for sentence in _cures(refusals, cure)),
            "",
            "Queued syncs wait, and running syncs go on at Webex. I look every 30 seconds, and tell you when it works.",
        ]
    )


def works_again(recoveries: Sequence[AccessRefusal], now: datetime) -> str:
    """Tell operators that Webex accepts the access again, and since when it did not."""
    began = min(recovery.refused_at for recovery in recoveries)
    ended = max(recovery.restored_at or now for recovery in recoveries)
    parts = "; ".join(_WORKS[recovery.subject] for recovery in recoveries)
    left = " I do not answer messages that are older than a day." if _is_deaf_for_long(recoveries, now) else ""
    return (
        f"**Webex accepts my access again**: {parts}.\n\nIt did not work since {at(began, now, 'UTC')}, for "
        f"{duration((ended - began).total_seconds())}. What waited goes on now.{left}"
    )


def _is_deaf_for_long(recoveries: Sequence[AccessRefusal], now: datetime) -> bool:
    """Return whether the bot's own token was refused for so long that messages are left without an answer."""
    return any(
        recovery.subject is AccessSubject.BOT
        and (recovery.restored_at or now) - recovery.refused_at >= timedelta(days=1)
        for recovery in recoveries
    )


def log_line(refusals: Sequence[AccessRefusal], cure: Cure, now: datetime) -> str:
    """Say in one line of the log what Webex refuses, since when if it is not new, and what to do."""
    said = []
    for refusal in refusals:
        began = "" if now - refusal.refused_at < timedelta(minutes=1) else f" {_began(refusal)}"
        said.append(f"{_REFUSED[refusal.subject]}.{began} {_webex_says(refusal)}")
    return " ".join([*said, "What to do:", *_cures(refusals, cure)])


def unhealthy(refusal: AccessRefusal) -> str:
    """Say in one line, for those who watch the process, what Webex refuses."""
    cure = f"What to do: {_BOT_CURE}" if refusal.subject is AccessSubject.BOT else _SEE_LOG
    return f"{_REFUSED[refusal.subject]}. {_began(refusal)} {_webex_says(refusal)} {cure}"


def notice(
    refusals: Sequence[AccessRefusal], now: datetime, timezone: str, *, for_operator: bool, is_renewed: bool
) -> str:
    """Say in an answer that Webex refuses the access: to an admin in plain words, to an operator with the cure."""
    since = when(min(refusal.refused_at for refusal in refusals), now, timezone)
    if not for_operator:
        return f"⚠️ Webex has not accepted your service provider's access since {since}. The operators know."
    said = [f"{_REFUSED[refusal.subject]}." for refusal in refusals] + _cures(refusals, Cure(is_renewed=is_renewed))
    return f"⚠️ Webex has not accepted the provider's access since {since}. {' '.join(said)}"


_WORKS = {
    AccessSubject.ADMIN: "the provider's access token works",
    AccessSubject.ENTERPRISES: "I can read enterprises and their syncs",
    AccessSubject.SYNCS: "I can start syncs",
    AccessSubject.LICENSE_HOLDERS: "I can read license holders",
    AccessSubject.BOT: "the bot's token works",
}
_BOT_CURE = (
    "Set `WEBEX_BOT_TOKEN` to the bot's access token, and restart the bot. developer.webex.com makes a new one: "
    "My Webex Apps, your bot, Regenerate Access Token."
)
_SEE_LOG = "The log and a message to the operators say what to do."
CLIENT_CURE = (
    "Webex does not accept the client id and secret of the integration. Set `WEBEX_ADMIN_CLIENT_SECRET` to the one "
    "that developer.webex.com shows for the integration of `WEBEX_ADMIN_CLIENT_ID`, and restart the bot."
)
"""What to do if Webex refuses the integration itself. Another consent would not help."""

_INTEGRATION_CURE = (
    "Run `python -m bot authorize`, and sign in as a partner administrator. If that fails, check "
    "`WEBEX_ADMIN_CLIENT_ID` and `WEBEX_ADMIN_CLIENT_SECRET`."
)
_FIXED_CURE = (
    "Set `WEBEX_ADMIN_TOKEN` to a new token, and restart the bot. Better: set up an integration, whose token the bot "
    "renews. `python -m bot authorize` does that."
)


def is_of_client(reason: str) -> bool:
    """Return whether Webex has refused the client id or secret of the integration, by OAuth's name for it."""
    return "invalid_client" in reason


def _began(refusal: AccessRefusal) -> str:
    return f"This began at {iso(refusal.refused_at)}."


def _cures(refusals: Sequence[AccessRefusal], cure: Cure) -> list[str]:
    subjects = [refusal.subject for refusal in refusals]
    cures = []
    if AccessSubject.BOT in subjects:
        cures.append(_BOT_CURE)
    for refusal in refusals:
        if refusal.subject is AccessSubject.ADMIN and cure.is_renewed:
            cures.append(CLIENT_CURE if is_of_client(refusal.reason) else _INTEGRATION_CURE)
        elif refusal.subject is AccessSubject.ADMIN:
            cures.append(_FIXED_CURE)
    needed = [SCOPE_OF[subject] for subject in subjects if subject in SCOPE_OF]
    if needed and cure.bot:
        cures.append(
            f"`WEBEX_ADMIN_TOKEN` is {cure.bot}, and a bot may not read enterprises. Set it to the token of a partner "
            "administrator, and restart the bot."
        )
    elif needed:
        cures.append(_scope_cure(needed, cure))
    return cures


def _scope_cure(needed: Sequence[str], cure: Cure) -> str:
    role = "the role of a partner administrator"
    missing = [scope for scope in needed if scope not in cure.scopes]
    if not missing:
        return (
            f"The scopes are right, so {role} is missing. Give that role in Partner Hub to the person who authorized "
            "me. Or run `python -m bot authorize`, and sign in as a partner administrator."
        )
    verb, them = ("scope {} is", "it") if len(missing) == 1 else ("scopes {} are", "them")
    lacking = f"The {verb.format(' and '.join(f'`{scope}`' for scope in missing))} missing"
    if not cure.scopes:
        lacking += f", or {role} is"
    if cure.is_renewed:
        return (
            f"{lacking}. Give {them} to the integration at developer.webex.com. Then run `python -m bot authorize`, "
            "where a partner administrator must consent."
        )
    return (
        f"{lacking}. Set `WEBEX_ADMIN_TOKEN` to a partner administrator's token that has {them}, and restart the bot."
    )


def _webex_says(refusal: AccessRefusal) -> str:
    tracking_id = f" (tracking id {plain(refusal.tracking_id)})" if refusal.tracking_id else ""
    return f"The reason: “{plain(refusal.reason, _MAX_REASON)}”{tracking_id}."
