"""Every reply about license holders: filtered, counted, read, with or without a location."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bot.chat.message import MAX_FILE_BYTES
from bot.filters import advice as filter_advice
from bot.filters import refusals as filter_refusals
from bot.filters.advice import Absent, Advice, Alternative
from bot.filters.columns import MAIN_KEYS
from bot.filters.language import MAX_COMPARISONS
from bot.locations import refusals as file_refusals
from bot.locations.csv_reader import MAX_LINES, Key, RequestedLocation
from bot.locations.matching import LineResult, Result, UploadResult
from bot.replies import licenses, locations
from bot.replies.license_summary import Summary
from bot.replies.licenses import About
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder, SortKey, Term, View
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.replies.cases_of_syncs import ACTIVATION
from tests.bot.samples import NOW, ROSTER


def of_licenses(sample: Sample) -> Iterator[Case]:
    about, found = _about(sample, View((_term(sample),))), _found(sample, [_holder(sample)])
    instead = Advice(Alternative(_term(sample), sample.number), absent=(Absent("location", sample.typed, "Dallas"),))
    one = Summary(1, Counter({"Activated": 1}), Counter({"Dallas": 1}), [_holder(sample)])
    yield case(licenses.answer)(about, found, Advice(), NOW)
    yield case(licenses.answer, "one found")(replace(_about(sample, View()), stale=None), one, Advice(), NOW)
    yield case(licenses.answer, "nobody found")(about, _found(sample, []), instead, NOW)
    yield case(licenses.counts)(about, found, Advice(), NOW)
    yield case(licenses.counts, "nobody found")(about, _found(sample, []), instead, NOW)
    yield case(licenses.counts, "many locations")(
        _about(sample, View()), _found(sample, [_holder(sample)]), Advice(), NOW
    )
    for failed in (True, False):
        yield case(licenses.none_yet, "failed" if failed else "not yet")(failed=failed)
        yield case(licenses.failing, "failed" if failed else "not yet")(failed=failed)
        yield case(locations.none_yet, "failed" if failed else "not yet")(failed=failed)
    for pages in (0, 1, sample.number):
        yield case(licenses.reading, f"{pages}")(pages)
        yield case(licenses.all_read, f"{pages}")(pages)
    yield constant(licenses, "TOO_LONG")
    yield case(licenses.too_large)(None)
    yield case(licenses.too_large, "a half")((_term(sample), sample.number))
    yield case(licenses.license_table)([_holder(sample)])
    yield from _advised(sample)
    yield from _filters(sample)
    yield from _locations(sample)
    yield from _files(sample)


def _holder(sample: Sample) -> LicenseHolder:
    if sample == Sample():
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


def _term(sample: Sample) -> Term:
    return Term(("location",), ((sample.typed[:300],),))


def _about(sample: Sample, view: View) -> About:
    return About(view, replace(ROSTER, size=sample.number), sample.enterprise, licenses.failing(failed=False))


def _found(sample: Sample, first: list[LicenseHolder]) -> Summary:
    places = {f"{sample.webex}{number}": number for number in range(sample.many)} | {"": 1}
    return Summary(sample.number if first else 0, Counter(ACTIVATION), Counter(places), first)


def of_licenses_combined(sample: Sample) -> Iterator[Case]:
    """The same replies for every kind of view and of advice."""
    term = _term(sample)
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


def _advised(sample: Sample) -> Iterator[Case]:
    term = _term(sample)
    option = Term(LICENSE_COLUMNS, (("", "count", ""),))
    for when, view, advice in (
        ("no advice", View((term,)), Advice()),
        ("a word of the command", View((option, term)), Advice()),
        ("help is typed", View((Term(LICENSE_COLUMNS, (("", "help", ""),)),)), Advice()),
        ("one to leave out", View((term,)), Advice(Alternative(term, sample.number))),
        ("one to leave out finds one", View((term,)), Advice(Alternative(term, 1), Alternative(term, 1))),
        ("several meant as one", View((term,)), Advice(None, Alternative(term, sample.number))),
    ):
        yield case(filter_advice.of_nobody, when)(view, advice)
    yield case(filter_advice.of_absent)(
        [Absent("location", sample.typed, "Dallas"), Absent("type", sample.typed, None)]
    )
    yield case(filter_advice.typed)(term)


def _filters(sample: Sample) -> Iterator[Case]:
    word = sample.typed
    yield case(filter_refusals.unknown_column)(f"{word}=Plano", 0, word, f"{word}=Plano", "location", MAIN_KEYS)
    yield case(filter_refusals.unknown_column, "nothing is like it")(f"{word}=1", 0, word, f"{word}=1", None, MAIN_KEYS)
    yield case(filter_refusals.unknown_sort_column)(f"sort={word}", 5, 5 + len(word), "last", MAIN_KEYS)
    yield case(filter_refusals.unknown_sort_column, "none given")("sort=", 5, 5, None, MAIN_KEYS)
    yield case(filter_refusals.sorted_twice)(f"sort=last sort={word}", 10, 15 + len(word))
    yield case(filter_refusals.sort_is_not_negated)(f"sort!={word}", 0, 6 + len(word))
    yield case(filter_refusals.minus_before_sort)(f"-sort={word}", 0, 6 + len(word))
    yield case(filter_refusals.no_column)(f"={word}", 0, 1)
    yield case(filter_refusals.space_before_value)(f"location: {word}", 0, 9)
    yield case(filter_refusals.operator_in_word)(f"10:{word}", 2)
    yield case(filter_refusals.comma_between_conditions)(f"location={word},type=premium", 9 + len(word))
    yield case(filter_refusals.open_quote)(f'location="{word}', 9)
    yield case(filter_refusals.empty_word)('""', 0, 2)
    yield case(filter_refusals.too_many_comparisons)(MAX_COMPARISONS)
    yield case(filter_refusals.code)(word)


def _locations(sample: Sample) -> Iterator[Case]:
    acme, words = sample.enterprise, sample.webex
    requested = RequestedLocation(sample.number, words, words, words)
    found = [LineResult(requested, result, words, words, without_leading_zeros=True) for result in Result] * sample.many
    upload = UploadResult(Key.SERVICE_ID, found, {f"{number}{words}": sample.number for number in range(sample.many)})
    places = {f"{number}{words}": number for number in range(sample.many)} | {"": 1}
    few = UploadResult(Key.EXT, [LineResult(RequestedLocation(2, "", "", "Plano"), Result.UNKNOWN)], {"Plano": 1})
    yield case(locations.overview)(places, sample.number, ROSTER, acme, NOW)
    yield case(locations.overview, "one of each")({"Plano": 1}, 1, replace(ROSTER, size=1), acme, NOW)
    yield case(locations.overview, "none")({}, 0, ROSTER, acme, NOW)
    yield case(locations.changed)(upload, ROSTER, acme, NOW)
    yield case(locations.changed, "a line without a name")(few, ROSTER, acme, NOW)
    yield case(locations.changed, "no lines")(UploadResult(Key.EXT, [], {}), ROSTER, acme, NOW)
    yield case(locations.counts)(found)
    yield case(locations.no_words)(sample.typed)


def _files(sample: Sample) -> Iterator[Case]:
    fault = file_refusals.Fault(sample.number, "a header", file_refusals.quoted(sample.webex))
    yield case(file_refusals.faults)([fault] * sample.many)
    yield case(file_refusals.quoted)(sample.webex)
    yield case(file_refusals.quoted, "nothing")("")
    for what in ("a PDF", "an Excel workbook", "not text", "not text in an encoding I know"):
        yield case(file_refusals.not_text, what)(what)
    yield case(file_refusals.too_large)(MAX_FILE_BYTES)
    yield case(file_refusals.too_long)(MAX_LINES)
    yield case(file_refusals.unsafe)()
    yield case(file_refusals.gone)()
    yield case(file_refusals.several)(2)
