"""Webex for BroadWorks: enterprises, their directory syncs and their subscribers."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bot.webex import broadworks_items
from bot.webex.access_watch import AccessWatch, NoWatch
from bot.webex.client import WebexClient
from bot.webex.errors import AccessRefused, Rejected, ScopeMissing, TokenRefused, Unavailable, WebexFailure
from bot.webex.json_fields import Item, child, optional, required
from bot.webex.messaging import account_of
from bot.webex.models import Account, Subscriber, WebexEnterprise
from bot.webex.sync_error_codes import MEANINGS
from bot.webex.urls import segment
from storage.values.provider_access import AccessSubject
from storage.values.records import WebexSyncStatus

PAGE_SIZE = "100"

_log = logging.getLogger(__name__)


READING = {
    AccessSubject.ENTERPRISES: "broadworks/enterprises",
    AccessSubject.LICENSE_HOLDERS: "broadworks/subscribers",
}
"""The parts of the access that a look can test, each with the list that the look reads one item of."""


class BroadWorks:
    """The provider's calls; each may raise the errors in bot.webex.errors, and tells the watch how it went."""

    def __init__(self, client: WebexClient, watch: AccessWatch | None = None) -> None:
        self._client = client
        self._watch = watch or NoWatch()

    def account(self) -> Account:
        """Return the account that the provider's token belongs to."""
        return account_of(self._client)

    def look(self) -> frozenset[AccessSubject]:
        """Read one item of each list, so that the watch learns what Webex refuses. Return that.

        Raise Unavailable only if Webex cannot tell.
        """
        refusals: dict[AccessSubject, AccessRefused] = {}
        for subject in READING:
            try:
                refusal = self._refusal(subject)
            except TokenRefused as refused:
                self._confirm(refused)
                self._watch.refused({AccessSubject.ADMIN: refused})
                return frozenset({AccessSubject.ADMIN})
            if refusal is None:
                self._watch.worked(AccessSubject.ADMIN, subject)
            else:
                refusals[subject] = refusal
        if refusals:
            self._watch.worked(AccessSubject.ADMIN)
            self._watch.refused(refusals)
        return frozenset(refusals)

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise | None:
        """Return the enterprise with exactly this id; None if Webex does not know it (yet)."""
        found = self._enterprises({"spEnterpriseId": sp_enterprise_id, "max": PAGE_SIZE})
        return next((enterprise for enterprise in found if enterprise.sp_enterprise_id == sp_enterprise_id), None)

    def enterprises(self, before_call: Callable[[], None]) -> Iterator[WebexEnterprise]:
        """Yield every enterprise of the provider. `before_call` is called before each call."""
        return self._enterprises({"max": PAGE_SIZE}, before_call)

    def sync_status(self, enterprise_id: str) -> WebexSyncStatus:
        """Return the state of the enterprise's last sync; `enterprise_id` is Webex's own."""
        with self._watched(AccessSubject.ENTERPRISES):
            return broadworks_items.sync_status(self._client.call("GET", _sync_path(enterprise_id)))

    def start_sync(self, enterprise_id: str, *, is_granted: bool = False) -> WebexSyncStatus:
        """Start a sync; raise RateLimited while the enterprise's cluster runs another.

        `is_granted` says that the token is known to start syncs, so that a 403 is about this enterprise alone.
        """
        content = {"syncStatus": "SYNC_NOW"}
        with self._watched(AccessSubject.SYNCS, is_granted=is_granted):
            return broadworks_items.sync_status(self._client.call("POST", _sync_path(enterprise_id), json=content))

    def subscriber_pages(
        self, sp_enterprise_id: str, *, changed_since: datetime | None = None
    ) -> Iterator[list[Subscriber]]:
        """Yield the enterprise's license holders, each once; `changed_since` limits them to later status changes.

        License holders of other enterprises are left out: Webex's paging can lose the filter.
        """
        params = {"spEnterpriseId": sp_enterprise_id, "max": PAGE_SIZE}
        if changed_since is not None:
            since_epoch = changed_since - datetime(1970, 1, 1, tzinfo=UTC)
            params["lastStatusChange"] = str(since_epoch // timedelta(milliseconds=1))
        seen: set[str] = set()
        foreign = 0
        for items in self._pages(AccessSubject.LICENSE_HOLDERS, params):
            page = []
            for item in items:
                if required(item, "spEnterpriseId") != sp_enterprise_id:
                    foreign += 1
                elif (subscriber := broadworks_items.subscriber(item)).id not in seen:
                    seen.add(subscriber.id)
                    page.append(subscriber)
            yield page
        if foreign:
            _log.warning("left out %d subscribers of other enterprises", foreign)

    def _enterprises(
        self, params: dict[str, str], before_call: Callable[[], None] = lambda: None
    ) -> Iterator[WebexEnterprise]:
        for items in self._pages(AccessSubject.ENTERPRISES, params, before_call):
            for item in items:
                webex_id, sp_enterprise_id = optional(item, "id"), optional(item, "spEnterpriseId")
                if not webex_id or not sp_enterprise_id:
                    _log.warning("left out an enterprise that Webex sends without its ids")
                    continue
                yield WebexEnterprise(
                    id=webex_id,
                    sp_enterprise_id=sp_enterprise_id,
                    org_id=optional(item, "orgId"),
                    sync_status=broadworks_items.sync_status(child(item, "broadworksDirectorySync")),
                )

    def _pages(
        self, subject: AccessSubject, params: dict[str, str], before_call: Callable[[], None] = lambda: None
    ) -> Iterator[list[Item]]:
        pages = self._client.pages(READING[subject], params, before_call)
        while True:
            with self._watched(subject):
                page = next(pages, None)
            if page is None:
                return
            yield page

    @contextmanager
    def _watched(self, subject: AccessSubject, *, is_granted: bool = False) -> Iterator[None]:
        """Tell the watch how a call of this part went. Raise ScopeMissing if a 403 is not about one enterprise."""
        try:
            yield
        except TokenRefused as refused:
            self._confirm(refused)
            self._watch.refused({AccessSubject.ADMIN: refused})
            raise
        except Rejected as rejected:
            self._watch.worked(AccessSubject.ADMIN)
            refusals = {} if is_granted else self._missing(subject, rejected)
            if subject not in refusals:
                raise
            self._watch.refused(refusals)
            raise refusals[subject] from rejected
        else:
            self._watch.worked(AccessSubject.ADMIN, subject)

    def _confirm(self, refused: TokenRefused) -> None:
        """Return if Webex refuses the token in another call, too. Raise Unavailable if it does not, or cannot tell."""
        try:
            self._refusal(AccessSubject.ENTERPRISES)
        except TokenRefused:
            return
        said = f"{refused.summary}; but it accepted the same token in the next call"
        raise Unavailable(said, tracking_id=refused.tracking_id) from refused

    def _missing(self, subject: AccessSubject, rejected: Rejected) -> dict[AccessSubject, AccessRefused]:
        """Return what the token lacks, after a call of this part was rejected. Raise a failure if Webex cannot tell.

        A 403 can be about one enterprise alone, so one item of each list is read. No look can tell whether syncs may be
        started; there only the codes of Cisco's table speak of the enterprise.
        """
        if rejected.status != 403 or not MEANINGS.keys().isdisjoint(rejected.codes):
            return {}
        if subject not in READING:
            return {subject: _scope_missing(rejected)}
        refusals: dict[AccessSubject, AccessRefused] = {}
        for each in sorted(READING, key=lambda each: each != subject):  # the rejected part first
            try:
                refusal = self._refusal(each)
            except WebexFailure:
                if each is subject:
                    raise
                break
            if refusal is not None:
                refusals[each] = refusal
            elif each is subject:
                break
        return refusals

    def _refusal(self, subject: AccessSubject) -> AccessRefused | None:
        """Read one item of a list. Return the refusal if the token may not; raise other failures."""
        try:
            self._client.call("GET", READING[subject], params={"max": "1"})
        except Rejected as rejected:
            return _scope_missing(rejected) if rejected.status == 403 else None
        return None


def _scope_missing(rejected: Rejected) -> ScopeMissing:
    return ScopeMissing(rejected.summary, tracking_id=rejected.tracking_id)


def _sync_path(enterprise_id: str) -> str:
    return f"broadworks/enterprises/{segment(enterprise_id)}/broadworksDirectorySync"
