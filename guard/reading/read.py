"""`read`: the user's latest message, and what came before it, to a Reading. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.reading.beliefs import LISTED, beliefs_in
from guard.reading.emotions import emotions_in, intensity_of, stated_places
from guard.reading.functions import function_scores, primary_of, signals_in
from guard.reading.risk import risk_in
from guard.reading.trajectory import trajectory_of
from guard.report import Function, Inference, Reading, Risk
from guard.text.document import Document
from guard.text.scored import Scored

if TYPE_CHECKING:
    from guard.packs.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Read:
    """A reading, and the probabilities behind it that the audit goes on with.

    `functions` is None where emotions may not be inferred from this message; `scores` are those of
    the user's side, by their names in `Scores`.
    """

    reading: Reading
    functions: dict[Function, float] | None
    scores: Mapping[str, float]


def read(
    user: Scored,
    earlier: Sequence[Document],
    assistant: Sequence[Document],
    rules: Ruleset,
    inference: Inference,
    *,
    risk_cues: bool = True,
    packs: Collection[str] | None = None,
) -> Read:
    """Read the user's side of a turn.

    Args:
        user: the user's latest message.
        earlier: the user's earlier messages, oldest first.
        assistant: the assistant's earlier messages, oldest first.
        rules: the packs in force.
        inference: `full`; `stated`, where only emotions that the user names count; `off`, where
            nothing but risk cues is read.
        risk_cues: False keeps even those from being read.
        packs: whose known beliefs are looked for; None: those of all.
    """
    risk = risk_in(user, earlier, assistant, whole=inference != "off") if risk_cues else Risk()
    if inference == "off":
        return Read(Reading(inference="off", risk=risk), None, _risks(risk))
    emotions = emotions_in(user, stated_only=inference == "stated")
    feeling = stated_places(user) if inference == "stated" else None
    functions = function_scores(user, feeling)
    signals = signals_in(user, functions, feeling)
    beliefs = beliefs_in(user, rules, packs)
    intensity = intensity_of(user, emotions, bool(signals), risk)
    return Read(
        Reading(
            inference=inference,
            emotions=emotions,
            intensity=intensity,
            signals=signals,
            primary=primary_of(signals, user),
            beliefs=beliefs,
            risk=risk,
            trajectory=trajectory_of(earlier, intensity, stated_only=inference == "stated"),
        ),
        functions,
        {
            **{str(function): score for function, score in functions.items()},
            **_risks(risk),
            "belief_false": max((b.false for b in beliefs), default=_doubted(user)),
        },
    )


def _risks(risk: Risk) -> dict[str, float]:
    return {"risk": risk.probability, "risk_acute": risk.acute}


def _doubted(user: Scored) -> float:
    """Probability of a false belief where none is listed."""
    return min(user.text.get("belief.false", 0.0), LISTED)
