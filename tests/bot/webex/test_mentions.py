import doctest
import html as markup
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.webex import letters as mention_letters
from bot.webex import mention_places
from bot.webex.mentions import command_text, is_mentioned, names_behind, others_mentioned, strip_mention, words_behind
from tests.bot.jobs import message_shapes

BOT = '<spark-mention data-object-type="person" data-object-id="B0T">Bot</spark-mention>'
ANA = '<spark-mention data-object-type="person" data-object-id="4NA">Ana</spark-mention>'


@pytest.mark.parametrize(
    ("text", "html", "left"),
    [
        ("Bot status", f"<p>{BOT} status</p>", "status"),
        ("status Bot", f"<p>status {BOT}</p>", "status"),
        ("hey Bot status", f"hey {BOT} status", "hey status"),
        ("hey Bot, status", f"hey {BOT}, status", "hey, status"),
        ("Bot: status", f"{BOT}: status", "status"),
        ("@Bot status", f"{BOT} status", "status"),
        ("first\nBot\nlast", f"first<br/>{BOT}<br/>last", "first\nlast"),
        ("Bot one\ntwo", f"<p>{BOT} one<br>two</p>", "one\ntwo"),
        ("R&D <Bot> Bot go", f"R&amp;D &lt;Bot&gt; {BOT} go", "R&D <Bot> go"),
        ("Bot\u00a0status", f"{BOT}&nbsp;status", "status"),
    ],
)
def test_the_mention_is_removed_anywhere_in_a_message(text: str, html: str, left: str) -> None:
    assert strip_mention(text, html, "B0T") == left


def test_the_bots_name_as_an_ordinary_word_stays() -> None:
    assert strip_mention("Bot or Bot or Bot?", f"Bot or {BOT} or Bot?", "B0T") == "Bot or or Bot?"
    assert strip_mention("Robots, Bot x", f"Robots, {BOT} x", "B0T") == "Robots, x"


def test_every_mention_of_the_bot_is_removed_and_others_stay() -> None:
    assert strip_mention("Bot ask Ana Bot", f"{BOT} ask {ANA} {BOT}", "B0T") == "ask Ana"


def test_a_mention_of_a_person_with_the_bots_name_stays() -> None:
    namesake = BOT.replace("B0T", "0TH3R")
    assert strip_mention("Bot add Bot", f"{BOT} add {namesake}", "B0T") == "add Bot"
    assert strip_mention("add Bot Bot", f"add {namesake} {BOT}", "B0T") == "add Bot"


@pytest.mark.parametrize(
    "mention",
    [
        "<spark-mention data-object-id='B0T' data-object-type='person'>Bot</spark-mention>",
        "<SPARK-MENTION data-object-id=B0T data-object-type=person class=x><b>Bot</b></SPARK-MENTION>",
        '<spark-mention data-object-type="person" data-object-id="B0T">Bot',
    ],
)
def test_a_mention_is_found_in_any_style_of_html(mention: str) -> None:
    assert strip_mention("sync Bot", f"sync {mention}", "B0T") == "sync"


@pytest.mark.parametrize(
    "attributes",
    [
        'data-object-type="person" data-object-id="4NA" title="data-object-id=B0T"',
        'data-object-type="person" data-object-id="4NA" title=" data-object-id=B0T"',
        'data-object-type="person" data-object-id="4NA" x-data-object-id="B0T"',
        'data-object-type="person" data-object-id="4NA" data-object-id="B0T"',
        """title=' data-object-type="person" data-object-id="B0T"'""",
    ],
)
def test_only_the_first_attribute_of_that_name_says_who_is_mentioned(attributes: str) -> None:
    assert not is_mentioned((), f"<spark-mention {attributes}>Bot</spark-mention>", "B0T")


def test_a_mention_in_a_comment_does_not_count() -> None:
    assert not is_mentioned((), f"<!-- {BOT} --> sync", "B0T")
    assert not is_mentioned((), f"<!-- {BOT} sync", "B0T")
    assert strip_mention("Bot or Bot", f"Bot or <!-- {BOT} -->{BOT}", "B0T") == "Bot or"


@pytest.mark.parametrize("value", ['"a>b"', "'a>b'", '"it\'s >"', ' "a > b"'])
def test_a_quoted_value_may_hold_the_sign_that_ends_a_tag(value: str) -> None:
    mention = BOT.replace(" data", f" title={value} data", 1)
    assert strip_mention("Bot or Bot", f"<b title={value}>Bot</b> or {mention}", "B0T") == "Bot or"


def test_a_quote_without_an_end_does_not_keep_a_tag_open() -> None:
    assert strip_mention("Bot or Bot", f'<b title="x>Bot</b> or {BOT}', "B0T") == "Bot or"


