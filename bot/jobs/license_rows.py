"""A subscriber, as Webex describes one, as a row of the license table."""

import string

from bot.filters.columns import ACTIVATED, BEGUN, ERROR, NOT_BEGUN
from bot.webex.models import Subscriber
from storage.values.license_table import LicenseHolder


def license_holder(subscriber: Subscriber) -> LicenseHolder:
    """A subscriber as a row of the license table; the location is Webex's, which a mapping of ours comes before."""
    return LicenseHolder(
        location=_storable(subscriber.group_id),
        license_type=in_title_case(subscriber.package),
        service_id=_storable(subscriber.user_id),
        ext=_storable(subscriber.extension),
        first_name=_storable(subscriber.first_name),
        last_name=_storable(subscriber.last_name),
        email=_storable(subscriber.email),
        status=in_title_case(subscriber.status),
        activation=_activation(subscriber),
    )


def in_title_case(code: str) -> str:
    """Webex's code as words: `pending_email_input` is "Pending Email Input"."""
    return string.capwords(_storable(code).replace("_", " "))


def _activation(subscriber: Subscriber) -> str:
    status = subscriber.status.strip().casefold()
    if not subscriber.email.strip() or status == "pending_email_input":
        return NOT_BEGUN
    if status == "provisioned":
        return ACTIVATED
    if status == "error":
        return ERROR
    return BEGUN


def _storable(text: str) -> str:
    """Text that every database takes: JSON can carry NUL and halves of surrogate pairs, PostgreSQL cannot."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
