"""A guard as a session has it: the same model, rewriters and log, more packs, a stricter mode, a
shorter deadline. Cheap to make; it lives for one turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from guard.guard import Guard
from guard.judge import Judge
from guard.policy import MODES
from guard.report import Mode


class Stricter(Guard):
    """A guard that asks for at least as much as another.

    Args:
        of: the other guard.
        packs: in force beside those it has.
        mode: the laxest mode; a stricter one of the other guard stays.
        deadline: the longest deadline; a shorter one of the other guard stays.

    Raises:
        PackError: a pack is missing, is not valid, or does not go with those of the guard.
    """

    def __init__(
        self, of: Guard, packs: Sequence[str | Path], mode: Mode | None, deadline: float | None
    ) -> None:
        vars(self).update(vars(of))
        self.mode = stricter(of.mode, mode)
        self.deadline = shorter(of.deadline, deadline)
        self._judge = of.more.judge(packs).in_mode(self.mode)

    @property
    def judge(self) -> Judge:
        """What judges now, with the packs of the session."""
        return self._judge


def stricter(one: Mode, other: Mode | None) -> Mode:
    """The stricter of two modes; None is laxer than all."""
    return one if other is None else max(one, other, key=MODES.index)


def shorter(one: float | None, other: float | None) -> float | None:
    """The shorter of two deadlines; None is none."""
    return min((seconds for seconds in (one, other) if seconds is not None), default=None)
