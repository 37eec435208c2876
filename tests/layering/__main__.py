"""Print the packages with their modules and layers, the imports that run up, and the circles.

A package lies one layer above the highest that it imports.
"""

import sys
from collections.abc import Iterator

from tests.layering.page_table import Row
from tests.layering.rules import Architecture, architecture


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
