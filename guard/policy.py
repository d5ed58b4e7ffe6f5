"""From findings to a verdict, and from a verdict to what is done. One table for both.

`unknown` means that the turn was not audited. It is never a `pass`: it is logged and counted, and
the table says what goes out all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from guard.packs.firing import ACTIONS
from guard.report import Action, Fault, Finding, Mode, Verdict

MODES: tuple[Mode, ...] = get_args(Mode)
_FAULT_REASONS: Mapping[Fault, str] = {
    "empty_draft": "There is no draft to audit.",
    "empty_user": "There is no text of the user's to audit the draft against.",
    "oversize": "The turn is larger than the limits allow; it was not audited.",
    "unsupported_language": "The turn is not in English; it was not judged.",
    "error": "The audit failed; it was not judged.",
    "timeout": "The audit was not done in time; the turn was not judged.",
    "incomplete": "The draft broke off before its end; it was not judged as a whole.",
}
THRESHOLD = 0.5  # from which probability a label counts as found, where no rule says otherwise

HIGH_RISK = frozenset({"crisis", "psychosis", "eating", "substance"})
"""Packs whose field is danger to life."""

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
    "unknown:timeout": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "fallback"},
    "unknown:incomplete": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "fallback"},
    "rewrite_failed": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
    # With a pack in force that concerns danger to life, what was not judged does not go out.
    "unknown:oversize:high_risk": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
    "unknown:error:high_risk": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
    "unknown:timeout:high_risk": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
    "unknown:incomplete:high_risk": {
        "observe": "release", "annotate": "annotate", "rewrite": "fallback", "block": "fallback"},
}  # fmt: skip

# What is done with a turn whose record is durable nowhere, where there is a log: `release` is what
# was decided, `annotate` the same, at least annotated.
UNRECORDED: Mapping[str, Mapping[Mode, Action]] = {
    "unrecorded:pass": {
        "observe": "release", "annotate": "release", "rewrite": "release", "block": "release"},
    "unrecorded:flag": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "annotate"},
    "unrecorded:flag:high_risk": {
        "observe": "release", "annotate": "fallback", "rewrite": "fallback", "block": "fallback"},
    "unrecorded:unknown": {
        "observe": "release", "annotate": "annotate", "rewrite": "annotate", "block": "annotate"},
    "unrecorded:unknown:high_risk": {
        "observe": "release", "annotate": "fallback", "rewrite": "fallback", "block": "fallback"},
}  # fmt: skip


def decide(findings: Sequence[Finding], mode: Mode) -> Verdict:
    """The verdict: the gravest finding, which stands first, decides, and what the strongest of them
    asks for is done; none means `pass`."""
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


def unknown(fault: Fault, mode: Mode, detail: str = "", packs: Collection[str] = ()) -> Verdict:
    """The verdict on a turn that was not audited, while these packs were in force."""
    return Verdict(
        outcome="unknown",
        action=_cell(f"unknown:{fault}", packs)[_deciding(mode)],
        reason=f"{_FAULT_REASONS[fault]}{f' ({detail})' if detail else ''}",
        fault=fault,
    )


def disposition(verdict: Verdict, mode: Mode) -> Action:
    """What is done with the draft: what was decided, unless the mode only observes."""
    return "release" if mode == "observe" else verdict.action


def after_failed_rewrite(mode: Mode, packs: Collection[str], wanted: Action) -> Action:
    """What is done where no rewrite was good enough: what the table says, or, in mode `rewrite` and
    where no pack in force concerns danger to life, what the deployment wants."""
    if mode == "rewrite" and HIGH_RISK.isdisjoint(packs):
        return wanted
    return DISPOSITIONS["rewrite_failed"][mode]


def unrecorded(verdict: Verdict, mode: Mode, packs: Collection[str]) -> Action:
    """What is done with a turn whose record is durable nowhere. Where there was nothing to audit,
    nothing is held back."""
    nothing = verdict.fault in ("empty_draft", "empty_user")
    cause = f"unrecorded:{'pass' if nothing else verdict.outcome}"
    grave = UNRECORDED.get(f"{cause}:high_risk")
    return (grave if grave and not HIGH_RISK.isdisjoint(packs) else UNRECORDED[cause])[mode]


def _cell(cause: str, packs: Collection[str]) -> Mapping[Mode, Action]:
    grave = DISPOSITIONS.get(f"{cause}:high_risk")
    return grave if grave and not HIGH_RISK.isdisjoint(packs) else DISPOSITIONS[cause]


def _deciding(mode: Mode) -> Mode:
    return "rewrite" if mode == "observe" else mode
