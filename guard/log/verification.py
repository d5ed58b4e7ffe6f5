"""What verifying a log found: whether anything is wrong, what, and where."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

Wrong = Literal["altered", "removed", "inserted", "reordered", "truncated", "forked", "unproved"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and from which record on (`seq`; None: not with one record)."""

    wrong: Wrong
    seq: int | None
    what: str


MOST_PROBLEMS = 1000


class Problems:
    """What was found so far, up to a thousand."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, wrong: Wrong, seq: int | None, what: str) -> None:
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(wrong, seq, what))

    def at(self, seq: int) -> bool:
        """Whether something was found with a record."""
        return any(one.seq == seq for one in self.found)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `ok`: nothing is wrong. `complete`: and everything is signed.

    `size` is how many records there have been, `pruned` how many of them retention removed,
    `erased` how many of the rest have lost their texts by erasure or retention, `signed` how many a
    valid checkpoint covers. `root` is that of the tree, if all of it could be rebuilt. `notes` are
    what is no problem and should be known: where the clock of a machine was set.
    """

    origin: str
    size: int
    pruned: int
    signed: int
    signed_at: str | None
    checkpoints: int
    erased: int
    root: bytes | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def complete(self) -> bool:
        return self.ok and self.signed == self.size

    def as_json(self) -> str:
        """For machines."""
        values = asdict(self) | {"ok": self.ok, "complete": self.complete}
        return json.dumps(values | {"root": self.root.hex() if self.root else None})
