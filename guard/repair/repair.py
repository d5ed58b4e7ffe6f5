"""`repair`: a verdict's action carried out. The seam where rewriting comes in.

A repairer takes the turn and its report and gives the reply. Until rewriting is there, a draft that
should be rewritten is annotated: it goes out unchanged, and its report says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from guard.report import Action, Reply
from guard.turn import Turn


class Repairer(Protocol):
    """Makes the reply for one action."""

    def __call__(self, turn: Turn, fallback: str, /) -> Reply: ...


def repair(turn: Turn, action: Action, fallback: str) -> Reply:
    """Carry out an action on the draft of a turn.

    Args:
        turn: the turn.
        action: what was decided.
        fallback: the packs' text for a draft that must not go out.
    """
    return _REPAIRERS[action](turn, fallback)


def _release(turn: Turn, _fallback: str) -> Reply:
    return Reply(text=turn.draft, action="release")


def _annotate(turn: Turn, _fallback: str) -> Reply:
    return Reply(text=turn.draft, action="annotate")


def _fall_back(turn: Turn, fallback: str) -> Reply:
    return Reply(text=fallback, action="fallback", changed=fallback != turn.draft)


_REPAIRERS: Mapping[Action, Repairer] = {
    "release": _release,
    "annotate": _annotate,
    "rewrite": _annotate,
    "fallback": _fall_back,
}
