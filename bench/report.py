"""The table that the bench prints: figures, what they are compared with, the ratio and its bound."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: the figures of the bot's two set-ups and the figure they are compared with.

    Args:
        what: the label. With a baseline, it ends with "vs" and what the baseline is.
        ours: the figure of web and worker on PostgreSQL.
        serve: the figure of `serve` on SQLite.
        bound: the limit for `ours`, or for `serve` if `ours` is None. With a baseline, it limits the ratio.
        at_least: the bound is a minimum, not a maximum.
    """

    what: str
    unit: str
    ours: float | None = None
    serve: float | None = None
    baseline: float | None = None
    bound: float | None = None
    at_least: bool = False

    @property
    def bounded(self) -> float | None:
        """Return the figure or ratio that the bound limits."""
        figure = self.serve if self.ours is None else self.ours
        if figure is None or self.baseline is None:
            return figure
        return figure / self.baseline

    @property
    def verdict(self) -> str:
        """Return whether the bound is kept; empty if there is none."""
        if self.bound is None or self.bounded is None:
            return ""
        return "kept" if (self.bounded >= self.bound if self.at_least else self.bounded <= self.bound) else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """Return the row's cells."""
        sign, times = "≥" if self.at_least else "≤", "" if self.baseline is None else " ×"
        return (
            f"{self.what} ({self.unit})",
            _figure(self.ours),
            _figure(self.serve),
            _figure(self.baseline),
            "" if self.baseline is None or self.bounded is None else f"{self.bounded:.2f} ×",
            "" if self.bound is None else f"{sign} {self.bound:g}{times}",
            self.verdict,
        )


HEADER = ("", "web + worker", "serve", "compared with", "ratio", "bound", "")


def table(rows: Sequence[Row]) -> str:
    """Return the rows in columns."""
    lines = [HEADER, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"
