"""What the bot adds to a reply, and what it says if a reply goes elsewhere or cannot be given."""

from bot.formatting.escape import code, plain
from bot.formatting.limits import fits
from storage.values.records import Enterprise

SENT_PRIVATELY = "I sent the answer in a 1:1 message, because not everybody in this space may read it."
CANNOT_REACH = "I could not send you a private answer. Please write to me in a 1:1 space."
NO_RIGHTS_ANY_MORE = "I do not send this answer, because you may not read it any more: your rights have changed."
APOLOGY = (
    "Sorry, something went wrong on my side and I could not answer. The operators can see it in the log. "
    "Please try again in a few minutes."
)


def speaks_for(markdown: str, enterprise: Enterprise) -> str:
    """Add the enterprise's name to a reply to a person who has several enterprises."""
    footer = f"\n\n– for {plain(enterprise.name, 60)} ({code(enterprise.key, 63)})"
    return markdown + footer if fits(markdown + footer) else markdown


def without_names(markdown: str) -> str:
    """Add to a notice why it has neither names nor a file, and how to get both."""
    return (
        f"{markdown}\n\nI left out the names and the file, because I do not know yet who reads this. Write to me: "
        "`licenses` gives you both."
    )


def file_unused(markdown: str) -> str:
    """Add to a reply that the command did not read the file that came with it."""
    footer = "\n\nI did not read the file. To set locations, send it with only the word `locations`."
    return markdown + footer if fits(markdown + footer) else markdown
