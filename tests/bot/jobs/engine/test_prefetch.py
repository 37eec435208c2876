from collections.abc import Iterator

import pytest

from bot.jobs.engine.prefetch import prefetched
from tests.storage.threads import wait_until


class Pages:
    """Numbered pages, and how many of them were fetched."""

    def __init__(self, number: int, fails_at: int | None = None) -> None:
        self.fetched = 0
        self._number = number
        self._fails_at = fails_at

    def __iter__(self) -> Iterator[list[int]]:
        for page in range(self._number):
            if page == self._fails_at:
                raise ConnectionError(f"page {page}")
            self.fetched += 1
            yield [page]


@pytest.mark.parametrize("full", [1, 2])
@pytest.mark.parametrize("number", [0, 1, 2, 7])
def test_prefetching_keeps_the_pages_in_order(number: int, full: int) -> None:
    assert list(prefetched(iter(Pages(number)), full)) == [[page] for page in range(number)]


def test_only_the_next_page_is_fetched_ahead() -> None:
    pages = Pages(5)
    for (number,) in prefetched(iter(pages), 1):
        most = min(number + 2, 5)
        wait_until(lambda most=most: pages.fetched == most)  # type: ignore[misc]


@pytest.mark.parametrize("full", [1, 2])
def test_a_failure_comes_after_the_pages_before_it(full: int) -> None:
    ahead = prefetched(iter(Pages(5, fails_at=2)), full)
    assert [next(ahead), next(ahead)] == [[0], [1]]
    with pytest.raises(ConnectionError, match="page 2"):
        next(ahead)


def test_closing_the_iterator_stops_the_fetching() -> None:
    pages = Pages(50)
    ahead = prefetched(iter(pages), 1)
    next(ahead)
    ahead.close()  # type: ignore[attr-defined]
    assert pages.fetched <= 2
