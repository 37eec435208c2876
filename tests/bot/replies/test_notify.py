"""What `notify` says: who is told from now on, and how to turn it round."""

import pytest

from bot.replies import notify
from tests.bot.samples import EVIL, enterprise

ACME = enterprise("Acme_1")
OTHER = {True: "`notify off`", False: "`notify on`"}


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("changed", [True, False])
def test_each_reply_says_if_anything_changed_and_how_to_undo_it(on: bool, changed: bool) -> None:
    for said in (notify.oneself(on=on, changed=changed), notify.space(ACME, on=on, changed=changed)):
        assert (" already " in said) is not changed
        assert OTHER[on] in said
        assert OTHER[not on] not in said


def test_notify_off_still_reports_the_syncs_a_person_requests() -> None:
    off = notify.oneself(on=False, changed=True)
    assert "get no messages about syncs that others ask for" in off
    assert "If you ask for a sync, I still report it where you asked" in off
    assert "get a message whenever a directory sync has ended" in notify.oneself(on=True, changed=True)


def test_a_space_is_told_its_enterprise_and_who_may_see_people() -> None:
    on = notify.space(ACME, on=True, changed=True)
    assert r"of Acme\_1 has ended" in on
    assert "only if every member may read them" in on
    assert r"gets no messages about syncs of Acme\_1" in notify.space(ACME, on=False, changed=True)


def test_a_wrong_argument_is_quoted_with_what_to_type() -> None:
    assert notify.on_or_off("").startswith("Type `notify on` or `notify off`")
    assert notify.on_or_off("maybe").startswith("I do not know `notify maybe`. Type `notify on` or `notify off`")
    assert "<@all>" not in notify.on_or_off(EVIL).replace("`notify " + EVIL[:40].replace("`", "") + "`", "")
