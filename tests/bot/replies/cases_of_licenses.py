"""Every reply about license holders: filtered, counted, read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.filters.advice import Absent, Advice, Alternative
from bot.replies import licenses, rate_limits
from bot.replies.license_summary import Summary
from bot.replies.licenses import About
from storage.values.license_table import LicenseHolder, SortKey, Term, View
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.replies.cases_of_syncs import ACTIVATION
from tests.bot.samples import NOW, ROSTER


def of_licenses(sample: Sample) -> Iterator[Case]:
    about, found = _about(sample, View((right_term(sample),))), _found(sample, _holders(sample))
    instead = Advice(Alternative(misspelled_term(sample), sample.number), Alternative(right_term(sample), sample.few))
    typing_error = Advice(absent=(Absent("location", sample.typed, sample.meant),))
    misspelled = _about(sample, View((misspelled_term(sample),)))
    one = Summary(1, Counter({"Activated": 1}), Counter({"Dallas": 1}), [_holder(sample)])
    both = View((Term(("location",), ((sample.meant[:300],), (sample.typed[:300],))),))
    full = Summary(sample.number, Counter(ACTIVATION), _places(sample), _holders(sample, 15, "Plano"))
    yield case(licenses.answer)(about, found, Advice(), NOW)
    yield case(licenses.answer, "one found")(replace(_about(sample, View()), stale=None), one, Advice(), NOW)
    yield case(licenses.answer, "all license holders")(_about(sample, View()), full, Advice(), NOW)
    yield case(licenses.answer, "a value that nobody has")(_about(sample, both), found, typing_error, NOW)
    yield case(licenses.answer, "no more files this hour")(about, found, Advice(), NOW, _no_file(sample))
    yield case(licenses.answer, "nobody found")(misspelled, _found(sample, []), instead, NOW)
    yield case(licenses.counts)(about, found, Advice(), NOW)
    yield case(licenses.counts, "nobody found")(misspelled, _found(sample, []), instead, NOW)
    yield case(licenses.counts, "many locations")(_about(sample, View()), full, Advice(), NOW)
    for failed in (True, False):
        yield case(licenses.none_yet, "failed" if failed else "not yet")(failed=failed)
        yield case(licenses.failing, "failed" if failed else "not yet")(failed=failed)
    for pages in (0, 1, sample.few):
        yield case(licenses.reading, f"{pages}")(pages)
        if pages:
            yield case(licenses.all_read, f"{pages}")(pages)
    yield constant(licenses, "TOO_LONG")
    yield case(licenses.too_large)(View(), None)
    premium = View((Term(("license_type",), (("premium",),)),))
    yield case(licenses.too_large, "a half")(premium, (right_term(sample), sample.number * 1000))
    yield case(licenses.license_table)(_holders(sample))


def _no_file(sample: Sample) -> str:
    return rate_limits.no_file(300, NOW + timedelta(minutes=25), NOW, sample.enterprise)


def _holder(sample: Sample) -> LicenseHolder:
    if sample.is_lifelike:
        given = (
            "Dallas",
            "Premium",
            "1001@acme.example",
            "1001",
            "Ana",
            "Lopez",
            sample.email,
            "Provisioned",
            "Activated",
        )
        return LicenseHolder(*given)
    return LicenseHolder(*[sample.webex] * 9)


def _holders(sample: Sample, number: int = 3, location: str = "Dallas") -> list[LicenseHolder]:
    first = _holder(sample)
    if not sample.is_lifelike:
        return [first]
    names = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jan", "Kim", "Leo", "Mia", "Noa", "Ole")
    return [
        replace(first, first_name=name, ext=str(1001 + at), location=location) for at, name in enumerate(names[:number])
    ]


def misspelled_term(sample: Sample) -> Term:
    return Term(("location",), ((sample.typed[:300],),))


def right_term(sample: Sample) -> Term:
    return Term(("location",), ((sample.meant[:300],),))


def _places(sample: Sample) -> Counter[str]:
    if sample.is_lifelike:
        return Counter({"Plano": 190, "Austin": 120, "Houston": 60, "El Paso": 15, "Waco": 12, "Dallas": 3, "": 10})
    return Counter(dict.fromkeys(sample.places, 1) | {"": 1})


def _about(sample: Sample, view: View) -> About:
    return About(view, replace(ROSTER, size=sample.number), sample.enterprise, licenses.failing(failed=False))


def _found(sample: Sample, first: list[LicenseHolder]) -> Summary:
    if not first:
        return Summary()
    if sample.is_lifelike:
        return Summary(3, Counter({"Activated": 2, "Begun": 1}), Counter({"Dallas": 3}), first)
    return Summary(sample.number, Counter(ACTIVATION), _places(sample), first)


def of_licenses_combined(sample: Sample) -> Iterator[Case]:
    """The same replies for every kind of view and of advice."""
    term = misspelled_term(sample)
    many_values = tuple((f"{sample.typed[:100]}{number}",) for number in range(sample.many))
    views = {
        "everybody": View(),
        "one condition": View((term,), (SortKey("last_name", descending=True),)),
        "many values": View((Term(("location",), many_values),)),
        "many conditions": View((term,) * sample.many),
    }
    for when, view in views.items():
        about = _about(sample, view)
        for first in ([_holder(sample)] * 15, []):
            found = _found(sample, first)
            for mark, advice in _advice(view, sample.typed):
                said = f"{when}{'' if first else ', nobody found'}{mark}"
                yield case(licenses.answer, said)(about, found, advice, NOW)
                yield case(licenses.counts, said)(about, found, advice, NOW)


def _advice(view: View, words: str) -> Iterator[tuple[str, Advice]]:
    absent = (Absent("location", words, words),) * 2
    yield "", Advice()
    if view.terms:
        one = Alternative(view.terms[0], 10**9)
        yield ", one to leave out", Advice(one, one, absent)
        yield ", several meant as one", Advice(None, one, absent)
