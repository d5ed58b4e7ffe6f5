"""Which fallback text goes out in place of a draft. Pure.

A fallback is a text that the packs' authors wrote. Where danger was read, or the draft named help,
it is one that names help: what goes out never says less about a danger than what is withheld.
"""

from __future__ import annotations

from guard.packs.ruleset import Ruleset
from guard.repair.cut import has_care
from guard.repair.grave import may_tell_of_danger
from guard.report import Report

_CRISIS = "crisis"
_RISK_RULE = "base.risk-unhandled"


def fallback_for(rules: Ruleset, report: Report, draft: str, user: str = "") -> str:
    """The text for a draft that must not go out: the deciding rule's, or one that names help where
    there is danger, the message may tell of one, or the draft named help, and the rule's does
    not."""
    text = rules.fallbacks[report.verdict.rule]
    read = report.reading.risk.level != "none"
    danger = read or has_care(draft) or may_tell_of_danger(user)
    if not danger or has_care(text):
        return text
    active = {one.pack for one in report.packs}
    own = {pack.id: pack.fallback for pack in rules.packs if pack.id in active}
    return own.get(_CRISIS) or rules.fallbacks.get(_RISK_RULE, text)
