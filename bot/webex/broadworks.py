"""Webex for BroadWorks: enterprises, their directory syncs and their subscribers."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.webex.client import WebexClient
from bot.webex.json_fields import Item, as_int, child, flag, objects, optional, required, storable, text, timestamp
from bot.webex.models import Subscriber, WebexEnterprise
from bot.webex.urls import segment
from storage.values.records import SyncError, WebexSyncStatus

PAGE_SIZE = "100"

_log = logging.getLogger(__name__)


class BroadWorks:
    """The provider's calls; each may raise the errors in bot.webex.errors."""

    def __init__(self, client: WebexClient) -> None:
        self._client = client

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise | None:
        """Return the enterprise with exactly this id; None if Webex does not know it (yet)."""
        found = self._enterprises({"spEnterpriseId": sp_enterprise_id, "max": PAGE_SIZE})
        return next((enterprise for enterprise in found if enterprise.sp_enterprise_id == sp_enterprise_id), None)

    def enterprises(self) -> Iterator[WebexEnterprise]:
        """Yield every enterprise of the provider."""
        return self._enterprises({"max": PAGE_SIZE})

    def sync_status(self, enterprise_id: str) -> WebexSyncStatus:
        """Return the state of the enterprise's last sync; `enterprise_id` is Webex's own."""
        return _sync_status(self._client.call("GET", _sync_path(enterprise_id)))

    def start_sync(self, enterprise_id: str) -> WebexSyncStatus:
        """Start a sync; raise RateLimited while the enterprise's cluster runs another."""
        content = {"syncStatus": "SYNC_NOW"}
        return _sync_status(self._client.call("POST", _sync_path(enterprise_id), json=content))

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
        for items in self._client.pages("broadworks/subscribers", params):
            page = []
            for item in items:
                if required(item, "spEnterpriseId") != sp_enterprise_id:
                    foreign += 1
                elif (subscriber := _subscriber(item)).id not in seen:
                    seen.add(subscriber.id)
                    page.append(subscriber)
            yield page
        if foreign:
            _log.warning("left out %d subscribers of other enterprises", foreign)

    def _enterprises(self, params: dict[str, str]) -> Iterator[WebexEnterprise]:
        for items in self._client.pages("broadworks/enterprises", params):
            for item in items:
                webex_id, sp_enterprise_id = optional(item, "id"), optional(item, "spEnterpriseId")
                if not webex_id or not sp_enterprise_id:
                    _log.warning("left out an enterprise that Webex sends without its ids")
                    continue
                yield WebexEnterprise(
                    id=webex_id,
                    sp_enterprise_id=sp_enterprise_id,
                    org_id=optional(item, "orgId"),
                    sync_status=_sync_status(child(item, "broadworksDirectorySync")),
                )


def _sync_path(enterprise_id: str) -> str:
    return f"broadworks/enterprises/{segment(enterprise_id)}/broadworksDirectorySync"


def _sync_status(item: Item) -> WebexSyncStatus:
    status = child(item, "directorySyncStatus")
    return WebexSyncStatus(
        enabled=flag(item, "enableDirSync"),
        status=optional(status, "syncStatus"),
        started_at=timestamp(status, "lastSyncStartTime"),
        ended_at=timestamp(status, "lastSyncEndTime"),
        succeeded_at=timestamp(status, "lastSuccessfulSyncTime"),
        tracking_id=optional(status, "lastSyncTrackingId"),
        counts={
            storable(name): count
            for name, value in status.items()
            if isinstance(value, int) and (count := as_int(value)) is not None
        },
        errors=tuple(
            SyncError(code=as_int(error.get("errorCode")) or 0, description=text(error, "description"))
            for error in objects(status, "errors")
        ),
    )


def _subscriber(item: Item) -> Subscriber:
    return Subscriber(
        id=required(item, "id"),
        user_id=text(item, "userId"),
        sp_enterprise_id=required(item, "spEnterpriseId"),
        group_id=text(item, "spEnterpriseGroupId"),
        first_name=text(item, "firstName"),
        last_name=text(item, "lastName"),
        email=text(item, "email"),
        extension=text(item, "extension"),
        package=text(item, "package"),
        status=text(item, "status"),
        last_status_change=timestamp(item, "lastStatusChange"),
    )
