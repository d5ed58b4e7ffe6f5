"""The draft's side of a turn: what it does with what the user's emotion tells."""

from guard.audit.examine import Examined, examine

__all__ = ["Examined", "examine"]
