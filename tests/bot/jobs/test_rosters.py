"""When a roster that cannot be read is given up."""

from typing import cast

from bot.jobs import rosters
from bot.jobs.engine.context import Context
from bot.webex.errors import TokenUnavailable
from storage.models import RosterRow


def test_no_roster_is_given_up_because_there_is_no_token() -> None:
    nothing_is_written = cast(Context, None)
    assert not rosters.failed(nothing_is_written, RosterRow(id=1, failures=99), TokenUnavailable("503"))
