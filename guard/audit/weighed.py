"""Weighed: what the labels of the codebook say of a draft, before rules and reports see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guard.report import Function, Span, Stance


@dataclass(frozen=True, slots=True)
class Weighed:
    """Probabilities for a draft, its stances, and for each label the sentence that shows it.

    `kept` has the functions that the message carries. `soothes` is the probability that any
    sentence soothes; `risk_handled` is 1 where there is no risk.
    """

    scores: Mapping[str, float]
    kept: Mapping[Function, float]
    stances: tuple[Stance, ...]
    soothes: float
    risk_handled: float
    shown_by: Mapping[str, Span | None]
