"""Who can be added as an admin, what is asked first, and who is told of it; through the router, on both databases."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.chat.fields import Fields
from bot.chat.message import Message, Refusal, Unconfirmed
from bot.dispatch import router
from bot.dispatch.outcome import Outcome
from bot.dispatch.pending_request import Detail
from bot.entrypoints import shell
from bot.jobs import typed_message
from bot.replies.admin_changes import INVITATION, ONE_MORE, YOU_WERE_REMOVED
from bot.settings.load import Settings
from storage import admins, audit, destinations, inbox, spaces
from storage.engine.database import Database
from storage.models import AdminRow, EnterpriseRow, OutboxRow
from storage.values.records import Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

ANA, BEN = Identity("ana", "ana@acme.example"), Identity("ben", "ben@acme.example")
OLGA = Identity("olga", "olga@provider.example")
JANE, BOB = "jane@acme.example", "bob@acme.example"
SLIP = "jane@acme.exampel"
MAX = 5


@dataclass
class Team:
    """An enterprise whose admins and operators type commands in 1:1."""

    database: Database
    enterprise: Enterprise
    now: datetime = NOW

    def ask(self, who: Identity, text: str, *mentioned: Identity, words_behind: str = "") -> Outcome:
        self.now += timedelta(seconds=10)
        ids = tuple(person.person_id for person in mentioned)
        message = Message(f"{self.now}", f"space of {who.person_id}", True, who, text)
        message = replace(message, mentioned=ids, people=mentioned, words_behind=words_behind)
        sample_rows.receive_event(self.database, message.id, message.room_id, self.now)
        with self.database.single_write() as connection:
            row = inbox.claim(connection, self.now)
        assert row is not None
        request = replace(typed_message.pending_request(row, message), fetched=frozenset(Detail))
        settings = Settings(max_admins=MAX).command_settings
        outcome = router.answer(self.database, settings, request, self.now)
        assert not isinstance(outcome, Detail)
        return outcome

    def said(self, who: Identity, text: str, *mentioned: Identity, words_behind: str = "") -> str:
        outcome = self.ask(who, text, *mentioned, words_behind=words_behind)
        assert isinstance(outcome, Refusal) or hasattr(outcome, "markdown")
        return outcome.markdown

    @property
    def admins(self) -> list[str]:
        with self.database.read() as session:
            return [admin.email for admin in admins.of_enterprise(session, self.enterprise.id)]

    def heard(self, who: Identity | str) -> list[OutboxRow]:
        """Return what was sent to a person's id or address, without the answers to what they typed."""
        with self.database.read() as session:
            rows = list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
            places = [destinations.get(session, row.destination_id) for row in rows]
        keys = (who,) if isinstance(who, str) else (who.person_id, who.email)
        return [
            row
            for row, place in zip(rows, places, strict=True)
            if row.is_notice and (place.person_id in keys or place.email in keys)
        ]

    def learn_org(self, org_id: str) -> None:
        with self.database.write() as session:
            session.execute(update(EnterpriseRow).values(org_id=org_id))


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


def test_an_enterprise_has_a_maximum_of_admins(team: Team) -> None:
    names = [f"a{number}@acme.example" for number in range(MAX)]
    assert f"has 1 admin and can have {MAX}, so {MAX} more" in team.said(ANA, f"admins add {' '.join(names)}")
    for typed in (f"set acme admin={','.join(names)}", f"add bolt sp-enterprise-id=x admin={','.join((*names, BOB))}"):
        assert "I added nobody" in team.said(OLGA, f"enterprise {typed}")
    settings = Settings(max_admins=MAX).command_settings
    fields = Fields(("set", "acme"), (("admin", ", ".join(names)),))
    with pytest.raises(Refusal, match="I added nobody"):
        shell.ask(team.database, settings, "enterprise", fields, NOW)
    assert team.admins == [ANA.email]
    assert "**Added**" in team.said(ANA, f"admins add {' '.join(names[1:])} {ANA.email}")
    assert "already admins" in team.said(ANA, f"admins add {names[1]}")
    assert "can have" in team.said(ANA, f"admins add {names[0]}")
    assert len(team.admins) == MAX


def test_a_new_admin_is_invited_without_data(team: Team) -> None:
    known = Identity("jane", JANE)
    team.ask(ANA, f"admins add {BOB}")
    team.ask(ANA, "admins add Jane", known)
    for who in (known, BOB):
        row = team.heard(who)[0]
        assert row.markdown == INVITATION
        assert (row.enterprise_id, row.attachment_id) == (team.enterprise.id, None)
    assert team.enterprise.name not in INVITATION


