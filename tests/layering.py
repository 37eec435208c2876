"""Read who imports whom from the code, and who may from the table in docs/architecture.md.

`python -m tests.layering` prints the wings with their modules and floors, the imports that run up, and the circles.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "storage", "sandbox")
ENVIRONMENT = "os.environ"
"""Stands in the table, like a library, for reading the environment."""

IMPURE_MODULES = (
    *("os", "io", "socket", "ssl", "subprocess", "threading", "multiprocessing", "asyncio", "concurrent", "sqlite3"),
    *("pathlib", "shutil", "tempfile", "glob", "urllib.request", "http", "ftplib", "smtplib", "select", "signal"),
    *("time", "random", "secrets", "logging"),
)
"""Modules of the standard library that read, write, wait or depend on chance: wings without I/O do not import them."""

IMPURE_CALLS = frozenset(
    {"open", "input", "print", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "__import__"}
)


@dataclass(frozen=True, slots=True)
class Permission:
    """A wing, module or library that a row lets its modules import; all of them unless `only` names some."""

    name: str
    only: frozenset[str]

    def covers(self, importer: str) -> bool:
        return not self.only or importer.rpartition(".")[2] in self.only


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a wing, and what it may import. Floors count from the top, as the table does."""

    rooms: tuple[str, ...]
    modules: tuple[str, ...]
    floor: int
    is_pure: bool
    has_no_io: bool
    has_siblings_apart: bool
    shorthands: tuple[str, ...]
    imports: tuple[Permission, ...]
    libraries: tuple[Permission, ...]

    def __str__(self) -> str:
        return f"row `{', '.join(self.rooms)}`"


SHORTHANDS: dict[str, Callable[[Row], bool]] = {
    "everything below": lambda _row: True,
    "pure wings": lambda row: row.is_pure,
}
"""What the column `imports` may say in place of names: any such wing further down in the table."""


