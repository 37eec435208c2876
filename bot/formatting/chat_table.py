"""Small tables for chat, in a fixed-width font and narrow enough for phones."""

from collections.abc import Iterable, Sequence

from bot.formatting.limits import MAX_MESSAGE_BYTES, size
from bot.formatting.width import cell_text, padded
from bot.formatting.width import width as width_of

_FENCE = "```"
_GAP = "  "
_MIN_WIDTH = 1


def chat_table(
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str]],
    *,
    width: int = 60,
    max_bytes: int = MAX_MESSAGE_BYTES,
) -> tuple[str, int]:
    """Return a fenced table of the first rows that fit into `max_bytes` of UTF-8, and how many rows these are.

    A column is its heading and its fair width. If the table is wider than `width`, the columns that exceed their fair
    width most get narrower. If not even one row fits, the text is empty.
    """
    shown = [[cell_text(cell) for cell in row] for row in rows]
    widths = _widths(columns, shown, width)
    headings = [heading for heading, _ in columns]
    head = [_FENCE, _line(headings, widths), _GAP.join("-" * wide for wide in widths)]
    used = size("\n".join([*head, _FENCE]))
    lines: list[str] = []
    for row in shown:
        line = _line(row, widths)
        used += size(line) + 1
        if used > max_bytes:
            break
        lines.append(line)
    return ("\n".join([*head, *lines, _FENCE]), len(lines)) if lines else ("", 0)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(padded(cell, wide) for cell, wide in zip(cells, widths, strict=True)).rstrip()


def _widths(columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    widths = [
        min(width, max([width_of(heading), *(width_of(row[index]) for row in rows)]))
        for index, (heading, _) in enumerate(columns)
    ]
    room = width - len(_GAP) * (len(columns) - 1)
    while sum(widths) > room and max(widths) > _MIN_WIDTH:
        _, _, widest = max((wide - columns[i][1], wide, i) for i, wide in enumerate(widths) if wide > _MIN_WIDTH)
        widths[widest] -= 1
    return widths
