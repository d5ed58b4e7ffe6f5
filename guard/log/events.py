"""Structured events, through structlog, with no text of the conversation in them.

An application that has configured structlog gets the events in its own way. Otherwise they go, as
one JSON line each, to the standard logger `guard`, which is silent until somebody listens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from guard.log.context import FIELD, add_record_id
from guard.report import Report

Recorder = Callable[[Report], None]


def record_event(report: Report) -> None:
    """Emit `turn_audited`: the verdict, rules, scores' shape and timings; never text or offsets."""
    emit = logger().info if report.verdict.outcome == "pass" else logger().warning
    emit(
        "turn_audited",
        outcome=report.verdict.outcome,
        fault=report.verdict.fault,
        action=report.verdict.action,
        done=report.reply.action,
        rules=[finding.rule for finding in report.findings],
        risk=report.reading.risk.level,
        functions=[signal.function for signal in report.reading.signals],
        inference=report.reading.inference,
        mode=report.mode,
        total_ms=report.timings.total_ms,
        packs=sorted(report.digests.packs),
        guard=report.guard,
        recorded=report.record.state if report.record else None,
        **({FIELD: report.record.id} if report.record and report.record.id else {}),
    )


def record_all(*recorders: Recorder) -> Recorder:
    """One recorder that calls each of these, in order: `Guard(record=record_all(...))`."""

    def record(report: Report) -> None:
        for recorder in recorders:
            tell(recorder, report)

    return record


def tell(recorder: Recorder, report: Report) -> None:
    """Call a recorder. What it raises is logged, and changes nothing: the turn was decided on, and
    its reply must not become the draft again because a metric could not be written."""
    try:
        recorder(report)
    except Exception as error:
        # The type alone: a message could quote.
        logger().error("recorder_failed", error=type(error).__name__)


def logger() -> Any:
    """The application's structlog if it has set one up, else the standard logger `guard`."""
    import structlog

    return structlog.get_logger("guard") if structlog.is_configured() else _standard()


@cache
def _standard() -> Any:
    import structlog

    standard = logging.getLogger("guard")
    standard.addHandler(logging.NullHandler())
    return structlog.wrap_logger(
        standard,
        processors=[
            structlog.stdlib.filter_by_level,
            add_record_id,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
