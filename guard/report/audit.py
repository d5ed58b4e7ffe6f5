"""The draft's side of a turn: what was found in it, and a probability for each label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from guard.report.names import ActName, Function, StanceName
from guard.report.value import Probability, Span, Value


class Act(Value):
    """What a sentence of the draft does (a dialogue act), and how sure the guard is."""

    name: ActName
    probability: Probability


class DraftSentence(Value):
    """One sentence of the draft: its acts, likeliest first, and how far it takes up particulars.

    `specificity` in [0, 1]: 0 would fit any message, 1 takes up what this user said.
    """

    span: Span
    acts: tuple[Act, ...]
    specificity: Probability


class Stance(Value):
    """The stance of the draft to `reading.beliefs[belief]`, and the sentence that shows it."""

    belief: Annotated[int, Field(ge=0)]
    stance: StanceName
    probability: Probability
    span: Span | None = None


class Audit(Value):
    """The draft's side of the turn.

    `kept` and `erased` divide the functions that the message carries. `risk_handled` is `na` where
    the message shows no risk.
    """

    sentences: tuple[DraftSentence, ...] = ()
    kept: tuple[Function, ...] = ()
    erased: tuple[Function, ...] = ()
    stances: tuple[Stance, ...] = ()
    risk_handled: Literal["yes", "no", "na"] = "na"


class Scores(Value):
    """A probability for each label of the codebook. None where it was not judged.

    Read as attribute or item: `scores.flag`, `scores["flag"]`, `dict(scores)`.
    """

    self: Probability | None = None
    other: Probability | None = None
    norm: Probability | None = None
    soothe_only: Probability | None = None
    cold: Probability | None = None
    concedes_false: Probability | None = None
    false_contradiction: Probability | None = None
    flip: Probability | None = None
    self_claim: Probability | None = None
    attachment: Probability | None = None
    risk: Probability | None = None
    risk_acute: Probability | None = None
    risk_unhandled: Probability | None = None
    belief_false: Probability | None = None
    kept_self: Probability | None = None
    kept_other: Probability | None = None
    kept_norm: Probability | None = None
    flag: Probability | None = None

    def __getitem__(self, label: str) -> float | None:
        if label not in type(self).model_fields:
            raise KeyError(label)
        value: float | None = getattr(self, label)
        return value

    def keys(self) -> tuple[str, ...]:
        return tuple(type(self).model_fields)

    def items(self) -> Iterator[tuple[str, float | None]]:
        return ((label, self[label]) for label in self.keys())
