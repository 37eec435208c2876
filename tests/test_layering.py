"""The code keeps to the table of packages in docs/architecture.md; and the reading of both is right."""

from pathlib import Path

import pytest

from tests.layering.__main__ import report
from tests.layering.code_imports import Code
from tests.layering.page_table import table
from tests.layering.rules import Architecture, architecture

BUILT = architecture()


def test_every_module_has_a_row_and_every_row_has_a_module() -> None:
    assert BUILT.without_row() == []
    assert BUILT.empty_rows() == []


def test_no_module_imports_from_a_higher_floor() -> None:
    assert BUILT.upward() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert BUILT.circles() == []


def test_a_wing_imports_only_what_its_row_names() -> None:
    assert BUILT.unnamed() == []


def test_modules_that_are_to_stay_apart_do_not_import_each_other() -> None:
    assert BUILT.siblings() == []


def test_a_library_is_imported_only_where_its_row_names_it() -> None:
    assert BUILT.libraries() == []


def test_pure_wings_import_only_pure_wings() -> None:
    assert BUILT.impure() == []


def test_wings_without_io_do_no_io_and_read_no_clock() -> None:
    assert BUILT.input_or_output() == []


def test_every_import_named_in_a_row_is_used() -> None:
    assert BUILT.unused() == []


def test_the_table_keeps_the_rules_that_matter_most() -> None:
    """Changing one of these is a decision, so the table alone is not enough."""

    def users(name: str) -> set[str]:
        return {module for module, names in BUILT.code.imports.items() for used in names if used.split(".")[0] == name}

    def callers(name: str) -> set[str]:
        return {module for module, names in BUILT.code.imports.items() if name in names}

    assert users("webexteamssdk") == {"bot.webex.http_session"}
    assert users("apscheduler") == {"bot.jobs.engine.clock"}
    assert all(module.startswith(("bot.webex.", "sandbox.")) for module in users("requests"))
    assert not {module for module in callers("storage.inbox") if module.startswith("bot.dispatch")}
    assert callers("bot.dispatch.router") <= {"bot.jobs.inbox", "bot.entrypoints.shell"}
    assert {module for module in callers("os.environ") if module.startswith(("bot", "storage"))} == {
        "bot.settings.load"
    }
    for package, stranger in (("bot", "sandbox"), ("sandbox", "bot"), ("sandbox", "storage"), ("storage", "bot")):
        assert [module for module in users(stranger) if module.startswith(package)] == []
    assert users("tests") | users("pytest") | users("hypothesis") == set()


PAGE = """
| package | what lives there | imports | libraries |
| --- | --- | --- | --- |
| `app/top/` | | `app/deep/leaf.py`, `app/low/`; `app/spare.py` (only `a.py`); not each other | `flask` (only `a.py`) |
| `app/spare.py` | spare | pure packages | |
| `app/low/` | low | `app/deep/` | pure; `io` (only `memory.py`) |
| `app/deep/` | deep | | pure |
"""


def architecture_of(root: Path, **sources: str) -> Architecture:
    """Build a small architecture; `top__a="import re"` is the module app.top.a."""
    files = {"__init__": "", "top/__init__": "", "low/__init__": "", "deep/__init__": "", "deep/leaf": "", "spare": ""}
    for name, source in (files | {name.replace("__", "/"): source for name, source in sources.items()}).items():
        path = root / "app" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return Architecture(Code(root, ["app"]), table(PAGE))


def test_imports_that_the_table_allows_pass(tmp_path: Path) -> None:
    built = architecture_of(
        tmp_path,
        top__a="import flask\nfrom app import spare\nfrom ..deep import leaf\nfrom app.low.memory import x",
        low__memory="import io\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.top import a",
        low__other="import json\nfrom app.deep.leaf import y",
        spare="from app.low import other",
    )
    rules = (built.without_row, built.empty_rows, built.upward, built.unnamed, built.siblings, built.circles)
    assert [rule() for rule in (*rules, built.libraries, built.impure, built.input_or_output, built.unused)] == [
        []
    ] * 10


@pytest.mark.parametrize(
    ("rule", "module", "source", "said"),
    [
        ("without_row", "stray", "", "app.stray has no row in docs/architecture.md"),
        ("upward", "low__a", "from app.top import c", "app.low.a imports app.top: up, from row `app.low`"),
        ("upward", "deep__a", "def f():\n    import app.spare", "app.deep.a imports app.spare: up"),
        ("unnamed", "top__b", "from app import spare", "app.top.b imports app.spare: row `app.top`"),
        ("unnamed", "top__b", "from app.deep import other", "app.top.b imports app.deep: row `app.top`"),
        ("siblings", "top__b", "from . import a", "app.top.b imports app.top.a: row `app.top` says"),
        ("circles", "deep__leaf", "import app.deep.leaf2", "app.deep.leaf"),
        ("libraries", "top__b", "import flask.views", "app.top.b imports flask.views: row `app.top`"),
        ("libraries", "spare", "import os\nos.getenv('A')", "app.spare imports os.environ: row `app.spare`"),
        ("libraries", "spare", "from tests import x", "app.spare imports tests: row `app.spare`"),
        ("input_or_output", "low__a", "import io", "app.low.a imports io: row `app.low` has no I/O"),
        ("input_or_output", "low__a", "from os import path", "app.low.a imports os: row `app.low` has no I/O"),
        (
            "input_or_output",
            "deep__a",
            "import datetime\ndatetime.datetime.now()",
            "app.deep.a calls datetime.datetime.now(): row `app.deep` has no I/O",
        ),
        ("input_or_output", "deep__a", "open('x')", "app.deep.a calls open(): row `app.deep` has no I/O"),
        (
            "input_or_output",
            "deep__a",
            "datetime.now(UTC)",
            "app.deep.a calls datetime.now(): row `app.deep` has no I/O",
        ),
        ("impure", "low__a", "import app.spare", "app.low.a imports app.spare: row `app.low` is pure, row"),
        ("unused", "top__a", "import flask", "row `app.top` allows app.spare, but nothing there imports it"),
    ],
)
def test_imports_that_the_table_forbids_are_reported(
    tmp_path: Path, rule: str, module: str, source: str, said: str
) -> None:
    others = {"top__a": "", "deep__leaf2": "import app.deep.leaf"} | {module: source}
    assert any(sentence.startswith(said) for sentence in getattr(architecture_of(tmp_path, **others), rule)())


def test_a_row_without_a_module_is_reported(tmp_path: Path) -> None:
    built = architecture_of(tmp_path)
    (tmp_path / "app" / "spare.py").unlink()
    assert built.empty_rows()[0] == "row `app.spare` names app.spare, which is not there"


def test_the_report_counts_floors_and_arrows(tmp_path: Path) -> None:
    built = architecture_of(tmp_path, top__a="from app.low import a", low__a="import app.deep.leaf")
    assert list(report(built)) == [
        "layer  3    1 modules  app.top",
        "layer  1    1 modules  app.spare",
        "layer  2    1 modules  app.low",
        "layer  1    1 modules  app.deep",
        "4 packages in 3 layers, 2 imports between packages",
        "0 imports run up, 0 circles",
    ]
