"""Admins of another Webex organization are let in only by operators, and knowingly; on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.chat.message import Refusal
from storage import audit
from storage.models import AdminRow
from storage.values.records import Identity
from tests.bot.services.team import ANA, JANE, OLGA, Team
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW


def test_only_operators_let_in_a_person_of_any_organization(team: Team) -> None:
    team.learn_org("acme's")
    away = Identity("jane", "jane@acme.example", "another")
    for typed, people in (("Jane", [away]), (JANE, [])):
        said = team.said(ANA, f"admins add {typed} any-organization", *people, words_behind="any-organization")
        assert "Only operators" in said
    assert "another Webex organization" in team.said(OLGA, "admins add Jane", away)
    assert team.admins == [ANA.email]
    said = team.said(OLGA, "admins add Jane any-organization", away, words_behind="any-organization")
    assert "any Webex organization" in said
    with team.database.read() as session:
        jane = session.scalars(select(AdminRow).where(AdminRow.person_id == "jane")).one()
        assert (jane.any_organization, jane.kept_out_at, jane.added_by_id) == (True, None, "olga")
        (entry, *_) = audit.entries(session, NOW, team.enterprise.id)
    assert (entry.arguments, entry.detail) == (
        "add Jane any-organization",
        "1 added, 0 let in from any organization",
    )


@pytest.mark.parametrize("words", ["any-organization", "Any Organization", "any-organisation."])
def test_an_admin_who_was_kept_out_is_let_in(team: Team, words: str) -> None:
    team.learn_org("acme's")
    sample_rows.admin(team.database, team.enterprise.id, JANE)
    jane = Identity("jane", JANE, "another")
    assert "you belong to another organization" in team.said(jane, "help")
    assert "**Let in**" in team.said(OLGA, f"admins add {JANE} {words}")
    assert "you belong to another organization" not in team.said(jane, "help")
    assert "already admins" in team.said(OLGA, f"admins add {JANE} {words}")


def test_who_had_an_address_before_is_not_let_in_for_who_has_it_now(team: Team) -> None:
    team.learn_org("acme's")
    team.ask(ANA, "admins add Jane", Identity("jane before", JANE, "acme's"))
    now = Identity("jane now", JANE, "another")
    for words in ("any-organization", ""):
        said = team.said(OLGA, "admins add Jane", replace(now, org_id=None), words_behind=words)
        assert f"`admins remove {JANE}`" in said
    with team.database.read() as session:
        jane = session.scalars(select(AdminRow).where(AdminRow.email == JANE)).one()
        assert (jane.person_id, jane.any_organization) == ("jane before", False)


def test_who_was_kept_out_is_not_added_again_by_their_address(team: Team) -> None:
    team.learn_org("acme's")
    sample_rows.admin(team.database, team.enterprise.id, JANE)
    team.said(Identity("jane", JANE, "another"), "help")
    team.said(ANA, f"admins remove {JANE}")
    for who, typed in ((ANA, f"admins add {JANE.upper()}"), (OLGA, f"enterprise set acme admin={JANE}")):
        assert "kept these people out" in team.said(who, typed)
    assert "kept these people out" in team.said(ANA, "admins add Jane", Identity("jane", "new@acme.example"))
    assert team.admins == [ANA.email]
    assert "**Added**" in team.said(ANA, "admins add Jane", Identity("jane", JANE, "acme's"))
    team.said(ANA, f"admins remove {JANE}")
    assert "**Added**" in team.said(OLGA, f"admins add {JANE} any-organization")


@pytest.mark.parametrize("sign", ["", ".", "!"])
def test_a_name_that_ends_in_the_words_lets_nobody_in(team: Team, sign: str) -> None:
    team.learn_org("acme's")
    mallory = Identity("mallory", "mallory@acme.example", "another")
    refused = team.ask(OLGA, f"admins add Mallory any-organization{sign}", mallory, words_behind=sign)
    assert isinstance(refused, Refusal)
    assert "another Webex organization" in refused.markdown
    assert team.admins == [ANA.email]


def test_any_organization_works_only_in_admins_add(team: Team) -> None:
    assert "works only in `admins add`" in team.said(OLGA, f"enterprise set acme admin={JANE} any-organization")
    assert team.admins == [ANA.email]
