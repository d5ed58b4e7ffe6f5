"""The second audit: whether a rewritten draft may go out in place of the first. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guard.report import AttemptOutcome, Finding, Report


@dataclass(frozen=True, slots=True)
class Second:
    """What the second audit found: `passed`, or why not. `report` is the candidate's audit."""

    outcome: AttemptOutcome
    reason: str
    report: Report


def second_audit(first: Report, text: str, audit: Callable[[str], Report]) -> Second:
    """Audit a candidate, and compare it with the draft.

    It passes where nothing is found, and where what is left was found in the draft as well and asks
    only for an annotation. Whatever it has that the draft had not makes it worse, and so does a
    danger that the draft answered and the candidate does not.

    Args:
        first: the report on the draft.
        text: the candidate.
        audit: judges a text in place of the draft.
    """
    report = audit(text)
    if report.verdict.outcome == "unknown":
        return Second("still_flagged", f"not audited: {report.verdict.fault}", report)
    had = {finding.rule for finding in first.findings}
    if fresh := [finding for finding in report.findings if finding.rule not in had]:
        return Second("worse", f"found in it: {_named(fresh)}", report)
    if first.audit.risk_handled == "yes" and report.audit.risk_handled == "no":
        return Second("worse", "a danger that the draft took up is passed over", report)
    if left := [f for f in report.findings if f.action in ("rewrite", "fallback")]:
        return Second("still_flagged", f"still found: {_named(left)}", report)
    return Second("passed", "", report)


def _named(findings: list[Finding]) -> str:
    return ", ".join(finding.rule for finding in findings[:3])
