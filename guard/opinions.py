"""Second opinions, for the band below a threshold in which the heads are unsure.

A second opinion can only make a verdict graver: where it finds the fault that was asked about, the
rules of that label fire as if the score had reached their threshold, for the draft and for every
rewrite of it. It takes no finding back. Who gives the opinion is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from guard.log.events import logger
from guard.offload import awithin, within
from guard.packs.firing import NOTHING
from guard.packs.ruleset import Ruleset
from guard.repair.job import Deadline
from guard.report import Finding, Opinion, Report
from guard.turn import Turn

Audit = Callable[[Turn, Mapping[str, float]], Report]
"""Judges a turn with thresholds lowered so much, by label."""
Consulted = tuple[Report, Mapping[str, float]]
"""The report with the opinions, and by how much thresholds are lowered for this turn."""


class SecondOpinion(Protocol):
    """Says whether a draft has the faults that the heads were unsure of. Does not raise, and does
    not outlast the deadline."""

    @property
    def bands(self) -> Mapping[str, float]:
        """By label, how far below its threshold a score is unsure."""
        ...

    def opinions(
        self, turn: Turn, unsure: Sequence[Finding], deadline: Deadline
    ) -> tuple[Opinion, ...]:
        """An opinion on each label among these findings, which there would be."""
        ...

    async def aopinions(
        self, turn: Turn, unsure: Sequence[Finding], deadline: Deadline
    ) -> tuple[Opinion, ...]:
        """The same without blocking the event loop."""
        ...


def consulted(
    second: SecondOpinion,
    audit: Audit,
    rules: Ruleset,
    turn: Turn,
    report: Report,
    deadline: Deadline,
) -> Consulted:
    """Ask for a second opinion where the heads are unsure, and decide anew with what it says."""
    try:
        if not near(report, rules, second.bands):
            return report, NOTHING
        wider = within(deadline.left, audit, turn, second.bands)
        asked = unsure(report, wider, second.bands)
        if not asked:
            return report, NOTHING
        opinions = second.opinions(turn, asked, deadline)
        lowered = found(opinions, second.bands)
        graver = within(deadline.left, audit, turn, lowered) if lowered else report
    except TimeoutError:
        return report, NOTHING
    except Exception as error:
        return _none(report, error)
    return with_opinions(report, graver, opinions), lowered


async def aconsulted(
    second: SecondOpinion,
    audit: Audit,
    rules: Ruleset,
    turn: Turn,
    report: Report,
    deadline: Deadline,
) -> Consulted:
    """The same without blocking the event loop."""
    try:
        if not near(report, rules, second.bands):
            return report, NOTHING
        wider = await awithin(deadline.left, audit, turn, second.bands)
        asked = unsure(report, wider, second.bands)
        if not asked:
            return report, NOTHING
        opinions = await second.aopinions(turn, asked, deadline)
        lowered = found(opinions, second.bands)
        graver = await awithin(deadline.left, audit, turn, lowered) if lowered else report
    except TimeoutError:
        return report, NOTHING
    except Exception as error:
        return _none(report, error)
    return with_opinions(report, graver, opinions), lowered


def _none(report: Report, error: Exception) -> Consulted:
    """Whoever fails has no opinion: what the audit found stands. The type alone: a message could
    quote."""
    logger().error("second_opinion_failed", error=type(error).__name__)
    return report, NOTHING


def near(report: Report, rules: Ruleset, bands: Mapping[str, float]) -> bool:
    """Whether a score of this turn lies in the band below the threshold of a rule: a cheap look,
    before rules are asked whether their other conditions hold."""
    if report.verdict.outcome == "unknown":
        return False
    for ready in rules.rules:
        rule = ready.rule
        if rule.label is not None and rule.label in bands and rule.at_least is not None:
            score = report.scores[rule.label]
            if score is not None and rule.at_least - bands[rule.label] <= score < rule.at_least:
                return True
    return False


def unsure(report: Report, wider: Report, bands: Mapping[str, float]) -> tuple[Finding, ...]:
    """The findings that there would be with thresholds lower by the bands, and are not."""
    had = {finding.rule for finding in report.findings}
    return tuple(f for f in wider.findings if f.rule not in had and f.label in bands)


def found(opinions: Sequence[Opinion], bands: Mapping[str, float]) -> dict[str, float]:
    """By how much thresholds are lowered for what the opinions found."""
    return {one.label: bands[one.label] for one in opinions if one.found}


def with_opinions(report: Report, graver: Report, opinions: tuple[Opinion, ...]) -> Report:
    """The report with these opinions: decided anew, unless that would lose a finding.

    Args:
        report: the audit.
        graver: the same with thresholds lowered for what the opinions found.
        opinions: what was said.
    """
    had = {finding.rule for finding in report.findings}
    keeps = had <= {finding.rule for finding in graver.findings}
    decided = graver if graver.verdict.outcome == "flag" and keeps else report
    return decided.model_copy(update={"opinions": opinions})
