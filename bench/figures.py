"""Figures out of samples."""

from collections.abc import Sequence


def quantile(samples: Sequence[float], share: float) -> float:
    """The least sample that `share` of them do not exceed."""
    ordered = sorted(samples)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
