"""The pages say what is: every module, setting, command and filter column, and nothing that is not there."""

import re
from pathlib import Path

import pytest

from bot.chat.command import Role
from bot.commands import COMMANDS
from bot.filters.columns import ATTRIBUTES_OF_KEY, HEADER
from bot.replies.licenses import GUIDE
from bot.settings.catalog import RUNS_JOBS, SETTINGS, Setting
from sandbox.seed import PEOPLE
from sandbox.world import PARTNER_ADMIN
from tests.layering.rules import architecture

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))
README = (ROOT / "README.md").read_text()
ON_COMMANDS = (ROOT / "docs" / "commands.md").read_text()
ON_SETTINGS = (ROOT / "docs" / "settings.md").read_text()


def _table(page: str, heading: str) -> list[list[str]]:
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    first = re.split(r"\n(?!\|)", section[section.index("\n|") + 1 :], maxsplit=1)[0]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in first.splitlines()]
    rows = [[cell.strip().replace("\\|", "|") for cell in line] for line in cells]
    return rows[2:]


def _without_default(setting: Setting) -> str:
    if setting.required_by >= RUNS_JOBS:
        return "required"
    return "required for webhooks" if setting.required_by else "none"


def test_the_page_on_settings_lists_every_setting() -> None:
    said = {
        name.strip("`"): (meaning, default.strip("`")) for name, meaning, default in _table(ON_SETTINGS, "All settings")
    }
    assert said == {
        setting.name: (setting.meaning, setting.default or _without_default(setting)) for setting in SETTINGS
    }


@pytest.mark.parametrize(("page", "heading"), [(README, "What you can type"), (ON_COMMANDS, "All commands")])
def test_the_table_of_commands_lists_every_command_as_it_is_typed(page: str, heading: str) -> None:
    assert [usage.strip("`") for usage, *_ in _table(page, heading)] == [command.usage for command in COMMANDS]


def test_the_page_on_commands_names_every_filter_key() -> None:
    section = ON_COMMANDS.split("\nColumns are ", 1)[1].split("\n\n", 1)[0]
    named = set(re.findall(r"`([a-z-]+)`", section.split("`sort=", 1)[0]))
    assert named == set(ATTRIBUTES_OF_KEY)


def test_the_page_on_commands_has_the_filter_examples_of_help() -> None:
    table = ON_COMMANDS.split("\n| you type | it finds |\n", 1)[1].split("\n\n", 1)[0]
    examples = re.findall(r"^- `([^`]+)`", GUIDE, re.MULTILINE)
    assert examples
    assert re.findall(r"^\| `([^`]+)`", table, re.MULTILINE) == examples


def test_the_page_on_commands_shows_the_header_of_the_csv() -> None:
    assert f"    {','.join(HEADER)}\n" in ON_COMMANDS


def test_shell_commands_in_the_docs_use_the_python_of_the_project() -> None:
    lines = [line for page in PAGES for line in re.findall(r"^    (.* -m bot .*)", (ROOT / page).read_text(), re.M)]
    assert lines
    assert [line for line in lines if not line.startswith(".venv/bin/python -m bot ")] == []


def test_the_readme_shows_a_conversation_and_stays_short() -> None:
    section = README.split("\n## A conversation\n", 1)[1].split("\n## ", 1)[0]
    for typed in ("help", "status", "sync", "licenses location=Dallas"):
        assert re.search(rf"ana@acme\.example → dirsync@webex\.bot ─+\n{typed}\n", section), typed
    assert len(README.splitlines()) <= 250


def test_the_readme_lists_the_people_of_the_demo() -> None:
    listed = [who.strip("`") for who, _ in _table(README, "A conversation")]
    assert listed == [person for person in PEOPLE if person != PARTNER_ADMIN]


def test_the_conversation_shows_the_help_that_an_admin_gets() -> None:
    shown = re.findall(
        r"^- (`.*` – .*)$", README.split("\n## A conversation\n", 1)[1].split("\n## ", 1)[0], re.MULTILINE
    )
    commands = [command for command in COMMANDS if command.role is Role.ADMIN]
    assert shown == [f"`{command.usage}` – {command.summary}" for command in commands]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_the_docs_name_exists(page: str) -> None:
    said = (ROOT / page).read_text()
    names = re.findall(r"`((?:bot|storage|sandbox|tests|docs|bench)/[\w/.-]*)`", said)
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", said) if "://" not in link]
    assert names or links, page
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_page_on_architecture_names_every_module() -> None:
    built = architecture()
    missing, gone = [], []
    for row in built.rows:
        names = {module.rpartition(".")[2] for module in built.modules_of(row) if ".versions." not in module}
        missing += [f"{row} does not name {name}.py" for name in sorted(names - set(row.modules))]
        gone += [f"{row} names {name}.py, which is not there" for name in sorted(set(row.modules) - names)]
    assert (missing, gone) == ([], [])
