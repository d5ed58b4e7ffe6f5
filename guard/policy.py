"""From findings to a verdict, and from a verdict to what is done. One table for both.

`unknown` means that the turn was not audited. It is never a `pass`: it is logged and counted, and
the table says what goes out all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from guard.audit.examine import Examined, carried
from guard.packs.schema import Rule
from guard.reading.read import Read
from guard.report import Action, Fault, Finding, Mode, Severity, Verdict

ACTIONS: tuple[Action, ...] = get_args(Action)
MODES: tuple[Mode, ...] = get_args(Mode)
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_FAULT_REASONS: Mapping[Fault, str] = {
    "empty_draft": "There is no draft to audit.",
    "empty_user": "There is no text of the user's to audit the draft against.",
    "oversize": "The turn is larger than the limits allow; it was not audited.",
    "unsupported_language": "The turn is not in English; it was not judged.",
    "error": "The audit failed; it was not judged.",
}
EMOTIONAL = 0.5
THRESHOLD = 0.5  # from which probability a label counts as found, where no rule says otherwise

# What a verdict leads to, by cause and mode. `flag:…` names what the winning rule asks for. In mode
# observe nothing is ever changed; the verdict still says what mode rewrite would have done.
DISPOSITIONS: Mapping[str, Mapping[Mode, Action]] = {
    "pass": {
        "observe": "release", "annotate": "release", "rewrite": "release", "block": "release"},
    "flag:release": {
        "observe": "release", "annotate": "release", "rewrite": "release", "block": "release"},
    "flag:annotate": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "annotate"},
    "flag:rewrite": {
        "observe": "release", "annotate": "annotate", "rewrite": "rewrite", "block": "fallback"},
    "flag:fallback": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
    "unknown:empty_draft": {
        "observe": "release", "annotate": "release", "rewrite": "release", "block": "release"},
    "unknown:empty_user": {
        "observe": "release", "annotate": "release", "rewrite": "release", "block": "release"},
    "unknown:oversize": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "fallback"},
    "unknown:unsupported_language": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "annotate"},
    "unknown:error": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "fallback"},
}  # fmt: skip


def find(rules: Sequence[Rule], read: Read, examined: Examined) -> tuple[Finding, ...]:
    """One finding for each rule that fires, the gravest first."""
    findings = [
        Finding(
            rule=rule.id,
            label=rule.label,
            severity=rule.severity,
            action=rule.action,
            score=score,
            threshold=rule.at_least,
            reason=rule.reason,
            span=examined.shown_by.get(rule.label),
            citation=rule.citation,
        )
        for rule in rules
        if (score := examined.scores[rule.label]) is not None
        and score >= rule.at_least
        and _applies(rule, read)
    ]
    return tuple(sorted(findings, key=_gravity, reverse=True))


def decide(findings: Sequence[Finding], mode: Mode) -> Verdict:
    """The verdict: the gravest finding decides; none means `pass`."""
    if not findings:
        return Verdict(outcome="pass", action="release", reason="No rule fired.")
    first = findings[0]
    strongest = max((f.action for f in findings), key=ACTIONS.index)
    return Verdict(
        outcome="flag",
        action=DISPOSITIONS[f"flag:{strongest}"][_deciding(mode)],
        reason=first.reason,
        rule=first.rule,
    )


def unknown(fault: Fault, mode: Mode, detail: str = "") -> Verdict:
    """The verdict on a turn that was not audited."""
    return Verdict(
        outcome="unknown",
        action=DISPOSITIONS[f"unknown:{fault}"][_deciding(mode)],
        reason=f"{_FAULT_REASONS[fault]}{f' ({detail})' if detail else ''}",
        fault=fault,
    )


def disposition(verdict: Verdict, mode: Mode) -> Action:
    """What is done with the draft: what was decided, unless the mode only observes."""
    return "release" if mode == "observe" else verdict.action


def _deciding(mode: Mode) -> Mode:
    return "rewrite" if mode == "observe" else mode


def _gravity(finding: Finding) -> tuple[int, int, float]:
    severity = _SEVERITIES.index(finding.severity)
    return severity, ACTIONS.index(finding.action), finding.score


def _applies(rule: Rule, read: Read) -> bool:
    if rule.when == "any" or read.functions is None:
        return True
    if rule.when == "signal":
        return bool(read.reading.signals)
    return carried(read) >= EMOTIONAL
