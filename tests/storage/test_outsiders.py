"""Nothing that outsiders type changes or reveals anything of an enterprise."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage import admins, enterprises, locations, rosters, spaces, syncs
from storage.engine.database import Database
from storage.models import AdminRow, EnterpriseRow, LicenseHolderRow, LocationRow, RosterRow, SpaceRow, SyncRow
from storage.values.license_table import LicenseHolder
from storage.values.records import Claim, Identity
from tests.storage import sample_rows
from tests.storage.conversation import Conversation
from tests.storage.sample_rows import NOW

_ANA, _OLGA = "ana@secretive.example", "olga@provider.example"
_TELLTALES = ("secretive", "Hush", "Quimby", "Nowhereville")
_OUTSIDERS = (
    Identity("bo", "bo@bolt.example"),
    Identity("sam", "sam@elsewhere.example"),
    Identity("impostor", _ANA),
    Identity("stray", "new@secretive.example", "another organization"),
    Identity("sham", _OLGA),
)
_WORDS = st.sampled_from(
    [
        *("status", "sync", "cancel", "history", "licenses", "licenses count", "locations", "notify on", "notify off"),
        *("use", "use secretive", "use bolt", "admins", f"admins add {_OUTSIDERS[1].email}", f"admins remove {_ANA}"),
        *(
            "admins remove new@secretive.example",
            "audit",
            "audit 400d",
            "queue",
            "enterprise",
            "enterprise remove secretive",
        ),
        *("enterprise set secretive name=Mine", "enterprise add mine sp-enterprise-id=Reseller+secretive"),
        *("link secretive", "link bolt", "unlink", "spaces", "trust on", "help", "licenses refresh secretive", ""),
    ]
)
_LINES = st.tuples(st.sampled_from(_OUTSIDERS), _WORDS, st.sampled_from([None, "linked", "told", "anybody"]))


@pytest.fixture
def world(database: Database) -> Database:
    """An enterprise with rows in every table, and another one."""
    hush = sample_rows.enterprise(database, "secretive")
    bolt = sample_rows.enterprise(database, "bolt")
    for email in (_ANA, "new@secretive.example"):
        sample_rows.admin(database, hush.id, email)
    sample_rows.admin(database, bolt.id, "bo@bolt.example")
    with database.write() as session:
        admins.set_operators(session, [_OLGA])
        sample_rows.learn_person(session, "ana", _ANA)
        sample_rows.learn_person(session, "olga", _OLGA)
        enterprises.change(session, hush.id, name="Hush")
        enterprises.learn_webex_id(
            session, hush.id, hush.sp_enterprise_id, "webex id of secretive", "organization of secretive"
        )
        spaces.link(session, "linked", hush.id, NOW)
        spaces.notify(session, "told", hush.id, NOW)
        rosters.request(session, hush.id, NOW)
    with database.single_write() as connection:
        row = rosters.claim(connection, NOW)
    assert row is not None
    claim, holder = (
        Claim(row.id, row.attempt),
        LicenseHolder("Nowhereville", "Premium", "q@secretive", last_name="Quimby"),
    )
    with database.write() as session:
        rosters.add(session, claim, hush.id, NOW, 0, [("q", holder)])
        rosters.make_current(session, claim, hush.id, NOW, 1)
        locations.change(session, hush.id, locations.in_every_form({"q@secretive": "Nowhereville"}), NOW)
        syncs.accept(session, enterprises.get(session, hush.id), _ANA, NOW)
    return database


@pytest.fixture
def talk(world: Database) -> Conversation:
    """One bot for all that is tried."""
    return Conversation(world)


def _all_of_it(database: Database) -> list[Any]:
    """Return every cell of every row that belongs to the enterprise."""
    found: list[Any] = []
    with database.read() as session:
        (hush,) = session.execute(select(EnterpriseRow.__table__).where(EnterpriseRow.key == "secretive")).all()
        found.append(hush)
        for table in (AdminRow, SpaceRow, RosterRow, LocationRow, SyncRow):
            rows = select(table.__table__).where(table.__table__.c.enterprise_id == hush.id)
            found += session.execute(rows.order_by(table.__table__.c.id)).all()
        found += session.execute(select(LicenseHolderRow.__table__)).all()
    return found


@given(lines=st.lists(_LINES, min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_strangers_cannot_change_or_learn_anything(
    world: Database, talk: Conversation, lines: list[tuple[Identity, str, str | None]]
) -> None:
    before = _all_of_it(world)
    for who, words, room in lines:
        typed = words
        for destination, markdown in talk.type(who, typed, room).said:
            if destination.person_id == "olga":
                continue  # what operators are told of those who were kept out
            told = markdown.replace(typed, "")
            assert [word for word in _TELLTALES if word in told and word not in typed] == [], (who, typed, markdown)
    assert _all_of_it(world) == before
