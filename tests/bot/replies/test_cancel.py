"""What `cancel` says: what has become of the sync, and what can be done now."""

from datetime import timedelta

import pytest

from bot.replies import cancel
from tests.bot.samples import NOW, enterprise, sync

ACME = enterprise("Acme_1")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (cancel.nothing(ACME), ["in the queue", "nothing to cancel"]),
        (cancel.too_late(ACME), ["has already started", "cannot be stopped", "`status`"]),
        (cancel.withdrawn(ACME), ["You have withdrawn", "stays in the queue", "you get a message when it ends"]),
        (cancel.ended(ACME), ["is cancelled", "`sync` works again now"]),
        (cancel.ended_for_all(ACME), ["is cancelled", "I will tell the people who waited", "`sync` works again now"]),
    ],
)
def test_each_reply_names_the_enterprise_and_the_outcome(said: str, words: list[str]) -> None:
    assert [word for word in [r"Acme\_1", *words] if word not in said] == []


@pytest.mark.parametrize(("named", "who"), [(True, "ana@acme.example"), (False, "another admin")])
def test_a_person_who_cannot_cancel_is_told_who_can(named: bool, who: str) -> None:
    said = cancel.not_yours(sync(asked_at=NOW - timedelta(hours=2)), ACME, NOW, named=named)
    assert f"{who} asked for it Sun 22 Nov 02:14 CST, 2 h ago" in said
    assert ("ana@acme.example" in said) is named
    assert "An operator can end it for everybody" in said
