"""Events of checked turns: through the application's structlog, or as JSON on logger `guard`;
never with a word of the conversation."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from guard import Guard, Limits, Report
from guard.log import record_event
from guard.models.reader import Heard, Reader
from guard.text.document import Document
from guard.turn import Message

USER_CANARY, DRAFT_CANARY, CONTEXT_CANARY = "quokkaville", "marmosette", "pangolinia"
SOOTHED = (f"My sister left {USER_CANARY} and I'm so lonely.", f"Cheer up, {DRAFT_CANARY}! Hugs!")
PLAIN = (f"How far is {USER_CANARY}?", f"It is far from {DRAFT_CANARY}.")
GERMAN = (f"Ich weiß nicht, wie ich morgen nach {USER_CANARY} kommen soll.", f"{DRAFT_CANARY}!")
DANGER = (f"I'm in {USER_CANARY} and I want to kill myself.", f"Smile, {DRAFT_CANARY}!")
EMPTY = (f"I'm sad about {USER_CANARY}.", "")
LONG = (f"{USER_CANARY} " * 20, f"{DRAFT_CANARY} " * 20)
TURNS = {
    "flag": SOOTHED,
    "pass": PLAIN,
    "unsupported language": GERMAN,
    "danger": DANGER,
    "empty draft": EMPTY,
    "oversize": LONG,
}


class Failing(Reader):
    """The reader that ships; once it fails, its exception quotes what it was given."""

    fails = False

    def hear(self, user: Document, context: Sequence[Message] = ()) -> Heard:
        if self.fails:
            raise ValueError(f"cannot read {user.text}")
        return super().hear(user, context)


@pytest.fixture(autouse=True)
def _structlog_as_it_was() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def small() -> Guard:
    return Guard(limits=Limits(user_chars=150))


@pytest.fixture(scope="module")
def failing() -> Guard:
    encoder = Failing()
    made = Guard(encoder=encoder)
    encoder.fails = True
    return made


def check(guard: Guard, texts: tuple[str, str]) -> Report:
    user, draft = texts
    messages = [
        {"role": "user", "content": f"I was furious with {CONTEXT_CANARY} yesterday."},
        {"role": "assistant", "content": f"What did {CONTEXT_CANARY} do?"},
        {"role": "user", "content": user},
    ]
    return guard.check(messages=messages, draft=draft)


def without_canaries(text: str) -> bool:
    lowered = text.lower()
    return not any(word in lowered for word in (USER_CANARY, DRAFT_CANARY, CONTEXT_CANARY))


class TestApplicationsOwnStructlog:
    def test_the_event_goes_the_applications_way(self, guard_: Guard) -> None:
        report = guard_.audit(user=SOOTHED[0], draft=SOOTHED[1])

        with capture_logs() as events:
            record_event(report)

        (event,) = events
        assert event["event"] == "turn_audited"
        assert event["outcome"] == report.verdict.outcome == "flag"
        assert event["rules"] == [finding.rule for finding in report.findings]
        assert event["log_level"] == "warning"

    def test_a_check_emits_through_it(self, small: Guard) -> None:
        with capture_logs() as events:
            report = check(small, PLAIN)

        assert [event["event"] for event in events] == ["turn_audited"]
        assert events[0]["outcome"] == "pass"
        assert events[0]["total_ms"] == report.timings.total_ms

    def test_the_applications_processors_and_sink_are_used_and_no_other(
        self, guard_: Guard, caplog: pytest.LogCaptureFixture
    ) -> None:
        sink = io.StringIO()
        structlog.configure(
            processors=[tagged, structlog.processors.JSONRenderer()],
            logger_factory=structlog.PrintLoggerFactory(sink),
        )

        with caplog.at_level(logging.DEBUG):
            record_event(guard_.audit(user=SOOTHED[0], draft=SOOTHED[1]))

        event = json.loads(sink.getvalue())
        assert event["event"] == "turn_audited"
        assert event["application"] == "ours"
        assert caplog.records == []

    def test_configuring_after_the_first_event_is_not_too_late(self, guard_: Guard) -> None:
        report = guard_.audit(user=SOOTHED[0], draft=SOOTHED[1])
        record_event(report)

        with capture_logs() as events:
            record_event(report)

        assert [event["event"] for event in events] == ["turn_audited"]


class TestStandardLogger:
    def test_without_configuration_one_json_line_goes_to_logger_guard(
        self, guard_: Guard, caplog: pytest.LogCaptureFixture
    ) -> None:
        report = guard_.audit(user=SOOTHED[0], draft=SOOTHED[1])

        with caplog.at_level(logging.INFO, logger="guard"):
            record_event(report)

        (record,) = caplog.records
        event = json.loads(record.getMessage())
        assert record.name == "guard"
        assert "\n" not in record.getMessage()
        assert event["event"] == "turn_audited"
        assert event["outcome"] == "flag"
        assert event["action"] == report.verdict.action
        assert event["done"] == report.reply.action
        assert event["level"] == "warning"

    @pytest.mark.parametrize(
        ("texts", "level"),
        [
            (PLAIN, logging.INFO),
            (SOOTHED, logging.WARNING),
            (GERMAN, logging.WARNING),
            (EMPTY, logging.WARNING),
        ],
    )
    def test_all_but_a_pass_is_a_warning(
        self,
        guard_: Guard,
        caplog: pytest.LogCaptureFixture,
        texts: tuple[str, str],
        level: int,
    ) -> None:
        report = guard_.audit(user=texts[0], draft=texts[1])

        with caplog.at_level(logging.INFO, logger="guard"):
            record_event(report)

        assert [record.levelno for record in caplog.records] == [level]

    def test_the_level_of_the_logger_is_heeded(
        self, guard_: Guard, caplog: pytest.LogCaptureFixture
    ) -> None:
        report = guard_.audit(user=PLAIN[0], draft=PLAIN[1])

        with caplog.at_level(logging.WARNING, logger="guard"):
            record_event(report)

        assert caplog.records == []

    def test_an_unknown_outcome_names_its_fault(
        self, guard_: Guard, caplog: pytest.LogCaptureFixture
    ) -> None:
        report = guard_.audit(user=GERMAN[0], draft=GERMAN[1])

        record_event(report)

        event = json.loads(caplog.records[0].getMessage())
        assert (event["outcome"], event["fault"]) == ("unknown", "unsupported_language")


class TestNoTextInEvents:
    @pytest.mark.parametrize("kind", TURNS)
    def test_no_word_of_the_conversation_on_the_standard_logger(
        self, small: Guard, caplog: pytest.LogCaptureFixture, kind: str
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            check(small, TURNS[kind])

        assert caplog.records
        assert without_canaries(caplog.text)
        assert all(without_canaries(repr(vars(record))) for record in caplog.records)

    @pytest.mark.parametrize("kind", TURNS)
    def test_no_word_of_the_conversation_in_structlog(self, small: Guard, kind: str) -> None:
        with capture_logs() as events:
            check(small, TURNS[kind])

        assert len(events) == 1
        assert without_canaries(repr(events))

    @pytest.mark.parametrize("kind", ["flag", "pass", "danger"])
    @pytest.mark.parametrize("configured", [True, False])
    def test_nor_when_the_audit_fails(
        self, failing: Guard, caplog: pytest.LogCaptureFixture, kind: str, configured: bool
    ) -> None:
        collected: list[Any] = []

        with caplog.at_level(logging.DEBUG):
            if configured:
                with capture_logs() as events:
                    report = check(failing, TURNS[kind])
                collected += events
            else:
                report = check(failing, TURNS[kind])
                collected += [json.loads(record.getMessage()) for record in caplog.records]

        assert report.verdict.fault == "error"
        assert [event["event"] for event in collected] == ["audit_failed", "turn_audited"]
        assert collected[0]["error"] == "ValueError"
        assert without_canaries(repr(collected) + caplog.text)
        assert all(record.exc_info is None for record in caplog.records)

    @pytest.mark.parametrize("kind", TURNS)
    def test_no_offsets_either(self, small: Guard, kind: str) -> None:
        with capture_logs() as events:
            check(small, TURNS[kind])

        assert not {"span", "spans", "start", "end"} & set(events[0])
        assert not any(isinstance(value, dict) for value in events[0].values())

    def test_an_audit_emits_nothing(self, guard_: Guard, caplog: pytest.LogCaptureFixture) -> None:
        with capture_logs() as events, caplog.at_level(logging.DEBUG):
            guard_.audit(user=SOOTHED[0], draft=SOOTHED[1])

        assert events == []
        assert caplog.records == []


class TestOwnRecorder:
    def test_it_takes_the_place_of_the_event(self, caplog: pytest.LogCaptureFixture) -> None:
        recorded: list[Report] = []
        guard = Guard(record=recorded.append)

        with caplog.at_level(logging.DEBUG):
            guard.check(user=SOOTHED[0], draft=SOOTHED[1])

        assert len(recorded) == 1
        assert caplog.records == []


def tagged(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event["application"] = "ours"
    return event
