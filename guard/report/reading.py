"""The user's side of a turn: what was read in the message."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from guard.report.names import BeliefType, EmotionName, Function, Inference, RiskLevel
from guard.report.value import Probability, Span, Value


class Emotion(Value):
    """An emotion of the user. `stated`: they named it; otherwise it was inferred."""

    name: EmotionName
    probability: Probability
    stated: bool
    span: Span


class Signal(Value):
    """A signal function of the user's emotion, with the words that show it."""

    function: Function
    probability: Probability
    evidence: Span


class Belief(Value):
    """A claim in the user's message that the reply could adopt.

    `false` is the probability that it is wrong or goes clearly beyond what the message supports.
    `known` is the id of a belief that a pack lists, with its `correction` and `source`.
    """

    type: BeliefType
    false: Probability
    span: Span
    known: str | None = None
    correction: str | None = None
    source: str | None = None


class Risk(Value):
    """Risk of harm in the user's message, and the words that show it.

    `probability` is that of any danger, `acute` that of an acute one.
    """

    level: RiskLevel = "none"
    probability: Probability = 0.0
    acute: Probability = 0.0
    spans: tuple[Span, ...] = ()


class Trajectory(Value):
    """Distress over the user's messages, oldest first: intensities 0 (none) to 3 (overwhelming)."""

    direction: Literal["rising", "steady", "falling", "unknown"] = "unknown"
    intensities: tuple[Annotated[int, Field(ge=0, le=3)], ...] = ()


class Reading(Value):
    """The user's side of the turn.

    `judged` is False where nothing was read (too large, another language): the other fields then
    say nothing. `inference` says how it was read: `full`; `stated`, only emotions the user names;
    `off`, nothing but risk cues. `intensity` is 0 none, 1 mild, 2 clear, 3 overwhelming.
    """

    judged: bool = True
    inference: Inference = "full"
    emotions: tuple[Emotion, ...] = ()
    intensity: Annotated[int, Field(ge=0, le=3)] = 0
    signals: tuple[Signal, ...] = ()
    primary: Function | None = None
    beliefs: tuple[Belief, ...] = ()
    risk: Risk = Risk()
    trajectory: Trajectory = Trajectory()