def test_a_mention_that_the_text_does_not_show_leaves_the_next_removed() -> None:
    helper = BOT.replace(">Bot<", ">Helper<")
    assert strip_mention("1. ask Bot sync", f"{helper} ask {BOT} sync", "B0T") == "1. ask sync"


def test_a_mention_of_everybody_is_not_one_of_the_bot() -> None:
    everybody = '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>'
    assert strip_mention("All Bot sync", f"{everybody} {BOT} sync", "B0T") == "All sync"


def test_other_mentioned_people_are_listed_once_and_in_order() -> None:
    ben = ANA.replace("4NA", "B3N")
    everybody = '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>'
    assert others_mentioned((), f"{BOT} add {ben} {ANA} {everybody} {ben}", "B0T") == ("B3N", "4NA")


def test_without_html_nothing_is_removed() -> None:
    assert strip_mention(" Bot status ", None, "B0T") == "Bot status"


def test_no_words_are_lost_if_the_html_shows_another_text() -> None:
    assert strip_mention("1. sync", f"<ol><li>{BOT} sync</li></ol>", "B0T") == "1. sync"


@given(st.lists(st.sampled_from(["Bot", "Ana", "sync", "B", "&", "<x>"]), max_size=6), st.data())
def test_the_words_around_a_mention_stay(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words)))
    text = " ".join([*words[:place], "Bot", *words[place:]])
    html = " ".join([*map(markup.escape, words[:place]), BOT, *map(markup.escape, words[place:])])
    assert strip_mention(text, html, "B0T").split() == words


@given(st.text(), st.text(alphabet="<>![]-&#;/?spark mention=\"'x"))
@example("x", "<![foo[ bar ]]>")
@example("x", "<![endif--[ x")
def test_any_broken_html_is_accepted(text: str, html: str) -> None:
    assert len(strip_mention(text, html + BOT, "B0T")) <= len(text)


NAME = "Café Sync Bot"
NAMES = (NAME, "Café")
_IDS = [
    *(message_shapes.BOT, message_shapes.encoded(message_shapes.BOT_UUID, "eu", padded=True)),
    *(message_shapes.BOT_UUID, message_shapes.BOT_UUID.upper(), f"ciscospark://us/PEOPLE/{message_shapes.BOT_UUID}"),
]
_TAGS = [
    '<spark-mention data-object-type="person" data-object-id="{}">{}</spark-mention>',
    '<spark-mention data-object-id="{}" data-object-type="person">{}</spark-mention>',
    "<spark-mention  class=x data-object-id='{}'\tdata-object-type='person' >{}</spark-mention >",
    "<SPARK-MENTION data-object-id={} data-object-type=person><b>{}</b></SPARK-MENTION>",
    '<spark-mention data-object-id="{}">@{}</spark-mention>',
]
_SPELLINGS = [
    *(name for name in NAMES),
    *(unicodedata.normalize("NFD", name) for name in NAMES),
    *(name.upper() for name in NAMES),
]
_WORDS = ["sync", "licenses", "name=Jane", "&", "<3", "é", "café"]
_COMMANDS = st.lists(st.sampled_from(_WORDS), max_size=5)
_COMMANDS_WITH_NAME = st.lists(st.sampled_from([*_WORDS, "Bot"]), max_size=5)


@given(
    st.sampled_from(_IDS), st.sampled_from(_TAGS), *[st.sampled_from(_SPELLINGS)] * 2, _COMMANDS_WITH_NAME, st.data()
)
def test_the_command_is_left_from_any_shape_of_a_mention(
    person_id: str, tag: str, in_html: str, in_text: str, words: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(words)))
    left, right = words[:place], words[place:]
    element = tag.format(person_id, in_html)
    html = " ".join([*map(markup.escape, left), element, *map(markup.escape, right)])
    at_sign = data.draw(st.sampled_from(["", "@"]))
    text = " ".join([*left, at_sign + in_text, *right])
    assert is_mentioned((), html, message_shapes.BOT)
    assert command_text(text, html, message_shapes.BOT, NAMES).split() == words


