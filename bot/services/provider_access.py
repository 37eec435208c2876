"""Whether Webex refuses the provider's access, as an answer says it."""

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.replies import provider_access as replies
from storage import access_refusals
from storage.values.provider_access import AccessSubject

FOR_SYNCS = (AccessSubject.ADMIN, AccessSubject.ENTERPRISES, AccessSubject.SYNCS)
"""The parts of the access without which no sync starts, and none is known to have ended."""

FOR_STATUS = (AccessSubject.ADMIN, AccessSubject.ENTERPRISES)
"""The parts without which Webex does not say how a sync stands."""

FOR_LICENSE_HOLDERS = (AccessSubject.ADMIN, AccessSubject.LICENSE_HOLDERS)
"""The parts without which no roster can be read."""

FOR_ALL = (*FOR_SYNCS, AccessSubject.LICENSE_HOLDERS)


def notice(session: Session, request: Request, needed: tuple[AccessSubject, ...]) -> str | None:
    """Return what the requester must know if Webex refuses something that the answer needs; None if it does not.

    The cure, for operators, is not for everybody who reads a group space.
    """
    refusals = access_refusals.current(session, needed)
    if not refusals:
        return None
    return replies.notice(
        refusals,
        request.now,
        request.speaks_for.timezone if request.speaks_for else "UTC",
        for_operator=request.requester.is_operator and request.message.direct,
        is_renewed=request.settings.uses_integration,
    )
