"""Fetching the next page while the one before is worked on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Page = TypeVar("Page")


def one_ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The same pages; the next is fetched in a thread meanwhile, and none after that."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        fetched = thread.submit(next, pages, None)
        while (page := fetched.result()) is not None:
            fetched = thread.submit(next, pages, None)
            yield page
