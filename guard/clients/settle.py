"""Settling: every draft of a reply is checked, and it is told which texts change. Pure.

Used for whole bodies and for streams alike.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.clients.drafts import Asked, Draft, Key, Slot, drafts_of, written
from guard.clients.parts import Edit, Part, Piece
from guard.clients.steps import Check, Done, Step
from guard.delivery import Delivery
from guard.report import Report


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a reply: the new texts of the slots that change, and the choices whose text
    was withheld."""

    new: Mapping[Key, str]
    withheld: frozenset[int]


def settle(
    slots: Sequence[Slot],
    asked: Asked,
    delivery: Delivery,
    released: Mapping[int, str] | None = None,
    audited: list[tuple[Draft, Report]] | None = None,
) -> Generator[Step, Any, Settled]:
    """Check every draft in these texts, one after the other.

    `released` is, by choice, what has gone out of it; all has, where the caller is gone. `audited`
    takes every draft as soon as it was checked.
    """
    audited = [] if audited is None else audited
    for draft in drafts_of(slots, asked):
        out = (released or {}).get(draft.choice, "") if draft.place is None else ""
        out = "" if draft.slots[0].kind == "aside" else out
        out = draft.text if delivery.gone else out
        report = yield Check(asked, draft, replace(delivery, released=out))
        audited.append((draft, report))
    yield Done(tuple((draft.choice, report) for draft, report in audited))
    withheld = frozenset(
        draft.choice
        for draft, report in audited
        if report.reply.action == "fallback" and draft.place is None
    )
    return Settled(written(audited, asked.schema), withheld)


def slots_of(pieces: Sequence[Piece]) -> tuple[Slot, ...]:
    """The texts of a whole body."""
    return tuple(Slot(one.key, one.choice, one.kind, one.text) for one in pieces)


def finished(part: Part, settled: Settled) -> list[Edit]:
    """What changes where a body or an event says how the replies ended."""
    return [
        edit
        for finish in part.finishes
        if finish.choice in settled.withheld
        for edit in finish.withheld
    ]
