"""Fetching the next page while the one before is worked on."""

from collections.abc import Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Page = TypeVar("Page", bound=Sized)


def one_ahead(pages: Iterator[Page], full: int) -> Iterator[Page]:
    """The same pages; the next is fetched in a thread meanwhile, and none after that.

    A first page with less than `full` items is most likely the only one, and not worth a thread.
    """
    first = next(pages, None)
    if first is None:
        return
    if len(first) < full:
        yield first
        yield from pages
        return
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        page: Page | None = first
        while page is not None:
            fetched = thread.submit(next, pages, None)
            yield page
            page = fetched.result()
