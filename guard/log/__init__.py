"""What is written down about a turn."""

from guard.log.context import RecordIdFilter, about, add_record_id, current_record
from guard.log.events import Recorder, record_all, record_event

__all__ = [
    "RecordIdFilter",
    "Recorder",
    "about",
    "add_record_id",
    "current_record",
    "record_all",
    "record_event",
]
