"""Which record the work at hand belongs to, for an application's own log lines: an id, never text.

    structlog.configure(processors=[add_record_id, ...])
    handler.addFilter(RecordIdFilter())  # standard library; %(guard_record)s in its format

The id is that of the turn that `Guard.check` recorded last in this thread or task, or what
`work_on` says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from guard.report import Report

FIELD = "guard_record"
_current: ContextVar[str | None] = ContextVar(FIELD, default=None)


def current_record() -> str | None:
    """The id of the record that the work at hand belongs to."""
    return _current.get()


def now_about(report: Report) -> Report:
    """From here on, in this thread or task, work belongs to this report's record, or to none."""
    _current.set(report.record.id if report.record else None)
    return report


@contextmanager
def work_on(record_id: str) -> Iterator[None]:
    """Within, work belongs to this record; after it, to what it belonged to before."""
    token = _current.set(record_id)
    try:
        yield
    finally:
        _current.reset(token)


def add_record_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """A structlog processor: adds `guard_record` to an event, unless it has one or there is none.

    It works in an application's own chain, in `ProcessorFormatter(foreign_pre_chain=...)` too.
    """
    found = _current.get()
    if found is not None:
        event.setdefault(FIELD, found)
    return event


class RecordIdFilter(logging.Filter):
    """The same for the standard library: every log record gets `guard_record`, `-` if there is
    none, so that a format may name it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, FIELD):
            setattr(record, FIELD, _current.get() or "-")
        return True
