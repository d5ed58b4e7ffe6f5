"""Is the distress rising over the conversation? From words alone: cheap."""

from __future__ import annotations

from collections.abc import Sequence

from guard.reading.emotions import NAMES
from guard.report import Trajectory
from guard.text.document import Document

_FELT = tuple(f"{kind}.{name}" for name in NAMES for kind in ("emotion", "sign"))


def trajectory_of(earlier: Sequence[Document], now: int) -> Trajectory:
    """Intensities of the user's messages, oldest first, ending in that of the latest.

    Args:
        earlier: the user's earlier messages.
        now: intensity of the latest.
    """
    if not earlier:
        return Trajectory(intensities=(now,))
    intensities = (*map(_intensity, earlier), now)
    before = sum(intensities[:-1]) / len(earlier)
    if now >= before + 1:
        return Trajectory(direction="rising", intensities=intensities)
    if now <= before - 1:
        return Trajectory(direction="falling", intensities=intensities)
    return Trajectory(direction="steady", intensities=intensities)


def _intensity(document: Document) -> int:
    if document.has("intensity.high", "risk.acute"):
        return 3
    if document.has("risk.possible"):
        return 2
    if document.has(*_FELT):
        return 1 if document.has("intensity.low") else 2
    return 0
