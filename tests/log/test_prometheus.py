"""What Prometheus scrapes: counts by the words of the report, and never a word of a person."""

from __future__ import annotations

from pathlib import Path

import log_factories as make
from prometheus_client import CollectorRegistry, generate_latest

from guard import Report
from guard.log.prometheus import prometheus_log_counters, prometheus_metrics

CANARIES = ("quokkaville", "marmosette")


def test_turns_findings_and_unaudited_drafts_are_counted(
    flagged: Report, passed: Report, unaudited: Report
) -> None:
    registry = CollectorRegistry()
    record = prometheus_metrics(registry)

    for report in (flagged, flagged, passed, unaudited):
        record(report)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert value("guard_turns_total", outcome="flag", action=flagged.reply.action) == 2
    assert value("guard_turns_total", outcome="pass", action="release") == 1
    assert value("guard_unaudited_released_total", fault="unsupported_language") == 1
    for finding in flagged.findings:
        assert value("guard_findings_total", rule=finding.rule) == 2
    assert value("guard_turn_duration_seconds_count") == 4
    spent = sum(r.timings.total_ms or 0 for r in (flagged, flagged, passed, unaudited)) / 1000
    assert abs((value("guard_turn_duration_seconds_sum") or 0) - spent) < 1e-9


def test_what_is_scraped_holds_no_text(flagged: Report) -> None:
    registry = CollectorRegistry()
    prometheus_metrics(registry)(flagged)

    scraped = generate_latest(registry).decode()

    assert "guard_findings_total{" in scraped
    assert not any(word in scraped for word in CANARIES)


def test_an_audit_alone_has_no_timings_and_is_counted_all_the_same(flagged: Report) -> None:
    registry = CollectorRegistry()

    prometheus_metrics(registry)(flagged.model_copy(update={"timings": type(flagged.timings)()}))

    assert registry.get_sample_value("guard_turn_duration_seconds_count") == 0
    assert registry.get_sample_value(
        "guard_turns_total", {"outcome": "flag", "action": flagged.reply.action}
    )


def test_the_logs_counts_are_asked_for_when_scraped(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    with make.open_log(tmp_path) as log:
        prometheus_log_counters(log, registry)
        log.record(make.report(), make.turn())
        log.record(make.report(), make.turn())

        def fate(name: str) -> float | None:
            return registry.get_sample_value("guard_log_records_total", {"fate": name})

        assert (fate("written"), fate("dropped")) == (3, 0)  # and the record of the packs
        assert registry.get_sample_value("guard_log_waiting") == 0
