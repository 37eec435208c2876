"""A number with its noun, as people read it."""


def quantity(number: int, noun: str, plural: str | None = None) -> str:
    """Return the number and the noun, which agree: "1 space", "1,200 spaces"; `plural` where it is not noun + s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
