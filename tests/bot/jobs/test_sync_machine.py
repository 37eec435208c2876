"""Syncs with a Webex that gives any answer it may, in a process that may die between any two steps."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete

from bot.chat.command import Command
from bot.commands import cancel, sync
from bot.jobs import inbox, rosters, syncs, webex_status
from bot.jobs.engine.context import Context
from storage import admins, enterprises
from storage import webex_status as reading_rows
from storage.models import AdminRow
from tests.bot.jobs.mortal import MortalDatabase
from tests.bot.jobs.sync_house import ANA, AT_ONCE, BO, CAT, DAN, PEOPLE, PLACES, House
from tests.bot.jobs.webex_troubles import ANYWHERE, FORGETS, OF_READING, OF_STARTING, SHAPES

Work = Callable[[Context], object]
OTHER_WORK: tuple[Work, ...] = (
    rosters.JOB.run_one,
    webex_status.JOB.run_one,
    inbox.JOB.run_one,
    webex_status.survey,
    syncs.requeue_overdue,
)
ENDS = (
    ("COMPLETE",),
    ("COMPLETE", 600018),
    ("FAILED",),
    *(("FAILED", code) for code in (600009, 600013, 600014, 600029)),
)
SECONDS = (1, *(20, 61, 121, 600) * 5, 3601, 3601, 12 * 3600 + 1, 24 * 3600 + 1)
ENTERPRISES = st.sampled_from(tuple(PLACES))


def _rarely(things: Iterable[Any], among: int = 2) -> st.SearchStrategy[Any]:
    """Choose None mostly."""
    some = tuple(things)
    return st.sampled_from((None,) * (among * len(some)) + some)


DEATHS = _rarely(range(12))


class Syncing(RuleBasedStateMachine):
    """People, Webex, the jobs and the clock, in any order."""

    def __init__(self, database: MortalDatabase) -> None:
        super().__init__()
        self.house = House(database)
        self.webex, self.clock, self.watch = self.house.webex, self.house.clock, self.house.watch

    @initialize(
        skew=st.sampled_from([0, -7200, 7200]),
        slow=st.sampled_from([0, 7.9]),
        late=st.sampled_from([0, 111.9]),
        forgets=st.sampled_from(list(FORGETS)),
        past=st.booleans(),
    )
    def begin(self, skew: float, slow: float, late: float, forgets: str, past: bool) -> None:
        """Choose a kind of Webex. A call and the wait for its run take less than two minutes together."""
        self.webex.skew, self.webex.late = timedelta(seconds=skew), timedelta(seconds=late)
        self.webex.slow = max(timedelta(seconds=slow), AT_ONCE)
        self.forgets = forgets
        if past:
            self.house.have_a_past(*PLACES)
        for email in (ANA, BO, CAT, DAN):
            self.somebody_asks(email, "sync", None)

    @rule(
        email=st.sampled_from([ANA, BO, CAT, DAN]),
        text=st.sampled_from(["sync", "sync", "sync", "cancel"]),
        dies=DEATHS,
    )
    def somebody_asks(self, email: str, text: str, dies: int | None) -> None:
        """A request before the license holders were ever read is answered two seconds later."""
        self.house.type(email, text)
        if self.house.work(inbox.JOB.run_one, dies) and dies is None:
            self.clock.pass_by(timedelta(seconds=2))
            self.house.work(inbox.JOB.run_one)

    @rule(name=ENTERPRISES, command=st.sampled_from([sync.COMMAND] * 4 + [cancel.COMMAND]), dies=DEATHS)
    def an_operator_asks_or_cancels(self, name: str, command: Command, dies: int | None) -> None:
        self.house.work(lambda _context: self.house.operate(command, name), dies)

    @rule(
        patient=st.booleans(),
        reading=_rarely(OF_READING),
        starting=_rarely(OF_STARTING, 1),
        elsewhere=_rarely(ANYWHERE),
        shape=st.sampled_from(list(SHAPES)),
        forgets=st.booleans(),
        dies=DEATHS,
    )
    def a_sync_is_moved(
        self,
        patient: bool,
        reading: str | None,
        starting: str | None,
        elsewhere: str | None,
        shape: str,
        forgets: bool,
        dies: int | None,
    ) -> None:
        if patient:
            self.house.wait_for_a_sync()
        self.webex.reading, self.webex.starting = OF_READING.get(reading or ""), OF_STARTING.get(starting or "")
        self.webex.elsewhere = ANYWHERE.get(elsewhere or "")
        first, second = SHAPES[shape], FORGETS[self.forgets if forgets else ""]
        self.webex.shape = lambda said: second(first(said))
        self.house.work(syncs.JOB.run_one, dies)

    @rule(times=st.integers(1, 4))
    def syncs_are_moved_and_all_is_well(self, times: int) -> None:
        for _ in range(times):
            self.house.wait_for_a_sync()
            self.house.work(syncs.JOB.run_one)

    @rule(work=st.sampled_from(OTHER_WORK), name=ENTERPRISES, elsewhere=_rarely(ANYWHERE), dies=DEATHS)
    def something_else_is_done(self, work: Work, name: str, elsewhere: str | None, dies: int | None) -> None:
        if work == webex_status.JOB.run_one:
            with self.house.database.write() as session:
                reading_rows.request(session, self.house.enterprises[name], self.clock.now)
        self.webex.elsewhere = ANYWHERE.get(elsewhere or "")
        self.house.work(work, dies)

    @rule(seconds=st.sampled_from(SECONDS))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_by(timedelta(seconds=seconds))

    @rule(end=st.sampled_from(ENDS))
    def a_run_ends(self, end: tuple[Any, ...]) -> None:
        """A run that the bot started, if there is one."""
        for run in sorted(self.webex.going(), key=lambda run: run.ours)[-1:]:
            self.webex.end(run, *end)

    @rule(name=ENTERPRISES, on_demand=st.booleans())
    def webex_or_partner_hub_begins_a_run(self, name: str, on_demand: bool) -> None:
        if all(run.enterprise != f"webex-{name}" for run in self.webex.going()):
            self.clock.pass_by(AT_ONCE)
            self.webex.begin(f"webex-{name}", on_demand=on_demand)

    @rule(email=st.sampled_from(list(PEOPLE)))
    def somebody_loses_rights_or_gets_them_back(self, email: str) -> None:
        enterprise_id = self.house.enterprises[PEOPLE[email]]
        entitled = self.watch.admins[enterprise_id]
        entitled ^= {email}
        with self.house.database.write() as session:
            if email in entitled:
                admins.add(session, enterprise_id, email, self.clock.now)
            else:
                session.execute(delete(AdminRow).where(AdminRow.email == email))

    @rule(activated=st.sampled_from([True, True, False]), name=ENTERPRISES)
    def webex_knows_its_enterprises_or_does_not(self, activated: bool, name: str) -> None:
        self.webex.activated = activated
        with self.house.database.write() as session:
            enterprises.forget_webex_id(session, self.house.enterprises[name])

    @rule(name=ENTERPRISES)
    def webex_forbids_to_start_a_sync_or_lets_it(self, name: str) -> None:
        self.webex.forbidden ^= {f"webex-{name}"}

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert self.watch.faults == []

    def teardown(self) -> None:
        """When Webex works again, every sync ends and everybody is told."""
        try:
            if not self.watch.faults:
                self.house.have_all_end()
        finally:
            self.house.close()


def _run(database: MortalDatabase, examples: int) -> None:
    tuned = settings(
        max_examples=examples,
        stateful_step_count=40,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    class Here(Syncing):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(Here, settings=tuned)


@pytest.fixture
def mortal(database_url: str) -> Iterator[MortalDatabase]:
    """A database of each kind."""
    database = MortalDatabase(database_url)
    yield database
    database.close()


def test_every_request_ends_once_despite_crashes_and_webex_errors(mortal: MortalDatabase) -> None:
    _run(mortal, 20 if mortal.is_sqlite else 5)
