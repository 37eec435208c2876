"""A value that must not be shown."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that no repr, log line or traceback shows; only `reveal` returns it. Without text it is false."""

    _text: str = field(default="", repr=False)

    def reveal(self) -> str:
        """Return the text, to hand it to what needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)
