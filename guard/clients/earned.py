"""When the beginning of a draft may go out before its end is known. Pure.

A sentence is released once the draft has passed up to the sentence after it, keeps every signal
that the message carries, and nothing is at stake that a later sentence could turn. When in doubt,
not.
"""

from __future__ import annotations

import re

from guard.policy import HIGH_RISK, THRESHOLD
from guard.report import Report

LAG = 1  # sentences that must have passed behind the last one that is released
CLOSERS = 20  # quotation marks and the like that may stand behind a sentence
EAGER = 8  # probes of one draft that come with every sentence; later ones come ever more seldom
_END = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)\]*_]{0,19}(?=\s)|(?<=\S)(?=\s*\n)")


def ends(text: str, start: int = 0) -> list[int]:
    """Where sentences end for sure: more follows after each of them."""
    return sorted({found.end() for found in _END.finditer(text, start)})


def earned(report: Report | None) -> bool:
    """Whether what was audited may go out, whatever follows."""
    if report is None or report.verdict.outcome != "pass" or report.findings:
        return False
    reading, audit = report.reading, report.audit
    if reading.risk.level != "none" or audit.erased or (reading.signals and not audit.kept):
        return False
    if any(one.pack in HIGH_RISK for one in report.packs):
        return False
    stances = {one.belief: one.stance for one in audit.stances}
    return all(
        belief.false < THRESHOLD or stances.get(i) == "challenge"
        for i, belief in enumerate(reading.beliefs)
    )


def due(sentences: int, probes: int, probed: int) -> bool:
    """Whether a draft of so many sentences is audited again, after so many probes, the last at so
    many sentences."""
    if sentences <= LAG or sentences <= probed:
        return False
    return probes < EAGER or sentences >= probed + max(1, probed // 4)
