"""Every reply that the bot can give, as cases; and the page docs/replies.txt, which shows them.

`python -m tests.bot.replies.everything` writes the page again.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tests.bot.replies.cases import Case, Sample
from tests.bot.replies.cases_of_access import of_access
from tests.bot.replies.cases_of_admins import of_admins
from tests.bot.replies.cases_of_filters import of_filters
from tests.bot.replies.cases_of_licenses import of_licenses, of_licenses_combined
from tests.bot.replies.cases_of_locations import of_locations
from tests.bot.replies.cases_of_lookups import of_lookups, of_syncs_combined
from tests.bot.replies.cases_of_rights import of_rights
from tests.bot.replies.cases_of_syncs import activations, of_syncs
from tests.bot.replies.cases_of_webhooks import of_webhooks

PAGE = Path(__file__).parents[3] / "docs" / "replies.txt"

_HEAD = """\
Every reply that the bot can give, with invented names and numbers. `make replies` writes this page from the code.
"""


def cases(sample: Sample) -> Iterator[Case]:
    """Each reply function in each of its cases."""
    yield from of_rights(sample)
    yield from of_admins(sample)
    yield from of_access(sample)
    yield from of_syncs(sample)
    yield from of_lookups(sample)
    yield from of_licenses(sample)
    yield from of_filters(sample)
    yield from of_locations(sample)
    yield from of_webhooks(sample)


def replies(sample: Sample) -> dict[str, str]:
    """The texts of all cases by their names, also of those that combine others."""
    found = [*cases(sample), *of_syncs_combined(sample), *of_licenses_combined(sample)]
    said = {one.name: one.text for one in found}
    assert len(said) == len(found), "two cases have one name"
    return said


def page() -> str:
    """All replies by module and function, each under a heading that names its cases; equal replies stand once."""
    found = [*cases(Sample()), *activations()]
    return "\n".join([_HEAD, *_sections(sorted(found, key=lambda one: (one.module, one.function)))])


def _sections(found: Iterable[Case]) -> Iterator[str]:
    for module, of_module in groupby(found, key=lambda one: one.module):
        path = f"{module.replace('.', '/')}.py"
        yield f"{'=' * len(path)}\n{path}\n{'=' * len(path)}\n"
        whens: dict[tuple[str, str], list[str]] = {}
        for one in of_module:
            whens.setdefault((one.function, one.text), []).append(one.when)
        for (function, text), names in whens.items():
            when = "; ".join(filter(None, names))
            yield f"--- {function}{f': {when}' if when else ''}\n{text}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
