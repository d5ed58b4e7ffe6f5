"""The user's side of a turn: what the emotion tells, what is believed, whether there is danger."""

from guard.reading.read import read

__all__ = ["read"]
