"""Job: all that a rewriter may look at, and what it gives back. The seam for rewriters."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from guard.delivery import Drafter
from guard.packs.ruleset import Ruleset
from guard.report import Attempt, Finding, Report, Writer
from guard.text.document import Document
from guard.turn import Turn

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at: float = FOREVER

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """So many seconds from now; None for never."""
        return cls() if seconds is None else cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then; 0 if it is past."""
        return max(0.0, self.at - time.monotonic())

    def within(self, seconds: float) -> Deadline:
        """The earlier of this one and so many seconds from now."""
        return Deadline(min(self.at, time.monotonic() + seconds))


@dataclass(frozen=True, slots=True)
class Job:
    """A flagged draft that should be rewritten.

    `report` is its audit. `rules` are those in force, with their guidance, known beliefs and
    fallbacks. `fallback` is the packs' text for this verdict. `audit` judges a candidate in place
    of the draft, as often as wanted; it is pure, and takes some milliseconds. `read_user` and
    `read_draft` are the texts as the audit split them, where that is known; `drafter` is
    who wrote the draft, where that is.
    """

    turn: Turn
    report: Report
    rules: Ruleset
    fallback: str
    audit: Callable[[str], Report]
    deadline: Deadline = Deadline()
    drafter: Drafter | None = None
    read_user: Document | None = field(default=None, repr=False)
    read_draft: Document | None = field(default=None, repr=False)

    @property
    def user(self) -> Document:
        """The user's message, split into sentences."""
        return self.read_user or self.rules.documents.read(self.turn.user, "user")

    @property
    def draft(self) -> Document:
        """The draft, split into sentences."""
        return self.read_draft or self.rules.documents.read(self.turn.draft, "draft")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the draft, the gravest first."""
        return self.report.findings

    def guidance(self, finding: Finding) -> str:
        """What the rule of a finding says to whoever rewrites the draft."""
        return next(one.rule.guidance for one in self.rules.rules if one.rule.id == finding.rule)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What came of a job: the text that may go out, or None, and each try with its outcome."""

    text: str | None
    attempts: tuple[Attempt, ...]


class Rewriter(Protocol):
    """Writes another draft. It gives no text that `guard.repair.second.second_audit` has not
    passed, and does not outlast the deadline. Whatever it raises counts as a failed attempt."""

    @property
    def by(self) -> Writer:
        """Who writes: stands in `Reply.by` and `Attempt.by`."""
        ...

    def rewrite(self, job: Job) -> Rewritten:
        """Rewrite, on the calling thread."""
        ...

    async def arewrite(self, job: Job) -> Rewritten:
        """The same without blocking the event loop; cancelling it ends it."""
        ...