def test_an_admin_of_another_enterprise_is_not_greeted_as_a_newcomer(team: Team) -> None:
    bolt = sample_rows.enterprise(team.database, "bolt")
    for email in (BEN.email, BOB):
        sample_rows.admin(team.database, bolt.id, email)
    team.ask(BEN, "help")
    team.ask(ANA, f"admins add {BEN.email} {BOB}")
    assert [row.markdown for row in team.heard(BEN.email)] == [ONE_MORE]
    assert [row.markdown for row in team.heard(BOB)] == [INVITATION]


def test_any_organization_works_only_in_admins_add(team: Team) -> None:
    assert "works only in `admins add`" in team.said(OLGA, f"enterprise set acme admin={JANE} any-organization")
    assert team.admins == [ANA.email]


def test_an_address_is_invited_once_a_day(team: Team) -> None:
    for _ in range(3):
        team.ask(ANA, f"admins add {JANE}")
        team.ask(ANA, f"admins remove {JANE}")
    assert len(team.heard(JANE)) == 1
    assert "I have invited these people" in team.said(ANA, f"admins add {JANE}")
    team.ask(ANA, f"admins remove {JANE}")
    team.now += timedelta(days=1)
    assert "I have invited" not in team.said(ANA, f"admins add {JANE}")
    assert len(team.heard(JANE)) == 2


def test_an_enterprise_invites_at_most_as_many_as_it_may_have(team: Team) -> None:
    for number in range(MAX + 2):
        team.ask(ANA, f"admins add a{number}@acme.example")
        team.ask(ANA, f"admins remove a{number}@acme.example")
    assert [len(team.heard(f"a{number}@acme.example")) for number in range(MAX + 2)] == [1] * MAX + [0] * 2


def test_a_shell_invites_nobody_but_the_other_admins_are_told(team: Team) -> None:
    fields = Fields(("set", "acme"), (("admin", f"Slip <{SLIP}>"),))
    shell.ask(team.database, Settings().command_settings, "enterprise", fields, NOW)
    assert team.heard(SLIP) == []
    (row,) = team.heard(ANA)
    assert row.markdown.startswith("An operator **added**")


@pytest.mark.parametrize("word", ["added", "removed"])
def test_the_other_admins_are_told_who_changed_and_by_whom(team_of_four: Team, word: str) -> None:
    team = team_of_four
    with team.database.write() as session:
        spaces.mute(session, BEN.person_id, NOW)
    team.ask(ANA, f"admins add {JANE}" if word == "added" else "admins remove di@acme.example")
    who = JANE if word == "added" else "di@acme.example"
    (row,) = team.heard(BEN)
    assert row.markdown.startswith(f"{ANA.email} **{word}**")
    assert who in row.markdown
    assert (row.enterprise_id, row.personal, row.person_id) == (team.enterprise.id, True, "ben")
    (row,) = team.heard("cy@acme.example")
    assert "@" not in row.markdown
    assert team.enterprise.name not in row.markdown
    assert row.enterprise_id == team.enterprise.id
    assert [row.markdown for row in team.heard(who)] == [INVITATION] * (word == "added")
    assert team.heard(ANA) == team.heard(OLGA) == []


def test_a_removed_admin_who_has_written_is_told_once_a_day_without_data(team: Team) -> None:
    sample_rows.admin(team.database, team.enterprise.id, BEN.email)
    for _ in range(3):
        team.ask(BEN, "help")
        team.ask(ANA, f"admins remove {BEN.email}")
        team.ask(ANA, f"admins add {BEN.email}")
    told = [row for row in team.heard(BEN) if row.markdown != INVITATION]
    assert [(row.markdown, row.enterprise_id, row.person_id) for row in told] == [(YOU_WERE_REMOVED, None, "ben")]
    team.ask(BEN, "help")
    assert "**Removed**" in team.said(BEN, f"admins remove {ANA.email}")
    assert [row.markdown for row in team.heard(ANA)] == [YOU_WERE_REMOVED]


def test_what_an_operator_changes_is_told_to_every_admin(team_of_four: Team) -> None:
    team_of_four.ask(OLGA, f"enterprise set acme admin={JANE}")
    for who in (ANA, BEN):
        (row,) = team_of_four.heard(who)
        assert row.markdown.startswith(f"The operator {OLGA.email} **added**")
    team_of_four.ask(OLGA, f"enterprise set acme admin={JANE}")
    assert len(team_of_four.heard(ANA)) == 1


def test_an_admin_who_is_kept_out_hears_of_no_change(team_of_four: Team) -> None:
    team_of_four.learn_org("acme's")
    team_of_four.ask(replace(BEN, org_id="another"), "help")
    team_of_four.ask(ANA, f"admins add {JANE}")
    assert team_of_four.heard(BEN) == []


def test_one_bot_among_the_people_adds_nobody(team: Team) -> None:
    for typed in (f"admins add {JANE} helper@webex.bot", f"enterprise set acme admin={JANE},helper@sparkbot.io"):
        assert "a bot cannot be an admin" in team.said(OLGA, typed)
    assert team.admins == [ANA.email]
