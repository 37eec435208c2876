"""From the JSON of Webex for BroadWorks to values."""

from bot.webex.json_fields import Item, as_int, child, flag, objects, required, storable, text, timestamp
from bot.webex.models import Subscriber
from storage.values.maxima import MAX_LISTED, MAX_NAME, cut
from storage.values.records import SyncError, WebexSyncStatus

MAX_COUNTS = 100
"""Fields of a sync's status that are looked at for numbers. Webex's documentation names eight."""


def sync_status(item: Item) -> WebexSyncStatus:
    """Return the state of an enterprise's last sync."""
    status = child(item, "directorySyncStatus")
    return WebexSyncStatus(
        enabled=flag(item, "enableDirSync"),
        status=text(status, "syncStatus", MAX_NAME) or None,
        started_at=timestamp(status, "lastSyncStartTime"),
        ended_at=timestamp(status, "lastSyncEndTime"),
        succeeded_at=timestamp(status, "lastSuccessfulSyncTime"),
        tracking_id=text(status, "lastSyncTrackingId", MAX_NAME) or None,
        counts={
            cut(storable(name), MAX_NAME): count
            for name, value in list(status.items())[:MAX_COUNTS]
            if isinstance(value, int) and (count := as_int(value)) is not None
        },
        errors=tuple(
            SyncError(code=as_int(error.get("errorCode")) or 0, description=text(error, "description"))
            for error in objects(status, "errors")[:MAX_LISTED]
        ),
    )


def subscriber(item: Item) -> Subscriber:
    """Return one license holder."""
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
