"""What each module imports when it runs, worked out from the code."""

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "storage", "sandbox")
ENVIRONMENT = "os.environ"
"""Stands in the table, like a library, for reading the environment."""


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
