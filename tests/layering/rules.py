"""The rules that the code and the table keep together."""

import ast
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from tests.layering.code_imports import ENVIRONMENT, ROOT, Code
from tests.layering.page_table import SHORTHANDS, Row, table

IMPURE_MODULES = (
    *("os", "io", "socket", "ssl", "subprocess", "threading", "multiprocessing", "asyncio", "concurrent", "sqlite3"),
    *("pathlib", "shutil", "tempfile", "glob", "urllib.request", "http", "ftplib", "smtplib", "select", "signal"),
    *("time", "random", "secrets", "logging"),
)
"""Modules of the standard library that read, write, wait or depend on chance: no package without I/O imports them."""

IMPURE_CALLS = frozenset(
    {"open", "input", "print", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "__import__"}
)


def lies_in(name: str, places: Iterable[str]) -> bool:
    """Tell whether a module is one of these, or lies below one of them."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _is_impure_call(name: str) -> bool:
    return name in IMPURE_CALLS or any("." in call and name.endswith(f".{call}") for call in IMPURE_CALLS)


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
            found += [f"{module} calls {name}(): {row} has no I/O" for name in sorted(calls) if _is_impure_call(name)]
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
