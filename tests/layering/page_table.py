"""The table in docs/architecture.md: what each package may import."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Permission:
    """A package, module or library that a row lets its modules import; all of them unless `only` names some."""

    name: str
    only: frozenset[str]

    def covers(self, importer: str) -> bool:
        return not self.only or importer.rpartition(".")[2] in self.only


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a package or some modules, and what they may import. `position` counts from the top."""

    names: tuple[str, ...]
    modules: tuple[str, ...]
    position: int
    is_pure: bool
    has_no_io: bool
    has_siblings_apart: bool
    shorthands: tuple[str, ...]
    imports: tuple[Permission, ...]
    libraries: tuple[Permission, ...]

    def __str__(self) -> str:
        return f"row `{', '.join(self.names)}`"


SHORTHANDS: dict[str, Callable[[Row], bool]] = {
    "everything below": lambda _row: True,
    "pure packages": lambda row: row.is_pure,
}
"""What the column `imports` may say in place of names: any such package further down in the table."""


def table(page: str) -> list[Row]:
    """Return the rows of the page's table of packages, from the top down."""
    lines = page.split("\n| package | ", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [
        Row(
            names=tuple(map(_dotted, re.findall(r"`([^`]+)`", package))),
            modules=tuple(Path(path).stem for path in re.findall(r"`([\w/]+\.py)`", package + lives_there)),
            position=position,
            is_pure=libraries.startswith("pure"),
            has_no_io=libraries.startswith(("pure", "no I/O")),
            has_siblings_apart="not each other" in imports,
            shorthands=tuple(words for words in SHORTHANDS if words in imports),
            imports=tuple(_permissions(imports)),
            libraries=tuple(_permissions(libraries)),
        )
        for position, (package, lives_there, imports, libraries) in enumerate(cells)
    ]


def _dotted(path: str) -> str:
    return path.removesuffix("/").removesuffix(".py").replace("/", ".")


def _permissions(cell: str) -> Iterator[Permission]:
    for group in cell.split(";"):
        allowed, _, only = group.partition("(only ")
        modules = frozenset(map(_dotted, re.findall(r"`([^`]+)`", only)))
        yield from (Permission(_dotted(name), modules) for name in re.findall(r"`([^`]+)`", allowed))
