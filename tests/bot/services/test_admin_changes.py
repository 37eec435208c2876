"""How many admins there can be, who is invited, and who is told of a change; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.fields import Fields
from bot.chat.message import Refusal
from bot.entrypoints import shell
from bot.replies.admin_changes import INVITATION, ONE_MORE, YOU_WERE_REMOVED
from bot.settings.load import Settings
from storage import spaces
from storage.values.records import Identity
from tests.bot.services.team import ANA, BEN, BOB, JANE, MAX, OLGA, SLIP, Team
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW


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
