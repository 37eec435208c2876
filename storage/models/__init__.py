"""The tables. All work to be done is a row here; docs/architecture.md follows one from start to end."""

from storage.models.audit import AuditRow, LeaseRow
from storage.models.base import Claimable, Table
from storage.models.denials import DenialRow
from storage.models.enterprises import AdminRow, ClusterRow, EnterpriseRow, OperatorRow
from storage.models.locations import LocationRow
from storage.models.messages import AttachmentRow, DestinationRow, InboxRow, OutboxRow
from storage.models.provider_access import AccessRefusalRow, ProviderTokenRow
from storage.models.receiving import SpaceLookRow, WebhookRow
from storage.models.rosters import LicenseHolderRow, RosterRow
from storage.models.spaces import ChoiceRow, MutedRow, SpaceRow
from storage.models.syncs import FollowerRow, SyncRow
from storage.models.webex_status import ReadingRow, WebexRunRow

__all__ = [
    "AccessRefusalRow",
    "AdminRow",
    "AttachmentRow",
    "AuditRow",
    "ChoiceRow",
    "Claimable",
    "ClusterRow",
    "DenialRow",
    "DestinationRow",
    "EnterpriseRow",
    "FollowerRow",
    "InboxRow",
    "LeaseRow",
    "LicenseHolderRow",
    "LocationRow",
    "MutedRow",
    "OperatorRow",
    "OutboxRow",
    "ProviderTokenRow",
    "ReadingRow",
    "RosterRow",
    "SpaceLookRow",
    "SpaceRow",
    "SyncRow",
    "Table",
    "WebexRunRow",
    "WebhookRow",
]