@given(st.sampled_from(_SPELLINGS), st.sampled_from(["", "@"]), st.sampled_from(["", ",", ":", " :"]), _COMMANDS)
def test_the_command_is_left_if_only_the_name_tells_where_it_begins(
    name: str, at_sign: str, sign: str, words: list[str]
) -> None:
    text = f" {at_sign}{name}{sign} {' '.join(words)}"
    assert command_text(text, f"<p>{markup.escape(text)}</p>", message_shapes.BOT, NAMES).split() == words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("status @Sync Bot", "status"),
        ("sync @Sync Bot", "sync"),
        ("licenses Sync Bot, count", "licenses, count"),
        ("Sync sync", "sync"),
        ("sync bot sync", "sync"),
        ("Syncbot status", "Syncbot status"),
        ("Sync-Bot status", "Sync-Bot status"),
        ("sync_bot status", "sync_bot status"),
        ("admins add jane@sync.example", "admins add jane@sync.example"),
        ("Sync's status", "Sync's status"),
        ("Sync Bot", ""),
    ],
)
def test_without_html_whole_words_that_are_the_name_are_removed(text: str, left: str) -> None:
    assert command_text(text, None, "B0T", ("Sync Bot", "Sync")) == left


def test_another_name_of_another_person_does_not_move_the_bots_mention() -> None:
    assert command_text("Bot add Ana Lopez Bot", f"{BOT} add {ANA} {BOT}", "B0T", ("Bot",)) == "add Ana Lopez"
    assert command_text("Sync Bot add Ana Lopez", f"{BOT} add {ANA}", "B0T", ("Sync Bot", "Sync")) == "add Ana Lopez"


def test_a_quote_is_no_part_of_the_command() -> None:
    assert command_text("sync\nBot status", f"<blockquote>sync</blockquote>{BOT} status", "B0T") == "status"
    assert command_text("Bot status\nsync", f"{BOT} status<BLOCKQUOTE x=y>sync</BLOCKQUOTE>", "B0T") == "status"
    nested = f"<blockquote>a<blockquote>b</blockquote>c</blockquote>{BOT} status"
    assert command_text("a\nb\nc\nBot status", nested, "B0T") == "status"


def test_a_quote_that_is_not_found_or_has_no_end_takes_nothing_away() -> None:
    assert command_text("syncs: Bot sync", f"<blockquote>said</blockquote>{BOT} sync", "B0T") == "syncs: sync"
    assert command_text("sync Bot sync", f"<blockquote>sync {BOT} sync", "B0T") == "sync sync"
    assert command_text("Bot sync", f"<blockquote>{BOT} sync</blockquote>", "B0T") == "sync"


def test_people_who_are_mentioned_only_in_a_quote_are_not_meant() -> None:
    html = f"<blockquote>{ANA}</blockquote>{BOT} add {ANA.replace('4NA', 'B3N')}"
    assert others_mentioned(("4NA", "B0T", "B3N"), html, "B0T") == ("B3N",)


def test_mentioned_people_decide_and_the_html_only_orders_them() -> None:
    html = f"add {ANA.replace('4NA', 'B3N')} {BOT} {ANA} {ANA.replace('4NA', 'ST0L3N')}"
    assert others_mentioned(("L33", "4NA", "b0t", "B3N", "4na"), html, "B0T") == ("B3N", "4NA", "L33")
    assert not is_mentioned(("4NA",), html, "B0T")
    assert is_mentioned(("4NA", "b0t"), None, "B0T")


@pytest.mark.parametrize(
    ("text", "html", "left"),
    [
        ("Ana Bot status", f"<p>{ANA} {BOT} status</p>", "status"),
        ("Ana, Bot: status", f"{ANA}, {BOT}: status", "status"),
        ("@Ana Lopez @Bot status", f"{ANA} {BOT} status", "status"),
        ("Bot Ana status Ana", f"{BOT} {ANA} status {ANA}", "status Ana"),
        ("Ana Bot licenses https://x.example/1", f"{ANA} {BOT} licenses <a>x</a>", "licenses https://x.example/1"),
        ("> sync\nAna Bot status", f"<blockquote>sync</blockquote>{ANA} {BOT} status", "status"),
        ("Ana status", f"{ANA} status", "status"),
        ("hey Ana Bot status", f"hey {ANA} {BOT} status", "hey Ana status"),
        ("Bot licenses Ana", f"{BOT} licenses {ANA}", "licenses Ana"),
        ("Ana Bot", f"{ANA} {BOT}", ""),
        ("Bot Ana status", f"{BOT} Ana status", "Ana status"),
        ("Ana Bot Ana status", f"{ANA} {BOT} Ana status", "Ana status"),
    ],
)
def test_mentions_of_others_in_front_of_a_command_are_removed(text: str, html: str, left: str) -> None:
    assert command_text(text, html, "B0T", ("Bot",)) == left


