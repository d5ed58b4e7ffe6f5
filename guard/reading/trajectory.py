"""Is the distress rising over the conversation? From words alone: cheap."""

from __future__ import annotations

from collections.abc import Sequence

from guard.reading.emotions import NAMES, names_emotion
from guard.report import Trajectory
from guard.text.document import Document

_SIGNS = tuple(f"sign.{name}" for name in NAMES)


def trajectory_of(earlier: Sequence[Document], now: int, *, stated_only: bool) -> Trajectory:
    """Intensities of the user's messages, oldest first, ending in that of the latest.

    Args:
        earlier: the user's earlier messages.
        now: intensity of the latest.
        stated_only: count only emotions that the user names.
    """
    if not earlier:
        return Trajectory(intensities=(now,))
    intensities = (*(_intensity(document, stated_only) for document in earlier), now)
    before = sum(intensities[:-1]) / len(earlier)
    if now >= before + 1:
        return Trajectory(direction="rising", intensities=intensities)
    if now <= before - 1:
        return Trajectory(direction="falling", intensities=intensities)
    return Trajectory(direction="steady", intensities=intensities)


def _intensity(document: Document, stated_only: bool) -> int:
    if document.has("risk.acute"):
        return 3
    named = names_emotion(document)
    felt = named or (not stated_only and document.has(*_SIGNS))
    if document.has("intensity.high") and (felt or not stated_only):
        return 3
    if document.has("risk.possible"):
        return 2
    if felt:
        return 1 if document.has("intensity.low") else 2
    return 0
