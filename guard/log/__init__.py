"""What is written down about a turn."""

from guard.log.context import RecordIdFilter, add_record_id, current_record, work_on
from guard.log.events import Recorder, record_all, record_event

__all__ = [
    "RecordIdFilter",
    "Recorder",
    "add_record_id",
    "current_record",
    "record_all",
    "record_event",
    "work_on",
]
