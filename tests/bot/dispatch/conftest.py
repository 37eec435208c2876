"""An enterprise that sends files."""

import pytest

from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Enterprise
from tests.bot.dispatch.file_requests import ANA, MANY
from tests.storage import sample_rows


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise with two admins and many license holders."""
    acme = sample_rows.enterprise(database)
    for email in (ANA.email, "ben@acme.example"):
        sample_rows.admin(database, acme.id, email)
    holders = [LicenseHolder(service_id=f"{number}@acme", ext=str(number)) for number in range(MANY)]
    with database.write() as session:
        sample_rows.write_roster(session, acme.id, holders)
    return acme
