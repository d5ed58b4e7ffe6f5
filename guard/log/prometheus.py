"""Counters for Prometheus (extra `prometheus`). Labels are rule ids and the words of the report;
never text, ids of records, or anything of a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from guard.errors import MissingExtraError
from guard.log.events import Recorder
from guard.report import Report

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from guard.log.log import Log

# Seconds. Audits take tens of milliseconds, rewrites by a language model seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def prometheus_metrics(registry: CollectorRegistry | None = None) -> Recorder:
    """A recorder that counts turns: `Guard(record=record_all(log, prometheus_metrics()))`.

    - `guard_turns_total{outcome,action}`: turns checked, and what was done
    - `guard_findings_total{rule}`: rules that fired
    - `guard_unaudited_released_total{fault}`: drafts that went out though they were not audited
    - `guard_turn_duration_seconds`, `guard_audit_duration_seconds`: how long a turn took

    Args:
        registry: where they are registered; None for the default one. Call this once for each.

    Raises:
        MissingExtraError: the extra `prometheus` is not installed.
    """
    client = _client()
    kept = {"registry": client.REGISTRY if registry is None else registry}
    turns = client.Counter(
        "guard_turns", "Turns checked, and what was done.", ["outcome", "action"], **kept
    )
    findings = client.Counter("guard_findings", "Rules that fired.", ["rule"], **kept)
    unaudited = client.Counter(
        "guard_unaudited_released", "Drafts that went out unaudited.", ["fault"], **kept
    )
    whole = client.Histogram(
        "guard_turn_duration_seconds", "Time of a turn.", buckets=_BUCKETS, **kept
    )
    audit = client.Histogram(
        "guard_audit_duration_seconds", "Time of an audit.", buckets=_BUCKETS, **kept
    )

    def record(report: Report) -> None:
        verdict, done = report.verdict, report.reply.action
        turns.labels(verdict.outcome, done).inc()
        for finding in report.findings:
            findings.labels(finding.rule).inc()
        if verdict.outcome == "unknown" and done in ("release", "annotate"):
            unaudited.labels(verdict.fault or "error").inc()
        for histogram, spent in (
            (whole, report.timings.total_ms),
            (audit, report.timings.audit_ms),
        ):
            if spent is not None:
                histogram.observe(spent / 1000)

    return record


def prometheus_log_counters(log: Log, registry: CollectorRegistry | None = None) -> None:
    """Register what became of the records of the compliance log: `guard_log_records_total{fate}`
    (`written`, `spooled`, `dropped`, ...) and the gauge `guard_log_waiting`.

    Args:
        log: is asked when Prometheus asks.
        registry: where they are registered; None for the default one.

    Raises:
        MissingExtraError: the extra `prometheus` is not installed.
    """
    client = _client()
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    class Collector:
        def collect(self) -> Iterator[Any]:
            now = asdict(log.counts)
            fates = CounterMetricFamily(
                "guard_log_records", "What became of records of this process.", labels=["fate"]
            )
            for fate, number in now.items():
                if fate != "waiting":
                    fates.add_metric([fate], number)
            yield fates
            yield GaugeMetricFamily(
                "guard_log_waiting", "Records that wait to be written.", now["waiting"]
            )

    (client.REGISTRY if registry is None else registry).register(Collector())


def _client() -> Any:
    try:
        import prometheus_client
    except ModuleNotFoundError:
        raise MissingExtraError("metrics for Prometheus", "prometheus") from None
    return prometheus_client
