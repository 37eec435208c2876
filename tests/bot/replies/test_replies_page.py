"""docs/replies.txt shows every reply: what is said is read and changed there line by line."""

import ast
import inspect
from collections.abc import Iterator
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import get_type_hints

import bot.replies
from bot.chat.message import Refusal
from tests.bot.replies.cases import Sample
from tests.bot.replies.everything import PAGE, cases, page

REWRITE = "docs/replies.txt is out of date. `make replies` writes it again; then read the difference in `git diff`."
MODULES = (
    *(f"bot.replies.{module.name}" for module in iter_modules(bot.replies.__path__)),
    "bot.filters.refusals",
    "bot.filters.advice",
    "bot.locations.refusals",
)
SPOKEN = (str, Refusal, list[str], tuple[str, int])
"""What a function returns that makes a text for chat."""


def test_the_page_of_replies_is_what_the_code_says() -> None:
    there, wanted = PAGE.read_text(encoding="utf-8").split("\n"), page().split("\n")
    difference = "\n".join(unified_diff(there, wanted, "docs/replies.txt", "the code", lineterm=""))
    assert not difference, f"{REWRITE}\n{difference}"


def spoken(module: str) -> Iterator[str]:
    """Yield a module's public functions that return a text for chat; not those that return the cells of a CSV."""
    found = import_module(module)
    for name, function in inspect.getmembers(found, inspect.isfunction):
        own = function.__module__ == module and not name.startswith(("_", "csv_"))
        if own and get_type_hints(function).get("return") in SPOKEN:
            yield f"{module}.{name}"


def constant_texts(module: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a module's own public constants: replies, or parts of them."""
    found = import_module(module)
    for node in ast.parse(inspect.getsource(found)).body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if not isinstance(target, ast.Name) or target.id.startswith("_"):
                continue
            if isinstance(text := getattr(found, target.id), str):
                yield f"{module}.{target.id}", text


def test_every_function_that_says_something_is_on_the_page() -> None:
    shown = {f"{case.module}.{case.function}" for case in cases(Sample())}
    assert {name for module in MODULES for name in spoken(module)} - shown == set()


def test_every_constant_reply_is_on_the_page_word_for_word() -> None:
    said = Path(PAGE).read_text(encoding="utf-8")
    constants = [constant for module in MODULES for constant in constant_texts(module)]
    assert len(constants) > 20
    assert [name for name, text in constants if text not in said] == []


def test_no_reply_is_on_the_page_twice_under_one_function() -> None:
    replies = page().split("\n--- ")[1:]
    heads_and_texts = [(reply.split("\n")[0].split(":")[0], reply.partition("\n")[2]) for reply in replies]
    assert len(set(heads_and_texts)) == len(heads_and_texts)


def test_every_help_text_and_error_code_is_on_the_page() -> None:
    from bot.commands import COMMANDS
    from bot.webex.sync_error_codes import MEANINGS

    said = Path(PAGE).read_text(encoding="utf-8")
    texts = [command.details for command in COMMANDS]
    texts += [text for known in MEANINGS.values() for text in (known.explanation, known.advice)]
    assert [text for text in texts if text not in said] == []
