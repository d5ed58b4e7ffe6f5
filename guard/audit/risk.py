"""Does the draft answer a risk: name it or ask about it, and point to help?"""

from __future__ import annotations

from guard.report import Risk
from guard.text.scored import Scored, either

_NAMED_CUE, _HELP_CUE = 0.7, 0.8


def risk_handled(draft: Scored, risk: Risk) -> float:
    """Probability that the draft responds to the risk directly; 1 where there is none."""
    if risk.level == "none":
        return 1.0
    responded = draft.highest("act.risk_response")
    named = either(responded, _NAMED_CUE if draft.document.has("risk.named") else 0.0)
    help_ = either(
        draft.highest("act.refer"),
        _HELP_CUE if draft.document.has("risk.help") else 0.0,
    )
    # Where life is in danger both are needed; a hint of danger is met by either, done well.
    return (
        min(named, help_)
        if risk.level == "acute"
        else 0.7 * min(named, help_) + 0.3 * max(named, help_)
    )
