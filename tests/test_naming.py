"""A test's name is its rule: short enough to be read at once."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
MAX_NAME_LENGTH = 70


def _test_names() -> list[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in HERE.rglob("test_*.py"))
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return [function.name for function in functions if function.name.startswith("test_")]


def test_every_test_name_has_at_most_70_characters() -> None:
    names = _test_names()
    assert len(names) > 1000
    assert [name for name in names if len(name) > MAX_NAME_LENGTH] == []
