"""The CSV of the license holders who have not activated, and what each of them must do."""

from collections.abc import Iterable, Iterator

from bot.filters import columns
from storage.values.license_table import LicenseHolder

HEADER = (*columns.HEADER, "What to do")

_NO_EMAIL = "Webex needs this person's e-mail address to invite them. Your service provider can enter it."
_ENTER_EMAIL = "Ask this person to open the activation page that they received and to enter their e-mail address there."
_GO_ON = "Ask this person to confirm the e-mail from Webex and to sign in to the Webex app once."
_ERROR = "Activation failed. Ask your service provider to look at this person's account."


def rows(holders: Iterable[LicenseHolder]) -> Iterator[tuple[str, ...]]:
    """Yield a row, in the order of HEADER, for each license holder who has not activated."""
    for holder in holders:
        if holder.activation != columns.ACTIVATED:
            yield (*columns.cells(holder), _advice(holder))


def _advice(holder: LicenseHolder) -> str:
    if holder.activation == columns.ERROR:
        return _ERROR
    if holder.activation == columns.NOT_BEGUN:
        return _ENTER_EMAIL if holder.email.strip() else _NO_EMAIL
    return _GO_ON
