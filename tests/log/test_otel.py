"""Spans of checked turns: as long as the check, one event for each finding, no text."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from guard import Recorded, Report, Verdict
from guard.log.otel import EVENT, SPAN, otel_spans

CANARIES = ("quokkaville", "marmosette")


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exported: InMemorySpanExporter) -> TracerProvider:
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(exported))
    return made


def only(exported: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exported.get_finished_spans()
    return span


def test_a_span_says_verdict_rules_and_scores(
    flagged: Report, exported: InMemorySpanExporter, provider: TracerProvider
) -> None:
    recorded = Recorded(id="an-id", state="durable")

    otel_spans(provider)(flagged.model_copy(update={"record": recorded}))

    span = only(exported)
    assert span.name == SPAN
    assert span.attributes is not None
    assert span.attributes["guard.verdict.outcome"] == "flag"
    assert span.attributes["guard.verdict.rule"] == flagged.verdict.rule
    assert span.attributes["guard.record"] == "an-id"
    assert [event.name for event in span.events] == [EVENT] * len(flagged.findings)
    first = span.events[0].attributes
    assert first is not None
    assert first["gen_ai.evaluation.name"] == flagged.findings[0].rule
    assert first["gen_ai.evaluation.score.value"] == flagged.findings[0].score


def test_it_is_as_long_as_the_check_and_lies_beneath_the_applications_span(
    flagged: Report, exported: InMemorySpanExporter, provider: TracerProvider
) -> None:
    with provider.get_tracer("application").start_as_current_span("chat"):
        otel_spans(provider)(flagged)

    ours, chat = exported.get_finished_spans()
    assert ours.start_time is not None
    assert ours.end_time is not None
    assert ours.end_time - ours.start_time == round((flagged.timings.total_ms or 0) * 1e6)
    assert ours.parent is not None
    assert ours.parent.span_id == chat.context.span_id


def test_a_failed_audit_is_an_error_and_a_flag_is_none(
    flagged: Report, exported: InMemorySpanExporter, provider: TracerProvider
) -> None:
    verdict = Verdict(outcome="unknown", action="annotate", reason="It failed.", fault="error")

    otel_spans(provider)(flagged.model_copy(update={"verdict": verdict}))
    otel_spans(provider)(flagged)

    failed, fine = exported.get_finished_spans()
    assert failed.status.status_code == StatusCode.ERROR
    assert fine.status.status_code == StatusCode.UNSET


def test_no_text_of_the_conversation_is_in_a_span(
    flagged: Report, exported: InMemorySpanExporter, provider: TracerProvider
) -> None:
    otel_spans(provider)(flagged)

    told = only(exported).to_json()
    assert flagged.reply.text not in told
    assert not any(word in told for word in CANARIES)
