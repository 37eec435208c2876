import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.chat.command_line import plain_line
from bot.chat.message import Refusal
from bot.filters.columns import ATTRIBUTES_OF_KEY
from bot.filters.in_words import in_words
from bot.filters.language import MAX_COMPARISONS, MAX_SEARCHES, parse, unparse
from bot.formatting.limits import fits
from bot.formatting.width import width
from storage.values.license_table import LICENSE_COLUMNS, Pattern, SortKey, Term, View


def _term(column: str, *patterns: Pattern, negated: bool = False) -> Term:
    return Term((column,), patterns, negated)


def _contains(*words: str) -> Term:
    return Term(LICENSE_COLUMNS, tuple(("", word, "") for word in words))


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("location=Dallas", _term("location", ("Dallas",))),
        ("LOCATION:Dallas", _term("location", ("Dallas",))),
        ("License_Type=premium", _term("license_type", ("premium",))),
        ("location=Dal*s", _term("location", ("Dal", "s"))),
        ("location=**a**", _term("location", ("", "a", ""))),
        ("location=Dallas,Austin", _term("location", ("Dallas",), ("Austin",))),
        ("location=Dallas , Austin", _term("location", ("Dallas",), ("Austin",))),
        ("location!=Dallas", _term("location", ("Dallas",), negated=True)),
        ("location≠Dallas", _term("location", ("Dallas",), negated=True)),
        ("location=", _term("location", ("",))),
        ("location!=", _term("location", ("",), negated=True)),
        ("location=Dallas,", _term("location", ("Dallas",), ("",))),
        ("name=ana", Term(("first_name", "last_name"), (("ana",),))),
        ('location="New York, *=:"', _term("location", ("New York, *=:",))),
        ("location='New York'", _term("location", ("New York",))),
        ('location="5"" pipe"', _term("location", ('5" pipe',))),
        ('location="a b"*c', _term("location", ("a b", "c"))),
        ("last=O'Brien", _term("last_name", ("O'Brien",))),
        ("last=O’Brien", _term("last_name", ("O'Brien",))),
        ("location＝“New\u00a0York”，‘LA’", _term("location", ("New York",), ("LA",))),
        ("service=Reseller1+acme:x=y", _term("service_id", ("Reseller1+acme:x=y",))),
        ('location=Dallas,"type=premium"', _term("location", ("Dallas",), ("type=premium",))),
        ("service=a:1,b:2", _term("service_id", ("a:1",), ("b:2",))),
        ("status=pending_email_input", _term("status", ("pending email input",))),
        ("ana@acme.example", _contains("ana@acme.example")),
        ("smith,jones", _contains("smith", "jones")),
        ('"van der"', _contains("van der")),
        ('"10:30"', _contains("10:30")),
        ("a*b*", Term(LICENSE_COLUMNS, (("", "a", "b", ""),))),
    ],
)
def test_a_condition_is_parsed_into_a_term(typed: str, term: Term) -> None:
    assert parse(typed) == View((term,))


@pytest.mark.parametrize(
    ("typed", "sort"),
    [
        ("sort=-last,location", (SortKey("last_name", True), SortKey("location"))),
        ("sort=name", (SortKey("last_name"), SortKey("first_name"))),
        ("SORT:–Name, ext", (SortKey("last_name", True), SortKey("first_name", True), SortKey("ext"))),
        ("sort=first,name", (SortKey("first_name"), SortKey("last_name"))),
    ],
)
def test_a_sort_order_is_parsed(typed: str, sort: tuple[SortKey, ...]) -> None:
    assert parse(typed) == View((), sort)


def test_conditions_are_collected_and_a_column_may_come_twice() -> None:
    view = parse("ext=1* smith\next!=12 sort=ext last=")
    assert view == View(
        (
            _term("ext", ("1", "")),
            _contains("smith"),
            _term("ext", ("12",), negated=True),
            _term("last_name", ("",)),
        ),
        (SortKey("ext"),),
    )


