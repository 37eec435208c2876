"""Webex for BroadWorks: enterprises, their directory syncs and their subscribers."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.webex.client import WebexClient
from bot.webex.json_fields import Item, as_int, child, clean, flag, objects, optional, required, text, timestamp
from bot.webex.models import Subscriber, WebexEnterprise
from bot.webex.urls import segment
from storage.values.records import SyncError, WebexSyncStatus

PAGE = "100"

_log = logging.getLogger(__name__)


class BroadWorks:
    """The provider's side of Webex; every call may raise the failures of bot.webex.errors."""

    def __init__(self, client: WebexClient) -> None:
        self._client = client

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise | None:
        """The enterprise with exactly this id, None where Webex knows none (yet)."""
        found = self._enterprises({"spEnterpriseId": sp_enterprise_id, "max": PAGE})
        return next((one for one in found if one.sp_enterprise_id == sp_enterprise_id), None)

    def enterprises(self) -> Iterator[WebexEnterprise]:
        """Every enterprise of the provider."""
        return self._enterprises({"max": PAGE})

    def sync_reading(self, enterprise_id: str) -> WebexSyncStatus:
        """How the enterprise's last sync is doing; `enterprise_id` is Webex's own."""
        return _reading(self._client.call("GET", _sync_path(enterprise_id)))

    def start_sync(self, enterprise_id: str) -> WebexSyncStatus:
        """Ask for a sync now; raises RateLimited while the enterprise's cluster runs another."""
        wanted = {"syncStatus": "SYNC_NOW"}
        return _reading(self._client.call("POST", _sync_path(enterprise_id), json=wanted))

    def subscriber_pages(
        self, sp_enterprise_id: str, *, changed_since: datetime | None = None
    ) -> Iterator[list[Subscriber]]:
        """The enterprise's license holders, each once; `changed_since` asks only for later status changes.

        What Webex sends of other enterprises is left out, even where its paging has lost the filter.
        """
        params = {"spEnterpriseId": sp_enterprise_id, "max": PAGE}
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
            _log.warning("left out %d subscribers of other enterprises than the one asked for", foreign)

    def _enterprises(self, params: dict[str, str]) -> Iterator[WebexEnterprise]:
        for items in self._client.pages("broadworks/enterprises", params):
            for item in items:
                webex_id, sp_enterprise_id = optional(item, "id"), optional(item, "spEnterpriseId")
                if not webex_id or not sp_enterprise_id:
                    _log.warning("left out an enterprise that Webex tells without its ids")
                    continue
                yield WebexEnterprise(
                    id=webex_id,
                    sp_enterprise_id=sp_enterprise_id,
                    org_id=optional(item, "orgId"),
                    reading=_reading(child(item, "broadworksDirectorySync")),
                )


def _sync_path(enterprise_id: str) -> str:
    return f"broadworks/enterprises/{segment(enterprise_id)}/broadworksDirectorySync"


def _reading(item: Item) -> WebexSyncStatus:
    status = child(item, "directorySyncStatus")
    return WebexSyncStatus(
        enabled=flag(item, "enableDirSync"),
        status=optional(status, "syncStatus"),
        started_at=timestamp(status, "lastSyncStartTime"),
        ended_at=timestamp(status, "lastSyncEndTime"),
        succeeded_at=timestamp(status, "lastSuccessfulSyncTime"),
        tracking_id=optional(status, "lastSyncTrackingId"),
        counts={
            clean(name): count
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
