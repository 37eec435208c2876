"""Chooses who is told how a sync ended, and where: each person once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from storage.values.folding import address_key
from storage.values.messages import Address, Draft
from storage.values.records import Admin, Follower, Identity


@dataclass(frozen=True, slots=True)
class Audience:
    """A notification space and its members; None if the bot cannot reach it."""

    room_id: str
    members: Sequence[Identity] | None


@dataclass(frozen=True, slots=True)
class Concerned:
    """The followers of a sync who still have rights, the notification spaces, and the admins who want notices."""

    followers: Sequence[Follower]
    audiences: Sequence[Audience]
    admins: Sequence[Admin]


def messages(concerned: Concerned, draft: Draft) -> Iterator[tuple[Address, Draft]]:
    """Yield each message with its address: to followers where they asked, to spaces, to the other admins in 1:1."""
    told: set[str] = set()
    reached = [audience for audience in concerned.audiences if audience.members is not None]
    rooms = {audience.room_id for audience in reached}
    threads: set[tuple[str, str | None]] = set()
    for follower in concerned.followers:
        told |= {follower.person_id, address_key(follower.email)}
        if (follower.room_id, follower.thread) in threads:
            continue
        threads.add((follower.room_id, follower.thread))
        person_id = follower.person_id if follower.direct else None
        message = replace(draft, parent_id=follower.thread, person_id=follower.person_id)
        yield (
            Address(room_id=follower.room_id, person_id=person_id, direct=follower.direct),
            message if follower.room_id in rooms else replace(message, public_markdown=None),
        )
    for audience in reached:
        told |= {key for member in audience.members or () for key in (member.person_id, address_key(member.email))}
        if audience.room_id not in {room for room, _ in threads}:
            yield Address(room_id=audience.room_id), draft
    for admin in concerned.admins:
        if not _is_among(admin, told):
            yield Address(person_id=admin.person_id, email=admin.email), replace(draft, person_id=admin.person_id)


def _is_among(admin: Admin, told: set[str]) -> bool:
    """Compare by `person_id`; by e-mail only for an admin whose `person_id` is not known yet."""
    return address_key(admin.email) in told if admin.person_id is None else admin.person_id in told
