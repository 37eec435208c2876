"""A running sandbox, and callers for its people."""

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN
from tests.sandbox.client import Caller, Receiver


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(sync_seconds=0.05) as running:
        yield running


@pytest.fixture
def space(sandbox: Sandbox) -> str:
    return sandbox.world.room("Acme telephony").id


@pytest.fixture
def ana(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, "ana@acme.example")


@pytest.fixture
def ben(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, "ben@acme.example")


@pytest.fixture
def sam(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, "sam@elsewhere.example")


@pytest.fixture
def bot(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, BOT)


@pytest.fixture
def partner(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, PARTNER_ADMIN)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
