"""One case of one reply function: its name and the text that it gives, for given names, words and numbers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import ParamSpec

from bot.chat.message import Refusal
from storage.values.records import Enterprise
from tests.bot import samples

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands in the replies: an enterprise, a person, what was typed, Webex's words, a number, a list's length."""

    name: str = "Acme"
    key: str = "acme"
    cluster: str = "east"
    email: str = "ana@acme.example"
    typed: str = "dallas"
    webex: str = "Something failed"
    number: int = 410
    many: int = 2

    @property
    def enterprise(self) -> Enterprise:
        return samples.enterprise(self.name, key=self.key, cluster=self.cluster)

    @property
    def emails(self) -> list[str]:
        return [self.email] * self.many

    @property
    def keys(self) -> list[str]:
        return [self.key] * self.many


def everywhere(text: str, email: str, words: str, many: int = 30) -> Sample:
    """The same text for every name, the same for all that others wrote, and numbers as large as they get."""
    return Sample(text, text, text, email, words, words, 10**9, many)


@dataclass(frozen=True, slots=True)
class Case:
    """A text, the module and the function that give it, and when."""

    module: str
    function: str
    when: str
    text: str

    @property
    def name(self) -> str:
        """Unlike that of every other case."""
        return f"{self.module.removeprefix('bot.')}.{self.function}{f': {self.when}' if self.when else ''}"


def case(function: Callable[P, str | Refusal | Iterable[str] | tuple[str, int]], when: str = "") -> Callable[P, Case]:
    """Takes the arguments of a reply function and gives the case."""

    def called(*args: P.args, **kwargs: P.kwargs) -> Case:
        said = function(*args, **kwargs)
        match said:
            case Refusal():
                text = said.markdown
            case str():
                text = said
            case (str(table), int()):
                text = table
            case _:
                text = "\n".join(part for part in said if isinstance(part, str))
        return Case(function.__module__, function.__name__, when, text)

    return called


def constant(module: ModuleType, name: str) -> Case:
    """A reply that is always the same."""
    return Case(module.__name__, name, "", getattr(module, name))
