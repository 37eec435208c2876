"""What is asked before people become admins, and what counts as a confirmation; on both databases."""

from datetime import timedelta

from bot.chat.message import Refusal, Unconfirmed
from storage.values.records import Identity
from tests.bot.services.team import ANA, BEN, JANE, OLGA, SLIP, Team
from tests.storage import sample_rows


def test_a_new_domain_is_added_when_it_is_typed_again(team: Team) -> None:
    asked = team.ask(ANA, f"admins add {JANE} {SLIP}")
    assert isinstance(asked, Unconfirmed)
    assert "`acme.exampel`" in asked.markdown
    assert "`acme.example`" in asked.markdown
    assert team.admins == [ANA.email]
    assert team.heard(JANE) == team.heard(SLIP) == []
    assert "**Added**" in team.said(ANA, f"admins add {JANE} {SLIP}")
    assert team.admins == [ANA.email, SLIP, JANE]


def test_a_new_domain_typed_for_another_address_is_asked_again(team: Team) -> None:
    for typed in (f"admins add {SLIP}", f"admins add x{SLIP}"):
        assert isinstance(team.ask(ANA, typed), Unconfirmed)
    team.now += timedelta(minutes=5)
    assert isinstance(team.ask(ANA, f"admins add x{SLIP}"), Unconfirmed)
    assert team.admins == [ANA.email]


def test_a_confirmation_may_be_typed_differently(team: Team) -> None:
    for first, again in (
        (f"admins add {JANE}, {SLIP}", f"admins add  {SLIP.upper()} , Jane <{JANE}>"),
        (f"admins remove {ANA.email}", f"Admins remove <{ANA.email.upper()}>"),
    ):
        assert isinstance(team.ask(ANA, first), Unconfirmed)
        team.ask(ANA, "admins")
        assert not isinstance(team.ask(ANA, again), Refusal)
        for who in ("ben", "cy"):
            sample_rows.admin(team.database, team.enterprise.id, f"{who}@acme.example")
        team.ask(BEN, "help")
    first = f"enterprise set acme sp-enterprise-id=Other admin={JANE}"
    assert isinstance(team.ask(OLGA, first), Unconfirmed)
    other = team.said(OLGA, first.replace("Other", "other"))
    assert other.startswith("This is not the same as what I asked")
    assert "**Changed" in team.said(OLGA, f'Enterprise set ACME admin={JANE} sp_enterprise_id = "Other"')


def test_a_question_that_was_confirmed_is_asked_again(team: Team) -> None:
    for _ in range(2):
        assert isinstance(team.ask(ANA, f"admins add {SLIP}"), Unconfirmed)
        team.ask(ANA, f"admins add {SLIP}")
        team.ask(ANA, f"admins remove {SLIP}")
    team.ask(ANA, f"admins add {SLIP}")
    team.now += timedelta(minutes=6)
    assert team.said(ANA, f"admins add {SLIP}").startswith("More than 5 minutes have passed")


def test_another_person_of_the_same_name_is_asked_about_again(team: Team) -> None:
    for domain in ("partner.example", "evil.example"):
        asked = team.ask(ANA, "admins add Jane", Identity(domain, f"jane@{domain}"))
        assert isinstance(asked, Unconfirmed)
        assert f"`{domain}`" in asked.markdown
    assert team.admins == [ANA.email]


def test_a_subdomain_and_a_longer_domain_are_new_domains(team: Team) -> None:
    for domain in ("mail.acme.example", "acme.example.org", "notacme.example"):
        assert isinstance(team.ask(ANA, f"admins add jane@{domain}"), Unconfirmed), domain
    assert "**Added**" in team.said(ANA, "admins add jane@ACME.Example")


def test_a_new_domain_is_asked_about_for_operators_too(team: Team) -> None:
    typed = f"enterprise set acme name=Other admin={SLIP}"
    assert isinstance(team.ask(OLGA, f"admins add {SLIP}"), Unconfirmed)
    asked = team.ask(OLGA, typed)
    assert isinstance(asked, Unconfirmed)
    assert "`acme.exampel`" in asked.markdown
    assert "**Changed" in team.said(OLGA, typed)
    assert team.admins == [ANA.email, SLIP]


def test_another_id_and_a_new_domain_are_asked_about_together(team: Team) -> None:
    asked = team.said(OLGA, f"enterprise set acme sp-enterprise-id=Other admin={SLIP}")
    assert "`Other`" in asked
    assert "`acme.exampel`" in asked
    assert asked.count("type the same command again") == 1
    assert "Did you mean `acme.example`?" in asked
    assert "Did you mean" not in team.said(OLGA, "admins add jo@partner.test")


def test_the_first_admins_may_have_any_domain(team: Team) -> None:
    assert "2 admins" in team.said(
        OLGA, "enterprise add bolt sp-enterprise-id=x admin=bo@bolt.example,al@partner.example"
    )
    team.said(OLGA, "enterprise add core sp-enterprise-id=y")
    assert "Admins added: cy@core.example" in team.said(OLGA, "enterprise set core admin=cy@core.example")


def test_an_admin_let_in_from_elsewhere_makes_no_domain_known(team: Team) -> None:
    for _ in range(2):
        team.ask(OLGA, "admins add jane@partner.example any-organization")
    assert team.admins == [ANA.email, "jane@partner.example"]
    assert isinstance(team.ask(ANA, "admins add mallory@partner.example"), Unconfirmed)


def test_a_mentioned_person_of_the_organization_needs_no_second_time(team: Team) -> None:
    team.learn_org("acme's")
    known, unknown = Identity("jane", "jane@other.example", "acme's"), Identity("bob", "bob@other.example")
    team.ask(ANA, "admins add Jane Bob", known, unknown)
    assert team.admins == [ANA.email]
    team.ask(ANA, "admins add Jane", known)
    assert team.admins == [ANA.email, known.email]
