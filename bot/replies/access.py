"""Who may not, what is not known, and which enterprise."""

from collections.abc import Sequence

from bot.replies.safe import plain
from bot.tables.limit import cut


def stranger(operators: Sequence[str]) -> str:
    """To somebody who is neither an admin nor an operator."""
    whom = cut([f"- {plain(email)}" for email in operators], 2000) if operators else "- your service provider"
    return f"You are not on my list of admins, so I cannot do anything for you. To be added, ask:\n\n{whom}"


def unknown(word: str, meant: str | None) -> str:
    """To a word that is no command."""
    if not word:
        return "Yes? `help` shows what I can do."
    guess = f" Did you mean `{meant}`?" if meant else ""
    return f"I do not know “{plain(word, 40)}”.{guess} `help` shows what I can do."


def which(keys: Sequence[str]) -> str:
    """To somebody who may act for several enterprises."""
    names = cut([f"- {plain(key)}" for key in keys], 4000)
    return (
        "You have rights to more than one enterprise, and I cannot tell which one you mean:\n\n"
        f"{names}\n\nAsk from an account that is an admin of one of them."
    )


def no_enterprise() -> str:
    """To an operator while there is no enterprise yet."""
    return (
        "No enterprise is set up yet. Add one on the machine where I run: "
        "`python -m bot enterprise add KEY --sp-enterprise-id ID --admin EMAIL`."
    )


def apology() -> str:
    """When something failed that is nobody's fault here."""
    return (
        "Sorry, something went wrong on my side and I could not answer that. "
        "It is logged for the operators; please try again in a few minutes."
    )


def sent_privately() -> str:
    """To a group in which others would read what is personal."""
    return (
        "I have sent that in a 1:1 message: it holds personal data, and not everybody in this space "
        "is an admin of this enterprise."
    )


def cannot_reach() -> str:
    """To a group, about somebody whose 1:1 space cannot be opened."""
    return "I could not send you a private answer here. Write to me in a 1:1 space, please."
