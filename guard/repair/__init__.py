"""What goes out in place of a flagged draft. Each action has one repairer, in `repair.py`."""

from guard.repair.repair import Repairer, repair

__all__ = ["Repairer", "repair"]
