"""The first state of a sandbox: one provider, three enterprises, the people of the demo and no messages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from random import Random
from uuid import UUID

from sandbox.broadworks.enterprises import SyncOutcome, SyncRun
from sandbox.broadworks.subscribers import PACKAGES, STATUSES, Subscriber
from sandbox.names import FIRST_NAMES, LANGUAGES, LAST_NAMES, with_spellings
from sandbox.webex import scopes
from sandbox.webex.ids import make_tracking_id
from sandbox.webex.times import now
from sandbox.world import BOT, PARTNER_ADMIN, World

ACME, BOREALIS, CUMULUS = "Reseller1+acme", "Reseller1+borealis", "Reseller1+cumulus"
SPACE = "Acme telephony"
CLIENT_ID, CLIENT_SECRET = "the-client-id-of-the-sandbox", "the-client-secret-of-the-sandbox"
REDIRECT_URI = "http://127.0.0.1:8765/callback"

PEOPLE = {
    "ana@acme.example": "Ana Ferreira",
    "ben@acme.example": "Ben Whitfield",
    "bo@borealis.example": "Bo Lindqvist",
    "cora@cumulus.example": "Cora Haddad",
    "olga@provider.example": "Olga Petrova",
    PARTNER_ADMIN: "Provider One Administrator",
    "sam@elsewhere.example": "Sam Stranger",
}
_CLIENT_SCOPES = (scopes.PEOPLE_READ, scopes.ENTERPRISES_READ, scopes.ENTERPRISES_WRITE, scopes.SUBSCRIBERS_READ)
_ACME_LOCATIONS = {"Dallas": 88, "Austin": 97, "Łódź": 110, "München": 115}
_STATUS_WEIGHTS = (10, 8, 6, 5, 60, 4, 7)
_PENDING_STATUSES = STATUSES[:3]
_PHONE_NUMBERS = {
    "Dallas": ("+1-214-555-{:04d}", 100, "1{:03d}"),
    "Austin": ("+1-512-555-{:04d}", 100, "0{:03d}"),
    "Łódź": (None, 0, "00{:03d}"),
    "München": ("+49-89-99998{:03d}", 0, "{:03d}"),
}
_ERROR = (10022, "This BroadWorks user ID already belongs to another person")


def seed(world: World) -> None:
    """Fill a new world. The content is always the same, apart from ids and today's date."""
    for email, name in PEOPLE.items():
        world.add_person(email, name)
    world.people.add(BOT, "DirSync", domain="provider.example", bot=True)
    world.oauth.register(CLIENT_ID, CLIENT_SECRET, [REDIRECT_URI], _CLIENT_SCOPES)
    world.oauth.consenting = world.person(PARTNER_ADMIN)
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    for subscriber in _all_subscribers(today):
        world.subscribers.add(subscriber)
    for sp_enterprise_id, domain, cluster in (
        (ACME, "acme.example", "east"),
        (BOREALIS, "borealis.example", "east"),
        (CUMULUS, "cumulus.example", "west"),
    ):
        org_id = world.people.org_id_of(domain)
        world.broadworks.add(sp_enterprise_id, cluster, org_id, _provisioning_id(sp_enterprise_id))
    _add_past_sync(world, today - timedelta(days=3, hours=2))
    space = world.rooms.create(world.person("ana@acme.example"), SPACE)
    for email in ("ben@acme.example", BOT):
        world.rooms.join(space.id, world.person(email), world.person("ana@acme.example"))


@cache
def _all_subscribers(today: datetime) -> tuple[Subscriber, ...]:
    random = Random(410)
    subscribers = (
        *_subscribers(random, today, ACME, "acme.example", _ACME_LOCATIONS, STATUSES),
        *_subscribers(random, today, BOREALIS, "borealis.example", {"Dallas": 12}, STATUSES),
        *_subscribers(random, today, CUMULUS, "cumulus.example", {"Austin": 14}, _PENDING_STATUSES),
    )
    return tuple(sorted(subscribers, key=lambda subscriber: subscriber.created))


def _add_past_sync(world: World, started_at: datetime) -> None:
    acme = world.enterprise(ACME)
    acme.run = SyncRun(False, started_at, 0, 0, make_tracking_id("NA"), SyncOutcome())
    acme.finish(started_at + timedelta(minutes=72, microseconds=532770), sum(_ACME_LOCATIONS.values()))


def _provisioning_id(sp_enterprise_id: str) -> str:
    return f"{UUID(int=Random(sp_enterprise_id).getrandbits(128), version=4)}:provider-one"


def _subscribers(
    random: Random,
    today: datetime,
    sp_enterprise_id: str,
    domain: str,
    locations: dict[str, int],
    statuses: tuple[str, ...],
) -> Iterator[Subscriber]:
    provisioning_id = _provisioning_id(sp_enterprise_id)
    weights = _STATUS_WEIGHTS[: len(statuses)]
    taken: set[str] = set()
    slots = chain.from_iterable(((location, n) for n in range(count)) for location, count in locations.items())
    for index, (location, n) in enumerate(slots):
        first, last, address = _new_name(random, location, taken)
        status = statuses[index] if index < len(statuses) else random.choices(statuses, weights)[0]
        created = today - timedelta(days=random.randint(30, 700), seconds=random.randrange(86400))
        phone, offset, extension = _PHONE_NUMBERS[location]
        yield Subscriber(
            user_id=f"{domain.partition('.')[0]}{index + 1:04d}@voice.provider.example",
            sp_enterprise_id=sp_enterprise_id,
            group_id=location,
            first_name=first,
            last_name=last,
            package=PACKAGES[index] if index < len(PACKAGES) else random.choice(PACKAGES),
            status=status,
            created=created,
            last_status_change=created + timedelta(days=random.randint(0, 29)),
            provisioning_id=provisioning_id,
            extension=extension.format(n + 1),
            email=None if status == "pending_email_input" else f"{address}@{domain}",
            primary_phone_number=phone.format(n + offset) if phone else None,
            self_activated=status == "provisioned" and random.random() < 0.4,
            errors=(_ERROR,) if status == "error" else (),
        )


def _new_name(random: Random, location: str, taken: set[str]) -> tuple[str, str, str]:
    language = random.choice(LANGUAGES[location])
    first, plain_first = random.choice(with_spellings(FIRST_NAMES[language]))
    last, plain_last = random.choice(with_spellings(LAST_NAMES[language]))
    address, number = f"{plain_first}.{plain_last}", 2
    while address in taken:
        address, number = f"{plain_first}.{plain_last}{number}", number + 1
    taken.add(address)
    return first, last, address
