"""Which room may know which: DESIGN's layers, read from the imports themselves."""

import ast
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

_HOME = Path(__file__).parent.parent

PURE = (
    "bot",
    "bot.chat",
    "bot.filters",
    "bot.filters.*",
    "bot.formatting",
    "bot.locations",
    "bot.locations.*",
    "bot.syncs",
    "bot.webex",
    "bot.formatting.*",
    "bot.chat.command",
    "bot.settings.catalog",
    "bot.services.enterprise_fields",
    "bot.webex.sync_error_codes",
    "bot.webex.errors",
    "bot.webex.json_fields",
    "bot.webex.urls",
    "bot.webex.mentions",
    "bot.chat.message",
    "bot.chat.did_you_mean",
    "bot.chat.command_line",
    "bot.syncs.*",
    "bot.replies",
    "bot.replies.*",
    "bot.webex.signature",
    "bot.chat.fields",
    "bot.webex.error_responses",
    "bot.webex.models",
    "storage",
    "storage.values",
    "storage.values.*",
)
"""Rooms that compute: they import the standard library and each other."""

NOT_PURE = (
    *("os", "io", "socket", "ssl", "subprocess", "threading", "multiprocessing", "asyncio", "concurrent", "sqlite3"),
    *("pathlib", "shutil", "tempfile", "glob", "urllib.request", "http", "ftplib", "smtplib", "select", "signal"),
    *("time", "random", "secrets", "logging"),
)
"""What the standard library has that reads, writes, waits or throws dice."""

ALLOWED_LIBRARIES = {"bot.formatting.width": {"wcwidth"}}
"""Libraries that compute only, and the pure rooms that import them."""

IN_MEMORY = {"bot.formatting.csv_file": ("io", "tempfile")}
"""Pure rooms that use a part of it on memory alone."""

SHARED_BY_COMMANDS = (
    "bot.services.confirmation",
    "bot.services.enterprises",
    "bot.services.rosters",
    "bot.services.suggestions",
)
"""Rooms that commands have look things up: they may know what commands may."""

FORBIDDEN_TO_COMMANDS = (
    *(
        "bot.jobs",
        "bot.jobs.*",
        "bot.web",
        "bot.webex.messaging",
        "bot.webex.broadworks",
        "bot.webex.client",
        "bot.webex.http_session",
        "bot.jobs.engine.context",
        "bot.dispatch.router",
    ),
    *(
        "bot.entrypoints.wiring",
        "bot.settings.load",
        "webexteamssdk",
        "requests",
        "flask",
        "apscheduler",
        "os",
        "socket",
        "urllib.request",
    ),
)


def _rooms() -> Iterator[str]:
    for package in ("bot", "storage", "sandbox"):
        for path in sorted((_HOME / package).rglob("*.py")):
            yield ".".join(path.relative_to(_HOME).with_suffix("").parts).removesuffix(".__init__")


@cache
def _path(room: str) -> Path | None:
    bare = _HOME.joinpath(*room.split("."))
    return next((path for path in (bare / "__init__.py", bare.with_suffix(".py")) if path.is_file()), None)


@cache
def _tree(room: str) -> ast.Module:
    path = _path(room)
    assert path is not None, f"there is no {room}"
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(room: str) -> frozenset[str]:
    """What a room imports when it runs: `from bot import web` is bot.web, relative imports are resolved."""
    path = _path(room)
    package = room if path is not None and path.name == "__init__.py" else room.rpartition(".")[0]
    return frozenset(_imported(_tree(room).body, package))


def _imported(body: Iterable[ast.AST], package: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield from _imported(node.orelse, package)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (above, node.module)))
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield whole if _path(whole) else source
        else:
            yield from _imported(ast.iter_child_nodes(node), package)


