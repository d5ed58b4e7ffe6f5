"""OpenTelemetry spans of checked turns (extra `otel`): the verdict, rules and scores; never text.

Names follow the conventions for generative AI where they have one: a span is an evaluation of a
reply, and each finding an event `gen_ai.evaluation.result`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from guard._version import __version__
from guard.errors import MissingExtraError
from guard.log.events import Recorder
from guard.report import Report

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

SPAN = "guard.check"
EVENT = "gen_ai.evaluation.result"


def otel_spans(provider: TracerProvider | None = None) -> Recorder:
    """A recorder that makes one span for each checked turn, as long as the check took, beneath the
    span that the application has open.

    Args:
        provider: where the spans go; None for the one that the application has set.

    Raises:
        MissingExtraError: the extra `otel` is not installed.
    """
    try:
        from opentelemetry import trace
    except ModuleNotFoundError:
        raise MissingExtraError("spans for OpenTelemetry", "otel") from None
    tracer = trace.get_tracer("guard", __version__, provider)

    def record(report: Report) -> None:
        ended = time.time_ns()
        spent = round((report.timings.total_ms or 0) * 1_000_000)
        span = tracer.start_span(SPAN, start_time=ended - spent, attributes=_attributes(report))
        for finding in report.findings:
            span.add_event(
                EVENT,
                {
                    "gen_ai.evaluation.name": finding.rule,
                    "gen_ai.evaluation.score.value": finding.score,
                    "gen_ai.evaluation.score.label": finding.severity,
                    "guard.pack": finding.pack,
                    "guard.label": finding.label,
                },
                timestamp=ended,
            )
        if report.verdict.fault == "error":
            span.set_attribute("error.type", "guard.error")
            span.set_status(trace.StatusCode.ERROR)
        span.end(ended)

    return record


def _attributes(report: Report) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "gen_ai.evaluation.name": "guard",
        "gen_ai.evaluation.score.label": report.verdict.outcome,
        "gen_ai.evaluation.score.value": report.scores.flag,
        "guard.version": report.guard,
        "guard.mode": report.mode,
        "guard.inference": report.reading.inference,
        "guard.verdict.outcome": report.verdict.outcome,
        "guard.verdict.action": report.verdict.action,
        "guard.verdict.rule": report.verdict.rule,
        "guard.verdict.fault": report.verdict.fault,
        "guard.reply.action": report.reply.action,
        "guard.reply.changed": report.reply.changed,
        "guard.risk": report.reading.risk.level if report.reading.judged else None,
        "guard.packs": sorted(chosen.pack for chosen in report.packs),
        "guard.audit_ms": report.timings.audit_ms,
        "guard.record": report.record.id if report.record else None,
        "guard.recorded": report.record.state if report.record else None,
    }
    return {name: value for name, value in attributes.items() if value is not None}
