"""Candidates for an offline rewrite: what is taken out of the draft, and what is put in. Pure."""

from __future__ import annotations

from guard.repair.cut import cut, sentences_found
from guard.repair.job import Job


def candidates(job: Job) -> list[str]:
    """Rewritten drafts, the one that changes least first; none if no sentence is sure."""
    found = sentences_found(job)
    left = cut(job.turn.draft, [span for span, out in found if out])
    return [left] if left.strip() and left != job.turn.draft else []
