"""Teams of admins."""

import pytest

from storage import admins
from storage.engine.database import Database
from tests.bot.services.team import ANA, BEN, OLGA, Team
from tests.storage import sample_rows


@pytest.fixture
def team(database: Database) -> Team:
    """Acme with Ana, who has written, and Olga as its operator."""
    acme = sample_rows.enterprise(database)
    sample_rows.admin(database, acme.id, ANA.email)
    with database.write() as session:
        admins.set_operators(session, [OLGA.email])
    made = Team(database, acme)
    made.ask(ANA, "help")
    return made


@pytest.fixture
def team_of_four(team: Team) -> Team:
    """Acme with Ana and Ben, who have written, and Cy and Di, who have not."""
    for name in ("ben", "cy", "di"):
        sample_rows.admin(team.database, team.enterprise.id, f"{name}@acme.example")
    team.ask(BEN, "help")
    return team
