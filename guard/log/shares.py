"""Shares with their intervals, and counts that are too small to be shown. Plain arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping

from guard.report import Value

_Z = 1.959964  # 95%


class Share(Value):
    """`hits` of `of`, and Wilson's 95% interval. None where there is nothing to divide by, or
    where counts are too small to be shown."""

    hits: int | None = None
    of: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


def share(hits: int, of: int) -> Share:
    """A share with its interval (Wilson's: it stays within 0 and 1, and holds for few)."""
    if not of:
        return Share(hits=hits, of=of)
    p = hits / of
    middle = (p + _Z * _Z / (2 * of)) / (1 + _Z * _Z / of)
    half = _Z * math.sqrt(p * (1 - p) / of + _Z * _Z / (4 * of * of)) / (1 + _Z * _Z / of)
    return Share(
        hits=hits,
        of=of,
        value=round(p, 4),
        low=round(max(middle - half, 0.0), 4),
        high=round(min(middle + half, 1.0), 4),
    )


def shown(counts: Mapping[str, int], below: int) -> dict[str, int | None]:
    """Counts of one family, None in place of those from 1 to `below` - 1. Where that hides only
    one, the next smallest is hidden as well: with a total, one alone could be worked out."""
    hidden = {name for name, count in counts.items() if 0 < count < below}
    if len(hidden) == 1:
        others = [name for name, count in counts.items() if count and name not in hidden]
        if others:
            hidden.add(min(others, key=lambda name: counts[name]))
    return {name: None if name in hidden else count for name, count in counts.items()}


def whole(count: int, below: int) -> int | None:
    """A count that stands alone."""
    return None if 0 < count < below else count
