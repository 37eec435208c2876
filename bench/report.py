"""The table that the bench prints: figures side by side, their ratio, and what that is held against."""

from collections.abc import Sequence
from dataclasses import dataclass

OURS, EMBEDDED, BESIDE = "web + worker", "serve", "beside it"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: the figures of the two shapes and of what is measured beside them, and the ratio's bound.

    `bound` holds for the first shape, or for `serve` where that alone has a figure; it is for the ratio where there
    is something beside, else for the figure itself.
    """

    what: str
    unit: str
    ours: float | None = None
    serve: float | None = None
    beside: float | None = None
    bound: float | None = None
    at_least: bool = False

    @property
    def held(self) -> float | None:
        """What is held against the bound."""
        figure = self.serve if self.ours is None else self.ours
        if figure is None or self.beside is None:
            return figure
        return figure / self.beside

    @property
    def verdict(self) -> str:
        """Whether the bound is kept."""
        if self.bound is None or self.held is None:
            return ""
        return "kept" if (self.held >= self.bound if self.at_least else self.held <= self.bound) else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        sign, times = "≥" if self.at_least else "≤", "" if self.beside is None else " ×"
        return (
            f"{self.what}, {self.unit}",
            _figure(self.ours),
            _figure(self.serve),
            _figure(self.beside),
            "" if self.beside is None or self.held is None else f"{self.held:.2f} ×",
            "" if self.bound is None else f"{sign} {self.bound:g}{times}",
            self.verdict,
        )


HEADER = ("", OURS, EMBEDDED, BESIDE, "ratio", "bound", "")


def table(lines: Sequence[Line]) -> str:
    """The lines in columns."""
    rows = [HEADER, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"
