"""Record ids reach an application's own log lines, through structlog or the standard library."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import log_factories as make
import pytest
import structlog
from structlog.testing import capture_logs

from guard import Guard, Report
from guard.log import (
    RecordIdFilter,
    add_record_id,
    current_record,
    record_all,
    record_event,
    work_on,
)

CANARIES = ("quokkaville", "marmosette")
FLAGGED = (f"My sister left {CANARIES[0]} and I am so lonely.", f"Cheer up, {CANARIES[1]}! Hugs!")

pytestmark = pytest.mark.usefixtures("structlog_as_it_was")
ID = "0197b2c4-0000-7000-8000-000000000001"


def test_an_applications_structlog_chain_gets_the_id_within_the_block() -> None:
    sink = io.StringIO()
    structlog.configure(
        processors=[add_record_id, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sink),
    )

    with work_on(ID):
        structlog.get_logger().info("reply_sent", tokens=12)
    structlog.get_logger().info("reply_sent", tokens=13)

    inside, outside = (json.loads(line) for line in sink.getvalue().splitlines())
    assert inside == {"event": "reply_sent", "tokens": 12, "guard_record": ID}
    assert "guard_record" not in outside


def test_an_id_that_the_application_gave_is_kept() -> None:
    with work_on(ID):
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

    with work_on(ID):
        logger.warning("slow")

    assert json.loads(sink.getvalue())["guard_record"] == ID


def test_a_filter_of_the_standard_library_gives_every_line_the_field() -> None:
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(RecordIdFilter())
    handler.setFormatter(logging.Formatter("%(guard_record)s %(message)s"))
    logger = logging.Logger("application")
    logger.addHandler(handler)

    with work_on(ID):
        logger.warning("slow")
    logger.warning("fast")

    assert sink.getvalue() == f"{ID} slow\n- fast\n"


def test_each_thread_has_its_own() -> None:
    def work(number: int) -> str | None:
        with work_on(f"{number}"):
            return current_record()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(40)))

    assert found == [f"{n}" for n in range(40)]
    assert current_record() is None


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    with make.open_log(tmp_path_factory.mktemp("log")) as log:
        yield Guard(log=log)


def test_after_a_check_lines_belong_to_its_record(recording: Guard) -> None:
    def work() -> tuple[Report, str | None, str | None]:
        report = recording.check(user=FLAGGED[0], draft=FLAGGED[1])
        recorded = current_record()
        recording.check(user="How far is Lisbon?", draft="Far.")  # passed, so not kept
        return report, recorded, current_record()

    report, recorded, afterwards = copy_context().run(work)

    assert report.record is not None
    assert recorded == report.record.id
    assert afterwards is None


def test_after_an_awaited_check_too(recording: Guard) -> None:
    async def work() -> tuple[Report, str | None]:
        report = await recording.acheck(user=FLAGGED[0], draft=FLAGGED[1])
        return report, current_record()

    report, recorded = asyncio.run(work())

    assert report.record is not None
    assert recorded == report.record.id


def test_recorders_are_called_in_order_and_the_event_has_the_id(recording: Guard) -> None:
    called: list[str] = []
    both = record_all(lambda report: called.append(report.verdict.outcome), record_event)

    with capture_logs() as events:
        report = copy_context().run(recording.check, user=FLAGGED[0], draft=FLAGGED[1])
        both(report)

    assert called == ["flag"]
    assert report.record is not None
    assert [event["guard_record"] for event in events] == [report.record.id] * 2
    assert events[0]["recorded"] == "durable"
    assert not any(word in repr(events) for word in CANARIES)


def test_an_event_of_the_standard_logger_has_the_id_too(
    flagged: Report, caplog: pytest.LogCaptureFixture
) -> None:
    with work_on(ID), caplog.at_level(logging.INFO, logger="guard"):
        record_event(flagged)

    assert json.loads(caplog.records[0].getMessage())["guard_record"] == ID