@pytest.mark.parametrize("typed", ["", "  \u00a0", "*", "smith,*"])
def test_a_condition_that_excludes_nobody_is_dropped(typed: str) -> None:
    assert parse(typed) == View()


@pytest.mark.parametrize(
    ("typed", "pointed_at", "says"),
    [
        ("ext=1 locaton=Dallas", "locaton", "Did you mean `location`?"),
        ("srot=last", "srot", "Did you mean `sort`?"),
        ("call at 10:30", "10", '`"10:30"`'),
        ("http://acme.example", "http", "in quotes"),
        ("sort=last,fisrt", "fisrt", "Did you mean `first`?"),
        ("sort=", " ", "`location`"),
        ("sort=last x sort=ext", "sort=ext", "twice"),
        ("sort!=last", "sort!=last", "sort=-last"),
        ("ext=1 -sort=last", "-sort=last", "before the column: `sort=-last`"),
        ("–Sort:last", "–Sort:last", "before the column: `sort=-last`"),
        ("location = Dallas", "=", "without spaces"),
        ('a location="New York', '"New York', "not closed"),
        ("last='t Hooft", "'t Hooft", "not closed"),
        ("location=“Dallas", '"Dallas', "not closed"),
        ('ext=1 ""', '""', '`""` matches every cell'),
        ("smith,", " ", "expected a value"),
        ('"location"=Dallas', "=", "not a column"),
        ("location=Dallas, ext=1", ",", "Separate conditions by spaces"),
        ("location=Dallas,License_Type:premium", ",", "Separate conditions by spaces"),
        ("location=Dallas,type!=premium", ",", "looks like a condition in quotes"),
        ("location=Dallas,-sort=last", ",", "Separate conditions by spaces"),
        ("smith,type=premium", ",", "Separate conditions by spaces"),
        ("東京=1", "東京", "no column"),
        ("ext=1 location: Dallas", "location:", "Type column and value together"),
    ],
)
def test_a_refusal_points_at_the_fault_and_says_what_to_do(typed: str, pointed_at: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(typed)
    said = refused.value.markdown
    assert says in said
    _, line, carets, _ = said[said.index("```") : said.rindex("```") + 3].splitlines()
    before = line.partition(pointed_at)[0] if pointed_at.strip() else line
    if typed.startswith("sort=last x"):
        before = "sort=last x "
    assert width(before) == len(carets) - len(carets.lstrip())
    assert carets.count("^") == width(pointed_at)


@pytest.mark.parametrize("typed", ["x=1", "sort=x"])
def test_an_unknown_column_is_answered_with_one_key_of_every_column(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(typed)
    _, _, named = refused.value.markdown.partition("Columns: ")
    assert named.partition(".")[0] == (
        "`location`, `type`, `service-id`, `ext`, `first`, `last`, `email`, `status`, `activation`, `name`"
    )


@pytest.mark.parametrize("typed", ["`type=premium`", " ```type=premium``` ", "\u200b` type=premium `"])
def test_a_filter_in_backticks_is_read_without_them(typed: str) -> None:
    assert parse(typed) == View((_term("license_type", ("premium",)),))


@pytest.mark.parametrize("typed", ["`a` `b`", "a`", "`a", "last=`a`"])
def test_backticks_that_do_not_enclose_the_whole_filter_stay(typed: str) -> None:
    assert "`" in "".join(piece for term in parse(typed).terms for piece in term.patterns[0])


def test_a_filter_with_too_many_comparisons_is_refused() -> None:
    assert parse("ext=" + ",".join(["1"] * MAX_COMPARISONS))
    with pytest.raises(Refusal):
        parse("ext=" + ",".join(["1"] * (MAX_COMPARISONS + 1)))


def test_a_filter_with_too_many_searches_for_a_part_is_refused() -> None:
    assert parse("last=" + ",".join(["*a*"] * MAX_SEARCHES))
    assert parse("a " * (MAX_SEARCHES // len(LICENSE_COLUMNS)))
    for typed in (
        "last=" + ",".join(["*a*"] * (MAX_SEARCHES + 1)),
        "name!=" + ",".join(["a*"] * (MAX_SEARCHES // 2 + 1)),
        "a " * (MAX_SEARCHES // len(LICENSE_COLUMNS) + 1),
    ):
        with pytest.raises(Refusal, match="takes too long"):
            parse(typed)


_SPECIALS = st.text(alphabet="ab \"'“”‘’*,=:!-\u00a0＝，_~`sort\n")


@settings(max_examples=400, deadline=None)
@given(st.text() | _SPECIALS)
@example("“a")
@example("'")
@example("location=\u0301")
@example("x" + "\u0301" * 8000 + "=")
@example("`" * 100 + "=")
@example('"`a`"')
def test_any_text_is_parsed_or_refused_in_a_message_that_fits(text: str) -> None:
    view, refused = _parsed(text)
    if refused:
        assert fits(refused.markdown)
        assert refused.markdown.count("```") == 2
    else:
        assert parse(unparse(view)) == view
        assert fits(in_words(view))


def _parsed(text: str) -> tuple[View, Refusal | None]:
    try:
        return parse(text), None
    except Refusal as refused:
        return View(), refused


_PIECES = (st.text(max_size=6) | _SPECIALS).map(plain_line) | st.sampled_from(
    [" ", " a", "a ", '"', "O'B", "'t", "ext=1", "sort:", "`"]
)
_SOME_PIECES = _PIECES.filter(bool)


def _patterns(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[Pattern]:
    filled = pieces.filter(bool)
    return pieces.map(lambda whole: (whole,)) | st.builds(
        lambda first, inner, last: (first, *inner, last), pieces, st.lists(filled, max_size=2), pieces
    )


_CONDITIONS = st.builds(
    Term,
    st.sampled_from(sorted(set(ATTRIBUTES_OF_KEY.values()))),
    st.lists(_patterns(_PIECES.map(lambda piece: piece.replace("_", " "))), min_size=1, max_size=3).map(tuple),
    st.booleans(),
)
_WORDS = st.lists(
    st.lists(_SOME_PIECES, max_size=2).map(lambda inner: ("", "x", *inner, "")), min_size=1, max_size=3
).map(lambda patterns: Term(LICENSE_COLUMNS, tuple(patterns)))
_SORTS = st.lists(
    st.builds(SortKey, st.sampled_from(LICENSE_COLUMNS), st.booleans()),
    max_size=3,
    unique_by=lambda key: key.column,
).map(tuple)
_VIEWS = st.builds(View, st.lists(_CONDITIONS | _WORDS, max_size=3).map(tuple), _SORTS)


@settings(max_examples=300, deadline=None)
@given(_VIEWS)
def test_a_printed_view_is_parsed_back_to_the_same_view(view: View) -> None:
    assert parse(unparse(view)) == view


@given(_VIEWS)
def test_a_view_in_words_is_one_line_without_markup(view: View) -> None:
    words = in_words(view)
    assert "\n" not in words
    assert "<@" not in words
    assert "`" not in words.replace("\\`", "")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            "location=Dallas status=pending_email_input,error sort=-last",
            "Location is Dallas; Status is Pending Email Input or Error; sorted by Last Name descending",
        ),
        ("", "all license holders"),
        ("sort=ext,name", "all license holders; sorted by Ext, Last Name, First Name"),
        ("location= ext!=", "Location is empty; Ext is not empty"),
        ("location!=a,b", "Location is neither a nor b"),
        ("location!=a*", "Location does not begin with a"),
        (
            "location=a*,*b,*c*,d*e,f",
            "Location begins with a or ends with b or contains c or matches d\\*e or is f",
        ),
        ("name=ana smith", "First or Last Name is ana; any cell contains smith"),
        ("name!=ana", "neither First nor Last Name is ana"),
        ('location="a or b"', "Location is “a or b”"),
        ("location=empty", "Location is “empty”"),
        ("ext=1,2,3,4,5,6,7,8,9,10", "Ext is 1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 2 more"),
    ],
)
def test_a_view_is_described_in_words(typed: str, words: str) -> None:
    assert in_words(parse(typed)) == words
