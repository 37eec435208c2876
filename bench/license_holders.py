"""A roster of any size: half of the license holders are in Dallas, 20 have a rare address."""

import random
from datetime import UTC, datetime

from bench.webhooks import ADMIN_EMAIL
from storage import admins, enterprises, license_holders, rosters
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from storage.values.license_table import LicenseHolder
from storage.values.records import Claim, Enterprise

RARE = 20
_FIRST = ("Ana", "Bo", "José", "María", "Łucja", "Änne", "Grace", "Oliver", "秀英", "Сергей")
_LAST = ("Miller", "O'Neill", "Quill", "Łęcki", "Schröder", "Peña", "Шевченко", "Yates", "张", "Ibáñez")


def fill(url: str, number: int) -> None:
    """Add an enterprise with a roster of this size to an empty database."""
    database = Database(url)
    upgrade(database)
    now = datetime.now(UTC)
    enterprise = add_enterprise(database, "acme", now)
    with database.single_write() as connection:
        row = rosters.claim(connection, now)
    if row is None:
        raise LookupError("no roster is due")
    claim, generator = Claim(row.id, row.attempt), random.Random(number)
    for first in range(0, number, license_holders.CHUNK):
        indexes = range(first, first + license_holders.CHUNK)
        chunk = [(f"s{index}", _holder(index, number, generator)) for index in indexes]
        with database.write() as session:
            rosters.add(session, claim, enterprise.id, now, first, chunk)
    with database.write() as session:
        rosters.make_current(session, claim, enterprise.id, now, number)
    database.close()


def add_enterprise(database: Database, sp_enterprise_id: str, now: datetime) -> Enterprise:
    """Add an enterprise with one admin, and request its roster."""
    with database.write() as session:
        enterprise = enterprises.add(
            session, key="acme", name="Acme", sp_enterprise_id=sp_enterprise_id, cluster="east", timezone="UTC", now=now
        )
        admins.add(session, enterprise.id, ADMIN_EMAIL, now)
        rosters.request(session, enterprise.id, now)
    return enterprise


def _holder(index: int, number: int, generator: random.Random) -> LicenseHolder:
    first, last = generator.choice(_FIRST), generator.choice(_LAST)
    rare = index % (number // RARE) == 0
    return LicenseHolder(
        location="Dallas" if index % 2 else generator.choice(("Austin", "München", "Łódź")),
        license_type=generator.choice(("Premium", "Standard", "Basic")),
        service_id=f"+1972{index:07}@voip.example",
        ext=str(1000 + index),
        first_name=first,
        last_name=last,
        email=f"user{index}@{'rare' if rare else 'acme'}.example",
        status=generator.choice(("Provisioned", "Pending Email Input", "Error")),
        activation=generator.choice(("Activated", "Not begun", "Error")),
    )