@pytest.mark.parametrize(
    ("command", "html", "behind"),
    [
        ("sync Ana", f"{BOT} sync {ANA}", "Ana"),
        ("sync Ana, Ana", f"{BOT} sync {ANA} {ANA}", ""),
        ("sync Ana Ana", f"sync {ANA} {BOT} {ANA}", "Ana Ana"),
        ("sync Ana now", f"{BOT} sync {ANA} now", ""),
        ("sync Ana", f"{BOT} sync Ana", ""),
        ("Ana", f"{BOT} {ANA}", ""),
        ("sync", f"{ANA} {BOT} sync", ""),
        ("sync", None, ""),
    ],
)
def test_mentions_of_others_behind_a_command_are_found(command: str, html: str | None, behind: str) -> None:
    assert names_behind(command, html, "B0T") == behind


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (f"{BOT} admins add {ANA} Any-Organization.", "any-organization."),
        (f"admins add {ANA} any organization {BOT}", "anyorganization"),
        (f"{BOT} admins add {ANA.replace('Ana<', 'Ana any-organization<')}.", "."),
        (f"{BOT} admins add any-organization {ANA}", ""),
        (f"{BOT} admins add ana@acme.example any-organization", ""),
        (None, ""),
    ],
)
def test_words_behind_the_last_mention_of_others_are_found(html: str | None, words: str) -> None:
    assert words_behind(html, "B0T") == words


def test_people_who_are_mentioned_only_in_front_of_a_command_are_not_meant() -> None:
    ben = ANA.replace("4NA", "B3N")
    assert others_mentioned(("4NA", "B0T", "B3N"), f"{ANA} {BOT} admins add {ben}", "B0T") == ("B3N",)
    assert others_mentioned(("4NA", "B0T"), f"{BOT} {ANA}, admins add", "B0T") == ()
    assert others_mentioned(("4NA", "B0T"), f"{ANA} {BOT} admins add {ANA}", "B0T") == ("4NA",)
    assert others_mentioned(("4NA", "B0T"), f"{BOT} admins add {ANA}", "B0T") == ("4NA",)


def test_the_worked_examples_are_true() -> None:
    results = doctest.testmod(mention_places)
    assert (results.failed, results.attempted) == (0, 3)


MANY = 100_000
OPENED = "<spark-mention data-object-id=B0T data-object-type=person>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a" * MANY, f"{OPENED}{'a' * (MANY // 2)}"),
        ("Bot " * 1700 + "x " * (MANY // 2), f"{OPENED}Bot " * 1700),
        ("x", f"{BOT}{'<!--' * (MANY // 4)}"),
        ("x", f"{BOT}{'<a ' * (MANY // 3)}"),
        (" " * MANY, " " * MANY + BOT),
        ("x", '<a b="' * (MANY // 6) + BOT),
        ("x", "<spark-mention " + '="<" ' * (MANY // 5)),
        ("x", "<spark-mention " + "a= ' " * (MANY // 5) + ">x"),
        ("ab" * (MANY // 2), "".join(f"{OPENED}ba{number}" for number in range(MANY // len(OPENED)))),
        ("Bot " * (MANY // 4), "x"),
        ("-Bot " * (MANY // 5), "<p>x</p>"),
        ("<@personId:" * (MANY // 11), "x"),
        ("> " * (MANY // 2) + "a", "<blockquote>a</blockquote>" * (MANY // 26) + BOT),
        ("a" * MANY, "<blockquote>" * (MANY // 24) + "</blockquote>" * (MANY // 26)),
        ("x", f"{BOT}&#{'9' * MANY};<spark-mention a='&#{'9' * MANY}'>"),
        ("Bot" * (MANY // len(BOT)), BOT * (MANY // len(BOT))),
    ],
    ids=[
        *("a long name", "many mentions", "open comments", "open tags", "spaces"),
        *("open quotes", "a tag of quotes", "many attributes", "mentions not in the text"),
        *("names", "names in words", "open markdown", "quotes", "nested quotes"),
        *("a letter with a long number", "only mentions of the bot"),
    ],
)
def test_a_message_of_100_kilobytes_is_read_within_a_second(text: str, html: str) -> None:
    began = time.process_time()
    command = command_text(text, html, "B0T", ("Bot", "A"))
    others_mentioned((), html, "B0T")
    names_behind(command, html, "B0T")
    words_behind(html, "B0T")
    assert time.process_time() - began < 1


def test_twice_as_many_mentions_take_twice_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    letter = mention_letters._letter

    def counted(sign: str) -> str:
        looked_at.append(sign)
        return letter(sign)

    monkeypatch.setattr(mention_letters, "_letter", counted)

    def steps(number: int) -> int:
        looked_at.clear()
        command_text("Bot a " * number, f"{BOT} a " * number, "B0T", ("Bot",))
        return len(looked_at)

    assert steps(400) < 2.2 * steps(200)
