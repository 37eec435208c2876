"""An entry of the log is one line, whatever others wrote in it."""

import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entrypoints.log_format import OneLineFormatter

FORMATTER = OneLineFormatter("%(levelname)s %(name)s: %(message)s")


def entry(message: str, *args: object) -> str:
    return FORMATTER.format(logging.LogRecord("bot", logging.WARNING, "", 0, message, args, None))


@given(st.text() | st.text(alphabet="a \n\r\v\f\0\x1b\x85\u2028\u2029\u202e\ud800\\"))
def test_no_text_breaks_a_line_or_hides_a_part_of_it(text: str) -> None:
    written = entry("unknown: %s", text)
    assert written.isprintable()
    assert written.splitlines() == [written]
    written.encode()


@pytest.mark.parametrize(("text", "shown"), [("a\nb", r"a\nb"), ("\x1b[2J", r"\x1b[2J"), ("Łódź", "Łódź")])
def test_what_nobody_sees_is_written_as_python_writes_it(text: str, shown: str) -> None:
    assert entry(text) == f"WARNING bot: {shown}"


@given(st.text(alphabet="a \n\r\v\x85\u2028\x1b"))
def test_no_line_of_a_traceback_begins_like_an_entry(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        record = logging.LogRecord("bot", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    first, *traceback = FORMATTER.format(record).splitlines()
    assert first == "ERROR bot: failed"
    assert traceback
    assert all(line.startswith("  ") and line.isprintable() for line in traceback)


@pytest.mark.server
def test_the_log_of_a_process_has_one_line_for_each_entry_and_tracebacks() -> None:
    program = (
        "import logging; from bot.entrypoints.startup import log_to_stderr; log_to_stderr()\n"
        "log = logging.getLogger('x')\n"
        "log.warning('id %s', 'a\\n2026-11-28 00:00:00 INFO bot: all is well')\n"
        "try: 1 / 0\nexcept ZeroDivisionError: log.exception('failed')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    first, second, traceback, *_ = done.stderr.splitlines()
    assert first.endswith(r"WARNING x: id a\n2026-11-28 00:00:00 INFO bot: all is well")
    assert second.endswith("ERROR x: failed")
    assert traceback == "  Traceback (most recent call last):"
