"""Who may not, what is not known, and which enterprise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut, fits
from bot.formatting.times import when
from storage.values.records import Enterprise

_MAX_KEYS = 5


def stranger(operators: Sequence[str]) -> str:
    """To somebody who is neither an admin nor an operator."""
    whom = cut([f"- {plain(email)}" for email in operators], 2000) if operators else "- your service provider"
    return f"You are not on my list of admins, so I cannot do anything for you. To be added, ask:\n\n{whom}"


def stranger_space(operators: Sequence[str]) -> str:
    """To a group into which somebody without rights has brought the bot."""
    whom = cut([f"- {plain(email)}" for email in operators], 2000) if operators else "- your service provider"
    return f"I answer only those who are on my list of admins. To be added, ask:\n\n{whom}"


def welcome(*, operator: bool) -> str:
    """To a group into which an admin or an operator has brought it."""
    link = " `link` and a key ties this space to an enterprise." if operator else ""
    return (
        "Hello. I answer admins and operators who mention me; `help` shows what they can type. What is personal I show "
        f"here only while everybody here may read it.{link}"
    )


def unknown(word: str, meant: str | None) -> str:
    """To a word that is no command."""
    if not word:
        return "Yes? `help` shows what I can do."
    guess = f" Did you mean `{meant}`?" if meant else ""
    return f"I do not know “{plain(word, 40)}”.{guess} `help` shows what I can do."


def for_operators(word: str) -> str:
    """To an admin, of a command for operators."""
    return f"{code(word)} is for operators. `help` shows what you can type."


def not_here() -> str:
    """To somebody with rights, in a space that is tied to an enterprise to which they have none."""
    return "You have no rights to the enterprise which that space is for. Write to me here, in 1:1, for your own."


def speaks_for(markdown: str, enterprise: Enterprise) -> str:
    """A reply to somebody with several enterprises, with the name of the one it is about."""
    footer = f"\n\n– for {plain(enterprise.name, 60)} ({code(enterprise.key, 63)})"
    return markdown + footer if fits(markdown + footer) else markdown


def file_unused(markdown: str) -> str:
    """A reply to a message with a file that was not looked at."""
    footer = "\n\nI did not look at the file: send one with the word `locations` alone, to set locations."
    return markdown + footer if fits(markdown + footer) else markdown


def changed_meanwhile() -> str:
    """When what is typed here is for another enterprise by the time it can be done."""
    return "Meanwhile another enterprise is spoken for here, so I did nothing. Type it again if you still want it."


def too_many(commands: int, wait: timedelta) -> str:
    """To somebody who types faster than anybody can read."""
    seconds = max(1, round(wait.total_seconds()))
    return f"That was more than {commands} commands in a minute, so I did nothing. I listen again in {seconds} s."


def too_many_exports(exports: int, until: datetime, now: datetime, enterprise: Enterprise) -> str:
    """Where an enterprise had its files of an hour."""
    again = when(until, now, enterprise.timezone)
    return (
        f"{plain(enterprise.name)} had {exports} files of license holders from me within the last hour, which is all "
        "it gets. "
        f"The next can be made {again}; `licenses count` works meanwhile."
    )


def kept_out(email: str, keys: Sequence[str], *, operator: bool) -> str:
    """To operators, of somebody who seems to be an admin but is another person, or of another organization."""
    of = [*(f"an admin of {code(key)}" for key in keys[:_MAX_KEYS]), *(["an operator"] if operator else [])]
    return (
        f"**I kept somebody out**: {plain(email)} wrote to me, which is the address of {' and '.join(of)}. But Webex "
        "says it is another person than before, or of another organization than the enterprise. If it is a new person "
        "who rightly has the address, remove it and add it again; an operator's is in `BOT_OPERATORS`, and is let in "
        "anew when the bot starts without it and then with it. Nobody of another organization is let in as an admin."
    )


def which(keys: Sequence[str]) -> str:
    """To somebody who may act for several enterprises."""
    names = cut([f"- {plain(key)}" for key in keys], 4000)
    return (
        "You have rights to more than one enterprise, and I cannot tell which one you mean:\n\n"
        f"{names}\n\n`use` and one of these chooses it, and I remember that; an operator can `link` a space to one."
    )


def no_enterprise() -> str:
    """To an operator while there is no enterprise yet."""
    return (
        "No enterprise is set up yet. Add one: "
        "`enterprise add KEY sp-enterprise-id=ID admin=EMAIL`; `help enterprise` explains that."
    )


def apology() -> str:
    """When something failed that is nobody's fault here."""
    return (
        "Sorry, something went wrong on my side and I could not answer that. "
        "It is logged for the operators; please try again in a few minutes."
    )


def sent_privately() -> str:
    """To a group in which others would read what is personal."""
    return "I have sent that in a 1:1 message, as not everybody in this space may read it."


def cannot_reach() -> str:
    """To a group, about somebody whose 1:1 space cannot be opened."""
    return "I could not send you a private answer here. Write to me in a 1:1 space, please."
