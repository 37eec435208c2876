"""Looks back that have begun, companies at the moment of delivery, and people who write to the bot."""

import pytest

from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.bot.jobs import strangers
from tests.bot.jobs.company_house import ANA, BEN, ELSEWHERE, KIM, OWN, CompanyHouse
from tests.bot.jobs.space_looks import Looks
from tests.bot.jobs.strangers import Strangers
from tests.storage import sample_rows


@pytest.fixture
def looks(database: Database, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Return looks that have begun with two quiet spaces."""
    made = Looks(database, monkeypatch)
    made.webex.write("quiet")
    made.webex.write("busy")
    made.look()
    return made


@pytest.fixture
def house(database: Database) -> CompanyHouse:
    """Return Acme, whose organization is known, with Ana, who has written, and Kim of another organization."""
    made = CompanyHouse(database)
    ana = made.arrive("ana", ANA, OWN)
    made.arrive("ben", BEN, OWN)
    made.arrive("kim", KIM, ELSEWHERE)
    made.learn_organization("Acme")
    made.add("Acme", ANA)
    made.write("ana", "admins")
    made.add("Acme", KIM, by=ana)
    made.deliver()
    return made


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise with an admin who has written."""
    made = sample_rows.enterprise(database)
    sample_rows.admin(database, made.id, strangers.ANA.email)
    with database.write() as session:
        sample_rows.learn_person(session, strangers.ANA.person_id, strangers.ANA.email)
    return made


@pytest.fixture
def people(database: Database, acme: Enterprise) -> Strangers:
    """People who write to a bot of one enterprise."""
    return Strangers(database)
