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
    """What stands in the replies.

    `typed` is a value with a typing error, `meant` the right value, `word` a word that nobody expects. `webex` are
    Webex's words for an error, `status` its word for a state. `number` counts people, `few` other things, and `many` is
    the length of a list.
    """

    name: str = "Acme"
    key: str = "acme"
    cluster: str = "east"
    email: str = "ana@acme.example"
    typed: str = "dalas"
    meant: str = "Dallas"
    word: str = "please"
    webex: str = "Timed out reading users"
    status: str = "PAUSED"
    tracking_id: str = "NA_6f1c0b52"
    enterprise_id: str = "Reseller1+acme"
    number: int = 410
    few: int = 3
    many: int = 2

    @property
    def enterprise(self) -> Enterprise:
        return samples.enterprise(self.name, key=self.key, cluster=self.cluster, sp_enterprise_id=self.enterprise_id)

    @property
    def is_lifelike(self) -> bool:
        """Whether this sample is for the page; else for tests, which need the same text in every place."""
        return self == Sample()

    def typing(self, text: str) -> str:
        """This text on the page; in tests what is typed everywhere."""
        return text if self.is_lifelike else self.typed

    @property
    def enterprises(self) -> list[Enterprise]:
        if self.is_lifelike:
            return [self.enterprise, samples.enterprise("Borealis", id=2, key="borealis", cluster="west")]
        return [self.enterprise] * self.many

    @property
    def emails(self) -> list[str]:
        return [self.email, "ben@acme.example"] if self.is_lifelike else [self.email] * self.many

    @property
    def operators(self) -> list[str]:
        return ["olga@provider.example", "otto@provider.example"] if self.is_lifelike else self.emails

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.enterprises]

    @property
    def places(self) -> list[str]:
        if self.is_lifelike:
            return [self.meant, "Plano"]
        return [f"{number}{self.webex}" for number in range(self.many)]


def everywhere(text: str, email: str, words: str, many: int = 30) -> Sample:
    """The same text for every name, the same for all that others wrote, and numbers as large as they get."""
    by_others = (words, words, words, words, words, words, words)
    return Sample(text, text, text, email, *by_others, 10**9, 10**9, many)


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


def refused(
    function: Callable[..., object], when: str, act: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> Case:
    """The case of a refusal that `function` words and that `act` raises for these arguments."""
    try:
        act(*args, **kwargs)
    except Refusal as refusal:
        return Case(function.__module__, function.__name__, when, refusal.markdown)
    raise AssertionError(f"{act.__name__} refuses nothing here: {when}")


def constant(module: ModuleType, name: str) -> Case:
    """A reply that is always the same."""
    return Case(module.__name__, name, "", getattr(module, name))
