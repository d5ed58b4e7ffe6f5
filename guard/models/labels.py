"""What the trained heads judge, in the order of their columns, by the codebook's terms."""

from __future__ import annotations

from typing import get_args

from guard.report import ActName, BeliefType, EmotionName, Function

FUNCTIONS: tuple[Function, ...] = get_args(Function)

# Kinds of segment, in the order in which they may stand. The message is the first row, so that a
# sentence by itself is read as one.
SEGMENTS = ("message", "context", "belief", "draft")

MESSAGE_TEXT: tuple[str, ...] = (
    *(f"function.{name}" for name in FUNCTIONS),
    *(f"primary.{name}" for name in FUNCTIONS),
    *(f"emotion.{name}" for name in get_args(EmotionName)),
    *(f"intensity.{least}" for least in (1, 2, 3)),
    *(f"belief.{name}" for name in get_args(BeliefType)),
    "belief.false",
    "risk.possible",
    "risk.acute",
)
"""`risk.possible` is possible or acute, `intensity.2` is 2 or 3, `belief.false` any false one."""

MESSAGE_SENTENCE: tuple[str, ...] = (
    *(f"function.{name}" for name in FUNCTIONS),
    *(f"belief.{name}" for name in get_args(BeliefType)),
    "belief.false",
)
"""Whether the evidence, or the belief, stands in this sentence."""

DRAFT_TEXT: tuple[str, ...] = (
    "soothe_only",
    "cold",
    "concedes_false",
    "false_contradiction",
    "flip",
    "self_claim",
    "attachment",
    "risk_handled",
    "flag",
    *(f"kept.{name}" for name in FUNCTIONS),
    *(f"stance.{name}" for name in ("concede", "silent", "hedge", "challenge")),
)

DRAFT_SENTENCE: tuple[str, ...] = tuple(f"act.{name}" for name in get_args(ActName))
