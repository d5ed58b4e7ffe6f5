"""What becomes of a checked turn whose record is, or is not, durable. The table is in `policy`."""

from __future__ import annotations

from collections.abc import Callable

from guard._session import session
from guard.errors import LogError
from guard.log.about import current
from guard.log.events import logger
from guard.log.log import Log
from guard.policy import unrecorded
from guard.report import Recorded, Reply, Report
from guard.turn import Turn


def kept(log: Log, report: Report, turn: Turn, fallback: Callable[[], str]) -> Report:
    """Record a checked turn; the report says how that went. If its record is durable nowhere, the
    reply is what the table says.

    Args:
        log: the log.
        report: the checked turn.
        turn: what was audited.
        fallback: the packs' text for a draft that must not go out.
    """
    recorded = _recorded(log, report, turn)
    report = report.model_copy(update={"record": recorded})
    if recorded is None or recorded.state in ("durable", "spooled"):
        return report
    reply = _unrecorded(report, fallback)
    logger().error(
        "turn_not_recorded",
        outcome=report.verdict.outcome,
        rule=report.verdict.rule,
        state=recorded.state,
        done=reply.action,
    )
    return report.model_copy(update={"reply": reply})


def _recorded(log: Log, report: Report, turn: Turn) -> Recorded | None:
    said, opened = current(), session.current()
    try:
        receipt = log.record(
            report,
            turn,
            subject=said.subject or (opened.user if opened else None),
            client_request_id=said.client_request_id,
            request_id=said.request_id,
            errors=said.errors,
            circumstances=said.circumstances,
        )
    except LogError:
        return Recorded(state="failed")
    except Exception as error:
        # Whatever fails in here must not pass for recorded. The type alone: a message could quote.
        logger().error("log_record_failed", error=type(error).__name__)
        return Recorded(state="failed")
    if receipt is None:
        return None
    if receipt.dropped:
        return Recorded(id=receipt.event_id, state="dropped")
    return Recorded(id=receipt.event_id, state="spooled" if receipt.spooled else "durable")


def _unrecorded(report: Report, fallback: Callable[[], str]) -> Reply:
    action = unrecorded(report.verdict, report.mode, {one.pack for one in report.packs})
    reply = report.reply
    if action == "fallback" and reply.action != "fallback":
        return Reply(text=fallback(), action="fallback", changed=True)
    if action == "annotate" and reply.action == "release":
        return reply.model_copy(update={"action": "annotate"})
    return reply
