"""What is written down about a turn."""

from guard.log.events import Recorder, record_event

__all__ = ["Recorder", "record_event"]
