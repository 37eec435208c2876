"""Read what each module imports from the code, and what it may import from the table in docs/architecture.md.

`python -m tests.layering` prints the packages with their modules and layers, the imports that run up, and the circles.

A row of the table is a package, or some modules of one. A package lies one layer above the highest that it imports.
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
"""Modules of the standard library that read, write, wait or depend on chance: no package without I/O imports them."""

IMPURE_CALLS = frozenset(
    {"open", "input", "print", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "__import__"}
)


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

    def own_imports(self) -> Iterator[tuple[str, str]]:
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


class Architecture:
    """The code and the table together: each rule returns one sentence for every place that breaks it."""

    def __init__(self, code: Code, rows: list[Row]) -> None:
        self.code = code
        self.rows = rows
        self._row_of_name = {name: row for row in rows for name in row.names}

    def name_in_table(self, module: str) -> str | None:
        """Return the name in the table that covers the module most closely."""
        return max((name for name in self._row_of_name if lies_in(module, [name])), key=len, default=None)

    def row_of(self, module: str) -> Row | None:
        name = self.name_in_table(module)
        return self._row_of_name[name] if name else None

    def modules_of(self, row: Row) -> list[str]:
        """Return the modules of a row, without the packages themselves."""
        return [module for module in self.code.trees if self.row_of(module) is row and not self.code.is_package(module)]

    def _imports_between_rows(self) -> Iterator[tuple[str, Row, str, Row]]:
        for module, name in self.code.own_imports():
            importer, imported = self.row_of(module), self.row_of(name)
            if importer and imported:
                yield module, importer, name, imported

    def without_row(self) -> list[str]:
        """A module belongs to a row, unless it imports nothing and is a package."""
        return [
            f"{module} has no row in docs/architecture.md"
            for module, names in self.code.imports.items()
            if self.row_of(module) is None and (names or not self.code.is_package(module))
        ]

    def empty_rows(self) -> list[str]:
        """A row names only packages and modules that exist."""
        named = [(name, row) for row in self.rows for name in row.names]
        named += [(permission.name, row) for row in self.rows for permission in row.imports]
        return [f"{row} names {name}, which is not there" for name, row in named if name not in self.code.trees]

    def upward(self) -> list[str]:
        """A package imports only packages below it in the table."""
        return [
            f"{module} imports {name}: up, from {importer} to {imported}"
            for module, importer, name, imported in self._imports_between_rows()
            if imported.position < importer.position
        ]

    def unnamed(self) -> list[str]:
        """A package imports only what its row names."""
        return [
            f"{module} imports {name}: {importer} does not allow it"
            for module, importer, name, imported in self._imports_between_rows()
            if imported.position > importer.position and not self._is_allowed(module, importer, name, imported)
        ]

    def _is_allowed(self, module: str, importer: Row, name: str, imported: Row) -> bool:
        if any(SHORTHANDS[words](imported) for words in importer.shorthands):
            return True
        return any(
            permission.name in (name, self.name_in_table(name)) and permission.covers(module)
            for permission in importer.imports
        )

    def siblings(self) -> list[str]:
        """Where a row says so, its modules do not import each other; the package itself lists them."""
        return [
            f"{module} imports {name}: {importer} says `not each other`"
            for module, importer, name, imported in self._imports_between_rows()
            if importer is imported and importer.has_siblings_apart and not self.code.is_package(module)
        ]

    def circles(self) -> list[str]:
        """No module imports itself by way of others. Only the first circle is returned."""
        graph: dict[str, set[str]] = {module: set() for module in self.code.trees}
        for module, name in self.code.own_imports():
            graph[module].add(name)
        try:
            TopologicalSorter(graph).prepare()
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
        """A pure package imports only pure packages."""
        return [
            f"{module} imports {name}: {importer} is pure, {imported} is not"
            for module, importer, name, imported in self._imports_between_rows()
            if importer.is_pure and not imported.is_pure
        ]

    def input_or_output(self) -> list[str]:
        """A package that is pure, or says `no I/O`, does no input or output and reads no clock."""
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
                if not any(
                    permission.name == self.name_in_table(name) or lies_in(name, [permission.name]) for name in names
                ):
                    found.append(f"{row} allows {permission.name}, but nothing there imports it: take it out")
        return found


def architecture() -> Architecture:
    """Return the code of this repository with its table."""
    return Architecture(Code(), table((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))


def report(built: Architecture) -> Iterator[str]:
    """Describe the architecture in a few lines: every package, then what is wrong with the imports."""
    below: dict[Row, set[Row]] = {row: set() for row in built.rows}
    for module, name in built.code.own_imports():
        importer, imported = built.row_of(module), built.row_of(name)
        if importer and imported and importer is not imported:
            below[importer].add(imported)
    layers: dict[Row, int] = {}
    for row in reversed(built.rows):
        layers[row] = 1 + max((layers.get(other, 0) for other in below[row]), default=0)
    for row in built.rows:
        yield f"layer {layers[row]:2}  {len(built.modules_of(row)):3} modules  {', '.join(row.names)}"
    pairs = sum(map(len, below.values()))
    up, circles = built.upward(), built.circles()
    yield f"{len(built.rows)} packages in {max(layers.values())} layers, {pairs} imports between packages"
    yield f"{len(up)} imports run up, {len(circles)} circles"
    yield from (*up, *circles)


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(architecture())) + "\n")
