"""Measures how fast one company is answered while another asks for as much as it can, against the same alone."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from sqlalchemy import text

from bench import dripping, load, two_companies, webex_client
from bench.bots import Bench, Bot
from bench.measures import Scale
from bench.processes import wait_for
from bench.report import Row
from bench.two_companies import ACME, BOREALIS, NEIGHBOURS, TROUBLE, Kind, Person
from bench.webhooks import room_id
from storage import admins, enterprises, outbox
from storage.engine.database import Database
from storage.values.messages import Address, Draft
from storage.values.records import Identity

_EVERY = 0.2
"""Seconds between two questions of the neighbours: each of them types 15 times a minute."""

_ANSWER_WAIT = 120.0
_NOTICES = 2_640
_POST_SECONDS = 0.1
_SPACES_WITH_FILES = 8
_COMMAS_EVERY = 5.0

MAX_RATIO, MAX_SECONDS = 3.0, 2.0


@dataclass
class Scene:
    """A running bot with both companies, and how to write to it."""

    bot: Bot
    webex: webex_client.FakeWebex
    database: Database
    acme_id: int
    _typed: int = 0

    def type(self, person: Person, kind: Kind) -> tuple[int, float]:
        """Have a person write a message. Return its number, and when the bot was told of it."""
        self._typed += 1
        number = person.message(kind, self._typed)
        body, headers = two_companies.event(number)
        began = time.monotonic()
        requests.post(
            f"http://127.0.0.1:{self.bot.port}/webhooks", body, headers=headers, timeout=60
        ).raise_for_status()
        return number, began

    def answered(self) -> dict[str, float]:
        """Return when each space got its first message, in seconds of the monotonic clock."""
        answer = requests.get(f"http://127.0.0.1:{self.webex.port}/bench/answered/0", timeout=10)
        times: dict[str, float] = answer.json()
        return times

    def set_post_seconds(self, seconds: float) -> None:
        """Have Webex take this much longer for every message that is posted."""
        url = f"http://127.0.0.1:{self.webex.port}/bench/posts/{seconds}"
        requests.post(url, timeout=5).raise_for_status()


Start = Callable[[webex_client.FakeWebex], AbstractContextManager[tuple[Bot, str]]]

Trouble = Callable[[Scene, threading.Event], None]
"""What Acme does until the event is set."""


def rows(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure each kind of trouble on both databases, and connections that drip."""
    yield from dripping.rows(bench, scale)
    troubles: Sequence[tuple[str, Trouble, float]] = (
        ("8 files of 4.9 million commas each come", _send_commas, 0.0),
        (f"{_NOTICES:,} notices go out at 100 ms each", _send_notices, _POST_SECONDS),
        (f"{two_companies.LICENSE_HOLDERS:,} license holders are read", _read_holders, 0.0),
        ("50 admins type 30 times a minute for a CSV", _ask_for_files, 0.0),
    )
    for start, name in ((bench.web_and_worker_of, "PostgreSQL"), (bench.serve_of, "SQLite")):
        with _scene(bench, start) as scene:
            for what, trouble, post_seconds in troubles:
                scene.set_post_seconds(post_seconds)
                alone = _status_times(scene, scale.neighbours)
                with _going_on(trouble, scene):
                    beside = _status_times(scene, scale.neighbours)
                scene.set_post_seconds(0)
                _wait_until_quiet(scene)
                print(f"  {name}, {what}: median {load.quantile(beside, 0.5):.2f} s, slowest {max(beside):.2f} s")
                label = f"99 % of a neighbour's `status` while {what}, {name}, vs alone"
                most, usual = load.quantile(beside, 0.99), load.quantile(alone, 0.99)
                yield _row(scene, label, most, baseline=usual, bound=MAX_RATIO)
                yield _row(scene, f"slowest of them, {name}", max(beside), bound=MAX_SECONDS)


def _row(scene: Scene, label: str, seconds: float, *, bound: float, baseline: float | None = None) -> Row:
    serve, ours = (seconds, None) if scene.database.is_sqlite else (None, seconds)
    return Row(label, "s", ours, serve, baseline, bound)