def table(page: str) -> list[Row]:
    """Return the rows of the page's table of wings, from the top floor down."""
    lines = page.split("\n| wing | ", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [
        Row(
            rooms=tuple(map(_dotted, re.findall(r"`([^`]+)`", wing))),
            modules=tuple(Path(path).stem for path in re.findall(r"`([\w/]+\.py)`", wing + lives_there)),
            floor=floor,
            is_pure=libraries.startswith("pure"),
            has_no_io=libraries.startswith(("pure", "no I/O")),
            has_siblings_apart="not each other" in imports,
            shorthands=tuple(words for words in SHORTHANDS if words in imports),
            imports=tuple(_permissions(imports)),
            libraries=tuple(_permissions(libraries)),
        )
        for floor, (wing, lives_there, imports, libraries) in enumerate(cells)
    ]


def _dotted(path: str) -> str:
    return path.removesuffix("/").removesuffix(".py").replace("/", ".")


def _permissions(cell: str) -> Iterator[Permission]:
    for group in cell.split(";"):
        allowed, _, only = group.partition("(only ")
        modules = frozenset(map(_dotted, re.findall(r"`([^`]+)`", only)))
        yield from (Permission(_dotted(name), modules) for name in re.findall(r"`([^`]+)`", allowed))


class Code:
    """The modules below a folder, and what each of them imports when it runs."""

    def __init__(self, root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> None:
        self._root = root
        self.packages = tuple(packages)

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Every module by its dotted name; a package goes by the name of its folder."""
        paths = [path for package in self.packages for path in sorted((self._root / package).rglob("*.py"))]
        return {self._name(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}

    def _name(self, path: Path) -> str:
        return ".".join(path.relative_to(self._root).with_suffix("").parts).removesuffix(".__init__")

    def is_package(self, module: str) -> bool:
        return self._root.joinpath(*module.split("."), "__init__.py").is_file()

    @cached_property
    def imports(self) -> dict[str, frozenset[str]]:
        """What each module imports: `from bot import web` is bot.web. Imports for the type checker do not count."""
        return {module: frozenset(self._imported_by(module)) for module in self.trees}

    def _imported_by(self, module: str) -> Iterator[str]:
        package = module if self.is_package(module) else module.rpartition(".")[0]
        yield from self._imported(self.trees[module].body, package)
        if _reads_environment(self.trees[module]):
            yield ENVIRONMENT

    def _imported(self, body: Iterable[ast.AST], package: str) -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                yield from self._imported(node.orelse, package)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                parents = package.split(".")
                above = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
                source = ".".join(filter(None, (above, node.module)))
                for alias in node.names:
                    full = f"{source}.{alias.name}"
                    yield full if full in self.trees else source
            else:
                yield from self._imported(ast.iter_child_nodes(node), package)

    def is_ours(self, name: str) -> bool:
        return name.split(".")[0] in self.packages

    def own_arrows(self) -> Iterator[tuple[str, str]]:
        """Every import of one of our modules by another."""
        for module, names in self.imports.items():
            yield from ((module, name) for name in sorted(names) if self.is_ours(name) and name != module)


def _reads_environment(tree: ast.Module) -> bool:
    names = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os":
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and {alias.name for alias in node.names} & names:
            return True
    return False


def lies_in(name: str, places: Iterable[str]) -> bool:
    """Tell whether a module is one of these, or lies below one of them."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


class House:
    """The code and the table together: each rule returns one sentence for every place that breaks it."""

    def __init__(self, code: Code, rows: list[Row]) -> None:
        self.code = code
        self.rows = rows
        self._row_of_room = {room: row for row in rows for room in row.rooms}

    def room_of(self, module: str) -> str | None:
        """Return the room of the table that names the module most closely."""
        return max((room for room in self._row_of_room if lies_in(module, [room])), key=len, default=None)

    def row_of(self, module: str) -> Row | None:
        room = self.room_of(module)
        return self._row_of_room[room] if room else None

    def modules_of(self, row: Row) -> list[str]:
        """Return the modules of a wing, without its packages."""
        return [module for module in self.code.trees if self.row_of(module) is row and not self.code.is_package(module)]

    def _arrows(self) -> Iterator[tuple[str, Row, str, Row]]:
        for module, name in self.code.own_arrows():
            importer, imported = self.row_of(module), self.row_of(name)
            if importer and imported:
                yield module, importer, name, imported

    def homeless(self) -> list[str]:
        """A module belongs to a row, unless it imports nothing and is a package."""
        return [
            f"{module} has no row in docs/architecture.md"
            for module, names in self.code.imports.items()
            if self.row_of(module) is None and (names or not self.code.is_package(module))
        ]

    def empty_rows(self) -> list[str]:
        """A row names only rooms that exist."""
        named = [(room, row) for row in self.rows for room in row.rooms]
        named += [(permission.name, row) for row in self.rows for permission in row.imports]
        return [f"{row} names {room}, which is not there" for room, row in named if room not in self.code.trees]

    def upward(self) -> list[str]:
        """A wing imports only wings below it in the table."""
        return [
            f"{module} imports {name}: up, from {importer} to {imported}"
            for module, importer, name, imported in self._arrows()
            if imported.floor < importer.floor
        ]

    def unnamed(self) -> list[str]:
        """A wing imports only what its row names."""
        return [
            f"{module} imports {name}: {importer} does not allow it"
            for module, importer, name, imported in self._arrows()
            if imported.floor > importer.floor and not self._is_allowed(module, importer, name, imported)
        ]

    def _is_allowed(self, module: str, importer: Row, name: str, imported: Row) -> bool:
        if any(SHORTHANDS[words](imported) for words in importer.shorthands):
            return True
        return any(
            permission.name in (name, self.room_of(name)) and permission.covers(module)
            for permission in importer.imports
        )

    def siblings(self) -> list[str]:
        """Where a row says so, its modules do not import each other; the package itself lists them."""
        return [
            f"{module} imports {name}: {importer} says `not each other`"
            for module, importer, name, imported in self._arrows()
            if importer is imported and importer.has_siblings_apart and not self.code.is_package(module)
        ]

    def circles(self) -> list[str]:
        """No module imports itself by way of others. Only the first circle is told."""
        arrows: dict[str, set[str]] = {module: set() for module in self.code.trees}
        for module, name in self.code.own_arrows():
            arrows[module].add(name)
        try:
            TopologicalSorter(arrows).prepare()
        except CycleError as error:
            return [" <- ".join(error.args[1])]
        return []

    def libraries(self) -> list[str]:
        """A library, or the environment, is used only where a row names it."""
        return [
            f"{module} imports {name}: {row} does not allow it"
            for module, names in self.code.imports.items()
            if (row := self.row_of(module))
            for name in sorted(names)
            if not self.code.is_ours(name)
            and (name == ENVIRONMENT or name.split(".")[0] not in sys.stdlib_module_names)
            and not self._has_library(row, module, name)
        ]

    def impure(self) -> list[str]:
        """A pure wing imports only pure wings."""
        return [
            f"{module} imports {name}: {importer} is pure, {imported} is not"
            for module, importer, name, imported in self._arrows()
            if importer.is_pure and not imported.is_pure
        ]

    def input_or_output(self) -> list[str]:
        """A wing that is pure, or says `no I/O`, does no input or output and reads no clock."""
        found = []
        for module, tree in self.code.trees.items():
            row = self.row_of(module)
            if row is None or not row.has_no_io:
                continue
            found += [
                f"{module} imports {name}: {row} has no I/O"
                for name in sorted(self.code.imports[module])
                if lies_in(name, IMPURE_MODULES) and not self._has_library(row, module, name)
            ]
            calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            found += [f"{module} calls {name}(): {row} has no I/O" for name in sorted(calls & IMPURE_CALLS)]
        return found

    def _has_library(self, row: Row, module: str, name: str) -> bool:
        return any(lies_in(name, [library.name]) and library.covers(module) for library in row.libraries)

    def unused(self) -> list[str]:
        """A row names nothing that its modules do not import any more."""
        found = []
        for row in self.rows:
            modules = [module for module in self.code.trees if self.row_of(module) is row]
            for permission in (*row.imports, *row.libraries):
                importers = [module for module in modules if permission.covers(module)]
                names = {name for module in importers for name in self.code.imports[module]}
                if not any(permission.name == self.room_of(name) or lies_in(name, [permission.name]) for name in names):
                    found.append(f"{row} allows {permission.name}, but nothing there imports it: take it out")
        return found


def architecture() -> House:
    """Return the code of this repository with its table."""
    return House(Code(), table((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))


def report(house: House) -> Iterator[str]:
    """Describe the house in a few lines: every wing, then what is wrong with the arrows."""
    below: dict[Row, set[Row]] = {row: set() for row in house.rows}
    for module, name in house.code.own_arrows():
        importer, imported = house.row_of(module), house.row_of(name)
        if importer and imported and importer is not imported:
            below[importer].add(imported)
    floors: dict[Row, int] = {}
    for row in reversed(house.rows):
        floors[row] = 1 + max((floors.get(other, 0) for other in below[row]), default=0)
    for row in house.rows:
        yield f"floor {floors[row]:2}  {len(house.modules_of(row)):3} modules  {', '.join(row.rooms)}"
    arrows = sum(map(len, below.values()))
    up, circles = house.upward(), house.circles()
    yield f"{len(house.rows)} wings on {max(floors.values())} floors, {arrows} arrows between wings"
    yield f"{len(up)} imports run up, {len(circles)} circles"
    yield from (*up, *circles)


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(architecture())) + "\n")
