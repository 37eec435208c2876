"""Every reply about a license filter: that it is not understood, or that it finds nobody."""

from collections.abc import Iterator

from bot.filters import advice as filter_advice
from bot.filters import refusals as filter_refusals
from bot.filters.advice import Absent, Advice, Alternative
from bot.filters.columns import MAIN_KEYS
from bot.filters.language import MAX_COMPARISONS, MAX_SEARCHES
from storage.values.license_table import LICENSE_COLUMNS, Term, View
from tests.bot.replies.cases import Case, Sample, case
from tests.bot.replies.cases_of_licenses import misspelled_term, right_term


def of_filters(sample: Sample) -> Iterator[Case]:
    yield from _advised(sample)
    yield from _refused(sample)


def _advised(sample: Sample) -> Iterator[Case]:
    term = misspelled_term(sample)
    option = Term(LICENSE_COLUMNS, (("", "count", ""),))
    either = Term(("location",), ((sample.meant[:300],), ("Austin",)))
    for when, view, advice in (
        ("leaving out one is not enough", View((term, Term(("license_type",), (("gold",),)))), Advice()),
        ("a word of the command", View((option, right_term(sample))), Advice(Alternative(option, 190))),
        ("help is typed", View((Term(LICENSE_COLUMNS, (("", "help", ""),)),)), Advice()),
        ("one to leave out", View((term,)), Advice(Alternative(term, sample.number))),
        ("one to leave out finds one", View((term,)), Advice(Alternative(term, 1), Alternative(right_term(sample), 1))),
        ("several meant as one", View((term,)), Advice(None, Alternative(either, sample.number))),
    ):
        yield case(filter_advice.of_nobody, when)(view, advice)
    yield case(filter_advice.of_absent)(
        [Absent("location", sample.typed, sample.meant), Absent("type", sample.word, None)]
    )
    yield case(filter_advice.typed)(term)


def _refused(sample: Sample) -> Iterator[Case]:
    word, column = sample.meant, sample.typing("locaton")
    odd, sort = ("floor", "lasst") if sample.is_lifelike else (sample.typed, sample.typed)
    yield case(filter_refusals.unknown_column)(f"{column}=Plano", 0, column, f"{column}=Plano", "location", MAIN_KEYS)
    yield case(filter_refusals.unknown_column, "nothing is like it")(f"{odd}=1", 0, odd, f"{odd}=1", None, MAIN_KEYS)
    yield case(filter_refusals.unknown_sort_column)(f"sort={sort}", 5, 5 + len(sort), "last", MAIN_KEYS)
    yield case(filter_refusals.unknown_sort_column, "none given")("sort=", 5, 5, None, MAIN_KEYS)
    column = sample.typing("first")
    yield case(filter_refusals.sorted_twice)(f"sort=last sort={column}", 10, 15 + len(column))
    yield case(filter_refusals.sort_is_not_negated)(f"sort!={column}", 0, 6 + len(column))
    yield case(filter_refusals.minus_before_sort)(f"-sort={column}", 0, 6 + len(column))
    yield case(filter_refusals.no_column)(f"={word}", 0, 1)
    yield case(filter_refusals.space_before_value)(f"location: {word}", 0, 9)
    yield case(filter_refusals.operator_in_word)(f"10:30 {word}", 2)
    yield case(filter_refusals.comma_between_conditions)(f"location={word},type=premium", 9 + len(word))
    yield case(filter_refusals.open_quote)(f'location="{word}', 9)
    yield case(filter_refusals.empty_word)('""', 0, 2)
    yield case(filter_refusals.empty_word, "after a comma")("smith,", 6, 6)
    yield case(filter_refusals.too_many_comparisons)(MAX_COMPARISONS)
    yield case(filter_refusals.too_many_searches)(MAX_SEARCHES)
    yield case(filter_refusals.code)(word)
