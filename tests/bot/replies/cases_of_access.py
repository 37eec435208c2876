"""Every reply about an access that Webex refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.replies import licenses, locations, provider_access, queue, sync
from bot.replies.provider_access import Cure
from bot.webex.consent import SCOPE_OF
from storage.values.provider_access import AccessRefusal, AccessSubject
from storage.values.records import SyncState
from tests.bot import samples
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW

ADMIN, SCOPE = (AccessSubject.ADMIN,), (AccessSubject.ENTERPRISES, AccessSubject.LICENSE_HOLDERS)


def of_access(sample: Sample) -> Iterator[Case]:
    token, scopes = _refusals(sample, *ADMIN), _refusals(sample, *SCOPE)
    start, bot = _refusals(sample, AccessSubject.SYNCS), _refusals(sample, AccessSubject.BOT)
    fixed, renewed = Cure(is_renewed=False), Cure(is_renewed=True)
    needed = frozenset(SCOPE_OF.values())
    yield case(provider_access.refused)(token, fixed)
    yield case(provider_access.refused, "of an integration")(token, renewed)
    yield case(provider_access.refused, "without scopes or the role")(scopes, fixed)
    yield case(provider_access.refused, "of an integration, without a scope or the role")(start, renewed)
    one = Cure(is_renewed=True, scopes=frozenset({SCOPE_OF[AccessSubject.ENTERPRISES]}))
    yield case(provider_access.refused, "of an integration, without a scope")(scopes, one)
    yield case(provider_access.refused, "of an integration, without the role")(
        scopes, Cure(is_renewed=True, scopes=needed)
    )
    yield case(provider_access.works_again)(token, NOW)
    yield case(provider_access.works_again, "of the bot, after more than a day")(bot, NOW + timedelta(days=2))
    yield case(provider_access.works_again, "of several parts")([*scopes, *start], NOW)
    yield case(provider_access.log_line)(token, fixed, NOW)
    yield case(provider_access.log_line, "of the bot")(bot, fixed, NOW)
    client = [replace(token[0], reason="Webex answered 401 to POST access_token: invalid_client")]
    yield case(provider_access.refused, "of an integration with another secret")(client, renewed)
    yield case(provider_access.log_line, "of an integration with another secret")(client, renewed, NOW)
    own = Cure(is_renewed=False, bot="the bot's own token")
    yield case(provider_access.refused, "the bot's own token")(scopes, own)
    yield case(provider_access.log_line, "the bot's own token")(scopes, own, NOW)
    yield case(provider_access.unhealthy)(bot[0])
    yield case(provider_access.unhealthy, "of the provider")(token[0])
    yield from (constant(provider_access, name) for name in ("WAITING", "NOT_READ", "STARTS_LATER", "END_KNOWN_LATER"))
    notice = provider_access.notice(token, NOW, "UTC", for_operator=False, is_renewed=False)
    yield case(provider_access.notice)(token, NOW, "UTC", for_operator=False, is_renewed=False)
    yield case(provider_access.notice, "for an operator")(scopes, NOW, "UTC", for_operator=True, is_renewed=True)
    yield case(licenses.none_yet, "Webex refuses the access")(failed=False, access_notice=notice)
    yield case(locations.none_yet, "Webex refuses the access")(failed=False, access_notice=notice)
    yield case(queue.answer, "Webex refuses the access")({}, {}, {}, NOW, notice)
    for state in (SyncState.QUEUED, SyncState.RUNNING):
        said = f"{state}."
        yield case(sync.without_access, f"a sync is {state}")(said, notice, samples.sync(state))


def _refusals(sample: Sample, *subjects: AccessSubject) -> list[AccessRefusal]:
    began, ended = NOW - timedelta(hours=3), NOW - timedelta(minutes=1)
    return [AccessRefusal(subject, began, ended, sample.webex, sample.tracking_id) for subject in subjects]