def _among(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of these rooms, or lies in one of these libraries."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _within(name: str, libraries: Iterable[str]) -> bool:
    return any(name == library or name.startswith(f"{library}.") for library in libraries)


def _where(*patterns: str) -> list[str]:
    found = [room for room in _rooms() if _among(room, patterns)]
    assert found, f"no room is {patterns}"
    return found


def _who_imports(library: str) -> set[str]:
    return {room for room in _rooms() if any(_within(name, [library]) for name in _imports(room))}


def test_every_room_that_is_called_pure_is_there() -> None:
    for pattern in PURE:
        assert _where(pattern)


@pytest.mark.parametrize("room", [room for room in _rooms() if _among(room, PURE)])
def test_pure_rooms_import_the_standard_library_and_each_other(room: str) -> None:
    others = {name for name in _imports(room) if not _among(name, PURE)}
    libraries = {name for name in others if name.split(".")[0] not in sys.stdlib_module_names}
    assert libraries == ALLOWED_LIBRARIES.get(room, set())
    assert {name for name in others if _within(name, NOT_PURE)} <= set(IN_MEMORY.get(room, ()))


@pytest.mark.parametrize("room", [room for room in _rooms() if _among(room, PURE)])
def test_pure_rooms_read_no_clock_and_open_no_file(room: str) -> None:
    calls = {ast.unparse(node.func) for node in ast.walk(_tree(room)) if isinstance(node, ast.Call)}
    assert (
        calls & {"open", "input", "print", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"} == set()
    )


@pytest.mark.parametrize("room", [room for room in _rooms() if room.startswith("storage")])
def test_storage_never_imports_the_bot(room: str) -> None:
    assert {name for name in _imports(room) if _within(name, ["bot", "sandbox", "flask", "webexteamssdk"])} == set()


@pytest.mark.parametrize("room", [*_where("bot.commands.*"), *SHARED_BY_COMMANDS])
def test_commands_import_neither_each_other_nor_what_is_outside(room: str) -> None:
    assert {name for name in _imports(room) if _within(name, ["bot.commands"])} == set()
    assert {name for name in _imports(room) if _among(name, FORBIDDEN_TO_COMMANDS)} == set()
    assert {name for name in _imports(room) if not _command_may_know(name)} == set()


def _command_may_know(name: str) -> bool:
    library = name.split(".")[0]
    return _among(name, (*PURE, *SHARED_BY_COMMANDS)) or library in {"storage", "sqlalchemy", *sys.stdlib_module_names}


def test_the_sdk_is_imported_by_the_connection_alone() -> None:
    assert _who_imports("webexteamssdk") == {"bot.webex.http_session"}


def test_apscheduler_is_imported_by_the_clock_alone() -> None:
    assert _who_imports("apscheduler") == {"bot.jobs.engine.clock"}


def test_flask_is_known_at_the_door_alone() -> None:
    knows = {room for room in _who_imports("flask") if not room.startswith("sandbox")}
    assert knows <= {"bot.web", "bot.entrypoints.wiring", "bot.entrypoints.serve"}


def test_the_environment_is_read_by_the_settings_alone() -> None:
    assert {room for room in _rooms() if room.startswith(("bot", "storage")) and _reads_environment(room)} == {
        "bot.settings.load"
    }


def _reads_environment(room: str) -> bool:
    named = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(_tree(room)):
        if isinstance(node, ast.Attribute) and node.attr in named and ast.unparse(node.value) == "os":
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and {alias.name for alias in node.names} & named:
            return True
    return any(_within(name, ["pydantic_settings", "dotenv"]) for name in _imports(room))


def test_the_door_knows_nothing_of_commands() -> None:
    known = {name for name in _imports("bot.web") if _within(name, ["bot", "storage"])}
    assert {
        name for name in known if _within(name, ["bot.commands", "bot.dispatch.router", "bot.jobs", "bot.replies"])
    } == set()
    assert {
        name
        for name in known
        if _within(name, ["bot.webex.messaging", "bot.webex.broadworks", "bot.webex.client", "bot.webex.http_session"])
    } == set()


def test_the_router_is_called_by_the_inbox_job_alone() -> None:
    assert _who_imports("bot.dispatch.router") == {"bot.jobs.inbox"}


def test_commands_are_known_to_the_router_and_to_what_it_asks_alone() -> None:
    assert {room for room in _who_imports("bot.commands") if room != "bot.commands"} == {
        "bot.dispatch.access",
        "bot.dispatch.rate_limits",
        "bot.dispatch.router",
    }


@pytest.mark.parametrize("room", _where("bot.jobs", "bot.jobs.*"))
def test_jobs_take_webex_from_the_context(room: str) -> None:
    outside = [
        "bot.webex.messaging",
        "bot.webex.broadworks",
        "bot.webex.client",
        "bot.webex.http_session",
        "bot.web",
        "bot.entrypoints.wiring",
        "flask",
        "requests",
    ]
    if room != "bot.jobs.engine.context":
        assert {name for name in _imports(room) if _within(name, outside)} == set()


def test_the_sandbox_and_the_bot_do_not_know_each_other() -> None:
    assert {room for room in _who_imports("sandbox") if not room.startswith("sandbox")} == set()
    assert {room for room in _who_imports("bot") | _who_imports("storage") if room.startswith("sandbox")} == set()


def test_nothing_that_ships_imports_the_tests() -> None:
    assert _who_imports("tests") | _who_imports("pytest") | _who_imports("hypothesis") == set()
