"""A report becomes what its record says. Pure: no clock, no keys, no store."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from guard.log.canonical import canonical
from guard.log.parts import (
    AttemptRecorded,
    BeliefRead,
    EmotionRead,
    FindingRecorded,
    OpinionRecorded,
    ReadingRecorded,
    RiskRead,
    SignalRead,
)
from guard.log.record import micro, micros
from guard.report import Attempt, Belief, Finding, Opinion, Report, Stance
from guard.turn import Turn

LONGEST_REASON = 300


def ruleset_of(packs: dict[str, str]) -> str:
    """One digest for all packs that are loaded."""
    return hashlib.sha256(canonical(packs)).hexdigest()


def turn_fields(report: Report, turn: Turn) -> dict[str, Any]:
    """What a record says of an audited turn, without anything that only the log knows."""
    reply = report.reply
    timings = report.timings
    versions = {name.partition("@")[0]: name for name in report.digests.packs}
    taken = {
        "audit": timings.audit_ms,
        "repair": timings.repair_ms,
        "total": timings.total_ms,
    }
    return {
        "mode": report.mode,
        "encoder": report.digests.encoder,
        "ruleset": ruleset_of(report.digests.packs),
        "packs": tuple(versions.get(one.pack, one.pack) for one in report.packs),
        "reading": _reading(report),
        "kept": report.audit.kept,
        "erased": report.audit.erased,
        "acts": tuple(
            tuple(act.name for act in sentence.acts) for sentence in report.audit.sentences
        ),
        "findings": tuple(_finding(one) for one in report.findings),
        "scores": micros(dict(report.scores.items())),
        "outcome": report.verdict.outcome,
        "reason": report.verdict.reason[:LONGEST_REASON],
        "rule": report.verdict.rule,
        "fault": report.verdict.fault,
        "action": report.verdict.action,
        "done": reply.action,
        "changed": reply.changed,
        "referral": referral(report),
        "attempts": tuple(_attempt(one) for one in report.attempts),
        "opinions": tuple(_opinion(one) for one in report.opinions),
        "user_chars": len(turn.user),
        "draft_chars": len(turn.draft),
        "reply_chars": len(reply.text),
        "micros": {name: round(1000 * ms) for name, ms in taken.items() if ms is not None},
    }


def referral(report: Report) -> Literal["yes", "no", "na"]:
    """Whether what went out points to help, where the message shows a risk: the packs' fallback
    texts do, a rewrite does, or its second audit would not have passed it, and a draft does if the
    audit found that it answers the risk."""
    if report.reading.risk.level == "none":
        return "na"
    if report.reply.action == "fallback" or (
        report.reply.action == "rewrite" and report.reply.changed
    ):
        return "yes"
    return "yes" if report.audit.risk_handled == "yes" else "no"


def _reading(report: Report) -> ReadingRecorded:
    reading = report.reading
    risk = reading.risk
    stances = {one.belief: one for one in report.audit.stances}
    return ReadingRecorded(
        judged=reading.judged,
        inference=reading.inference,
        intensity=reading.intensity,
        primary=reading.primary,
        emotions=tuple(
            EmotionRead(
                name=one.name,
                probability=micro(one.probability),
                stated=one.stated,
                span=one.span,
            )
            for one in reading.emotions
        ),
        signals=tuple(
            SignalRead(function=one.function, probability=micro(one.probability), span=one.evidence)
            for one in reading.signals
        ),
        beliefs=tuple(_belief(one, stances.get(i)) for i, one in enumerate(reading.beliefs)),
        risk=RiskRead(
            level=risk.level,
            probability=micro(risk.probability),
            acute=micro(risk.acute),
            spans=risk.spans,
            handled=report.audit.risk_handled,
        ),
        trajectory=reading.trajectory.direction,
    )


def _belief(belief: Belief, stance: Stance | None) -> BeliefRead:
    return BeliefRead(
        type=belief.type,
        false=micro(belief.false),
        span=belief.span,
        known=belief.known,
        stance=stance.stance if stance else None,
        stance_probability=micro(stance.probability) if stance else None,
    )


def _finding(finding: Finding) -> FindingRecorded:
    citation = finding.citation
    return FindingRecorded(
        rule=finding.rule,
        pack=finding.pack,
        kind=finding.kind,
        label=finding.label,
        severity=finding.severity,
        action=finding.action,
        score=micro(finding.score),
        threshold=micro(finding.threshold),
        reason=finding.reason,
        span=finding.span,
        citation=citation.text if citation else None,
        url=citation.url if citation else None,
    )


def _attempt(attempt: Attempt) -> AttemptRecorded:
    return AttemptRecorded(
        by=attempt.by,
        outcome=attempt.outcome,
        reason=attempt.reason[:LONGEST_REASON],
        model=attempt.model,
        micros=None if attempt.ms is None else round(1000 * attempt.ms),
        tokens_in=attempt.tokens_in,
        tokens_out=attempt.tokens_out,
    )


def _opinion(opinion: Opinion) -> OpinionRecorded:
    return OpinionRecorded(
        label=opinion.label,
        found=opinion.found,
        model=opinion.model,
        micros=round(1000 * opinion.ms),
        error=opinion.error,
    )
