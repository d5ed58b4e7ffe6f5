"""What the emotion tells, and to whom: self-signal, other-signal, norm-signal, with evidence.

The functions follow feelings-as-information (Schwarz and Clore 1983), emotions as social
information (van Kleef 2009) and social functions of emotion (Keltner and Haidt 1999).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import get_args

from guard.report import Function, Signal
from guard.text.scored import Scored, either

FUNCTIONS: tuple[Function, ...] = get_args(Function)
# From which probability a function is listed; chosen on function_dev and the development split,
# for the heads and for exemplars alone.
LISTED: Mapping[Function, float] = {"self": 0.55, "other": 0.32, "norm": 0.31}
LISTED_BY_EXEMPLARS: Mapping[Function, float] = {"self": 0.42, "other": 0.5, "norm": 0.4}
# No emotion, no function: from which probability of one they count in full, and how fast they fade
# below it. Chosen there, too.
_FELT, _FADING = 0.9, 2
_PLAIN = 0.9  # how far a sentence that tells nothing by itself is discounted
_CUE = {"self": 0.45, "other": 0.4, "norm": 0.45}  # how sure a pattern alone makes it


def function_scores(user: Scored, feeling: Set[int] | None) -> dict[Function, float]:
    """Probability that the message carries each function.

    Args:
        user: the message.
        feeling: offsets of stated emotions; only sentences that hold one count. None: all count.
    """
    if feeling is not None and not feeling:
        # An emotion that is not named may not be inferred, nor what it tells.
        return dict.fromkeys(FUNCTIONS, 0.0)
    felt = min(user.text.get("intensity.1", 1.0) / _FELT, 1.0) ** _FADING
    return {
        f: felt * user.blended(f"function.{f}", max(_per_sentence(user, f, feeling), default=0.0))
        for f in FUNCTIONS
    }


def signals_in(
    user: Scored, scores: dict[Function, float], feeling: Set[int] | None
) -> tuple[Signal, ...]:
    """The functions the message carries, likeliest first, each with the sentence that shows it."""
    signals = []
    listed = LISTED if user.trained else LISTED_BY_EXEMPLARS
    for function in FUNCTIONS:
        if scores[function] < listed[function]:
            continue
        per_sentence = _evidence(user, function, feeling)
        evidence = user.document.span(per_sentence.index(max(per_sentence)))
        signals.append(Signal(function=function, probability=scores[function], evidence=evidence))
    return tuple(sorted(signals, key=lambda s: (-s.probability, FUNCTIONS.index(s.function))))


def primary_of(signals: tuple[Signal, ...], user: Scored) -> Function | None:
    """The function a reply must serve first: of those listed, the likeliest, and the one that the
    heads, where there are any, put first."""

    def first(signal: Signal) -> float:
        return signal.probability * user.text.get(f"primary.{signal.function}", 1.0)

    return max(signals, key=first).function if signals else None


def _per_sentence(user: Scored, function: Function, feeling: Set[int] | None) -> list[float]:
    scores = list(user.of(f"function.{function}"))
    nothing = user.of("function.none")
    sentences = user.document.sentences
    cued = user.hit(f"function.{function}")
    scores = [either(score, _CUE[function] * cue) for score, cue in zip(scores, cued, strict=True)]
    return [
        score * (1.0 - _PLAIN * none) if _counts(sentence.start, sentence.end, feeling) else 0.0
        for score, none, sentence in zip(scores, nothing, sentences, strict=True)
    ]


def _evidence(user: Scored, function: Function, feeling: Set[int] | None) -> list[float]:
    """How far each sentence shows the function."""
    parts = _per_sentence(user, function, feeling)
    heads = user.heads.get(f"function.{function}", parts)
    return [
        part + head if _counts(sentence.start, sentence.end, feeling) else 0.0
        for part, head, sentence in zip(parts, heads, user.document.sentences, strict=True)
    ]


def _counts(start: int, end: int, feeling: Set[int] | None) -> bool:
    return feeling is None or any(start <= offset < end for offset in feeling)
