"""Fetches the next page while the page before it is worked on."""

from collections.abc import Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Page = TypeVar("Page", bound=Sized)


def prefetched(pages: Iterator[Page], full: int) -> Iterator[Page]:
    """Yield the same pages, and fetch one page ahead in a thread.

    A first page with less than `full` items is most likely the only one, so it gets no thread.
    """
    first = next(pages, None)
    if first is None:
        return
    if len(first) < full:
        yield first
        yield from pages
        return
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as thread:
        page: Page | None = first
        while page is not None:
            fetched = thread.submit(next, pages, None)
            yield page
            page = fetched.result()
