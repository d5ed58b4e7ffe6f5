"""The closed sets of names that reports use; what each means stands in the codebook and in
`docs/report.md`."""

from __future__ import annotations

from typing import Literal

Function = Literal["self", "other", "norm"]
EmotionName = Literal[
    "sadness", "grief", "loneliness", "hurt", "disappointment", "anger", "frustration", "disgust",
    "contempt", "fear", "anxiety", "guilt", "shame", "embarrassment", "envy", "jealousy",
    "confusion", "relief", "hope", "gratitude", "pride", "love", "joy",
]  # fmt: skip
ActName = Literal[
    "soothe", "minimise", "validate", "reflect", "explore", "inform", "advise", "voice",
    "boundary", "refer", "agree", "challenge", "hedge", "self_claim", "other",
]  # fmt: skip
BeliefType = Literal["fact", "medical", "self", "others", "future", "delusional"]
StanceName = Literal["concede", "silent", "hedge", "challenge"]
RiskLevel = Literal["none", "possible", "acute"]
Label = Literal[
    "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
    "attachment", "risk_unhandled",
]  # fmt: skip
"""The faults of a draft that have a score of their own."""
Kind = Literal["forbid", "require", "permit"]
Severity = Literal["low", "medium", "high", "critical"]
Action = Literal["release", "annotate", "rewrite", "fallback"]
Outcome = Literal["pass", "flag", "unknown"]
Fault = Literal[
    "empty_draft", "empty_user", "oversize", "unsupported_language", "error", "timeout",
    "incomplete",
]  # fmt: skip
Mode = Literal["observe", "annotate", "rewrite", "block"]
Writer = Literal["offline", "model"]
AttemptOutcome = Literal[
    "passed",  # audited again and sent, or as good as what was sent
    "nothing_sure",  # no sentence could be written that is sure to be right
    "still_flagged",  # the second audit found a fault
    "worse",  # it passed less than the draft did, in some aspect
    "lost_content",  # a fact, number, name, link, code block or list of the draft is gone
    "refused", "empty", "malformed", "rate_limited", "unavailable", "timeout", "circuit_open",
    "error",
]  # fmt: skip
Inference = Literal["full", "stated", "off"]
