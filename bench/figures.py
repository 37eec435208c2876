"""Figures out of samples."""

import math
from collections.abc import Sequence


def quantile(samples: Sequence[float], share: float) -> float:
    """The least sample that so large a share of them does not exceed."""
    return sorted(samples)[max(math.ceil(share * len(samples)) - 1, 0)]
