"""Record ids reach an application's own log lines, through structlog or the standard library."""

from __future__ import annotations

import io
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from guard import Guard, Report
from guard.log import RecordIdFilter, about, add_record_id, current_record, record_all, record_event
from guard.log.context import now_about
from tests.log import factories as make

CANARIES = ("quokkaville", "marmosette")
FLAGGED = (f"My sister left {CANARIES[0]} and I am so lonely.", f"Cheer up, {CANARIES[1]}! Hugs!")

pytestmark = pytest.mark.usefixtures("structlog_as_it_was")
ID = "0197b2c4-0000-7000-8000-000000000001"


def test_an_applications_structlog_chain_gets_the_id_within_about() -> None:
    sink = io.StringIO()
    structlog.configure(
        processors=[add_record_id, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sink),
    )

    with about(ID):
        structlog.get_logger().info("reply_sent", tokens=12)
    structlog.get_logger().info("reply_sent", tokens=13)

    inside, outside = (json.loads(line) for line in sink.getvalue().splitlines())
    assert inside == {"event": "reply_sent", "tokens": 12, "guard_record": ID}
    assert "guard_record" not in outside


def test_an_id_that_the_application_gave_is_kept() -> None:
    with about(ID):
        assert add_record_id(None, "info", {"guard_record": "mine"}) == {"guard_record": "mine"}


def test_lines_of_the_standard_library_through_structlogs_formatter() -> None:
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=[add_record_id]
        )
    )
    logger = logging.Logger("application")
    logger.addHandler(handler)

    with about(ID):
        logger.warning("slow")

    assert json.loads(sink.getvalue())["guard_record"] == ID


def test_a_filter_of_the_standard_library_gives_every_line_the_field() -> None:
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(RecordIdFilter())
    handler.setFormatter(logging.Formatter("%(guard_record)s %(message)s"))
    logger = logging.Logger("application")
    logger.addHandler(handler)

    with about(ID):
        logger.warning("slow")
    logger.warning("fast")

    assert sink.getvalue() == f"{ID} slow\n- fast\n"


def test_each_task_has_its_own(guard_: Guard) -> None:
    def work(number: int) -> str | None:
        now_about(f"{number}")
        return current_record()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: copy_context().run(work, n), range(40)))

    assert found == [f"{n}" for n in range(40)]
    assert current_record() is None


def test_recorders_are_called_in_order_and_the_event_has_the_id() -> None:
    called: list[str] = []

    def log(report: Report) -> None:
        called.append(report.verdict.outcome)
        now_about(ID)

    guard = Guard(record=record_all(log, record_event))

    with capture_logs() as events:
        copy_context().run(guard.check, user=FLAGGED[0], draft=FLAGGED[1])

    assert called == ["flag"]
    assert events[0]["guard_record"] == ID
    assert not any(word in repr(events) for word in CANARIES)


def test_the_log_says_which_record_it_wrote(tmp_path: Path) -> None:
    def work() -> tuple[str | None, str | None, str | None]:
        with make.open_log(tmp_path) as log:
            receipt = log.record(make.report(), make.turn())
            written = current_record()
            log.record(make.report("pass"), make.turn())  # not kept
        return receipt and receipt.event_id, written, current_record()

    made, written, afterwards = copy_context().run(work)

    assert made is not None
    assert written == made
    assert afterwards is None


def test_the_event_on_the_standard_logger_has_the_id(
    flagged: Report, caplog: pytest.LogCaptureFixture
) -> None:
    with about(ID), caplog.at_level(logging.INFO, logger="guard"):
        record_event(flagged)

    assert json.loads(caplog.records[0].getMessage())["guard_record"] == ID