def _status_times(scene: Scene, count: int) -> list[float]:
    """Have the neighbours type `status` in turns; return the seconds until each answer was in its space."""
    typed: list[tuple[int, float]] = []
    threads = []
    began = time.monotonic()
    for nth in range(count):
        time.sleep(max(began + nth * _EVERY - time.monotonic(), 0))
        person = NEIGHBOURS[nth % len(NEIGHBOURS)]
        thread = threading.Thread(target=lambda person=person: typed.append(scene.type(person, Kind.STATUS)))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    rooms = {room_id(number) for number, _ in typed}
    wait_for(lambda: rooms <= scene.answered().keys(), "the answers to the neighbours", _ANSWER_WAIT, pause=0.2)
    answered = scene.answered()
    return [answered[room_id(number)] - at for number, at in typed]


def _send_commas(scene: Scene, ended: threading.Event) -> None:
    while not ended.is_set():
        for person in TROUBLE[:_SPACES_WITH_FILES]:
            scene.type(person, Kind.COMMAS)
        ended.wait(_COMMAS_EVERY)


def _send_notices(scene: Scene, ended: threading.Event) -> None:
    now = datetime.now(UTC)
    with scene.database.write() as session:
        for nth in range(_NOTICES):
            draft = Draft(f"Notice {nth}", enterprise_id=scene.acme_id, is_notice=True)
            outbox.send(session, Address(person_id=TROUBLE[nth % len(TROUBLE)].id), draft, now)
    ended.wait()


def _read_holders(scene: Scene, ended: threading.Event) -> None:
    while not ended.is_set():
        number, _ = scene.type(TROUBLE[0], Kind.REFRESH)
        while room_id(number) not in scene.answered() and not ended.wait(0.5):
            pass
        ended.wait(1)


def _ask_for_files(scene: Scene, ended: threading.Event) -> None:
    began, nth = time.monotonic(), 0
    while not ended.wait(max(began + nth * 2.0 / len(TROUBLE) - time.monotonic(), 0)):
        scene.type(TROUBLE[nth % len(TROUBLE)], Kind.LICENSES)
        nth += 1


@contextmanager
def _going_on(trouble: Trouble, scene: Scene) -> Iterator[None]:
    ended = threading.Event()
    thread = threading.Thread(target=trouble, args=(scene, ended))
    thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _wait_until_quiet(scene: Scene) -> None:
    """Forget what Acme still waits for, so that it does not fall into the next measure."""

    def is_quiet() -> bool:
        with scene.database.write() as session:
            session.execute(text("UPDATE inbox SET due_at = NULL WHERE lease_until IS NULL"))
            session.execute(text("UPDATE outbox SET due_at = NULL WHERE lease_until IS NULL"))
            held = "SELECT count(*) FROM {} WHERE lease_until IS NOT NULL"
            return not any(session.scalar(text(held.format(table))) for table in ("inbox", "outbox", "rosters"))

    wait_for(is_quiet, "what Acme asked for", _ANSWER_WAIT, pause=0.5)


@contextmanager
def _scene(bench: Bench, start: Start) -> Iterator[Scene]:
    with ExitStack() as stack:
        webex = stack.enter_context(webex_client.running(bench.folder, program="bench.two_companies"))
        bot, url = stack.enter_context(start(webex))
        database = Database(url, connections=4, single_writes=2)
        stack.callback(database.close)
        ids = {company: _add(database, company) for company in (ACME, BOREALIS)}
        scene = Scene(bot, webex, database, ids[ACME])
        for person in (TROUBLE[0], *NEIGHBOURS):
            number, _ = scene.type(person, Kind.STATUS)
            wait_for(lambda number=number: room_id(number) in scene.answered(), "the first answers", 60)  # type: ignore[misc]
        yield scene


def _add(database: Database, company: str) -> int:
    now = datetime.now(UTC)
    people = TROUBLE if company == ACME else NEIGHBOURS
    with database.write() as session:
        added = enterprises.add(
            session,
            key=company,
            name=company.title(),
            sp_enterprise_id=company,
            cluster=company,
            timezone="UTC",
            now=now,
        )
        for person in people:
            admins.add(session, added.id, person.email, now, Identity(person.id, person.email))
    return added.id
