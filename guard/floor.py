"""Two audits of one draft joined, so that the second can add to the first and take nothing back.

Packs may spare what other packs flag, which is right where a deployment chose them. Where a caller
of the deployment adds packs, what the deployment's own packs found must stand.
"""

from __future__ import annotations

from guard.packs.firing import ACTIONS, SEVERITIES
from guard.policy import decide
from guard.report import Finding, Outcome, Report

_OUTCOMES: tuple[Outcome, ...] = ("pass", "unknown", "flag")


def at_least(own: Report, wider: Report) -> Report:
    """The report of more packs, with every finding that fewer packs made, none of them weakened.

    Args:
        own: the audit by the deployment's packs.
        wider: the audit of the same turn by those and others.
    """
    if "unknown" in (own.verdict.outcome, wider.verdict.outcome):
        # Never a pass: a flag if one of them is, else what could not be judged.
        return max(wider, own, key=lambda one: _OUTCOMES.index(one.verdict.outcome))
    graver: dict[str, Finding] = {}
    for finding in (*wider.findings, *own.findings):
        other = graver.get(finding.rule)
        graver[finding.rule] = finding if other is None else max(other, finding, key=_demands)
    findings = tuple(sorted(graver.values(), key=_gravity, reverse=True))
    if findings == wider.findings:
        return wider
    retaken = {f.rule for f in own.findings} - {f.rule for f in wider.findings}
    return wider.model_copy(
        update={
            "findings": findings,
            "resolutions": tuple(r for r in wider.resolutions if r.lost not in retaken),
            "verdict": decide(findings, wider.mode),
        }
    )


def _demands(finding: Finding) -> tuple[int, int]:
    return ACTIONS.index(finding.action), SEVERITIES.index(finding.severity)


def _gravity(finding: Finding) -> tuple[int, int, int, float]:
    return (
        SEVERITIES.index(finding.severity),
        finding.specificity,
        ACTIONS.index(finding.action),
        finding.score,
    )
