"""Annotation: the draft goes out as it is, and what was found is shown, if asked, after it.

The trailer is for programs. Its form is set: one last line, `[guard/1 outcome=flag
rules=base.soothe-only,base.cold]`, with ids and names of outcomes only, so that no text of the
conversation can stand in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from guard.repair.job import Job

Annotation = Literal["report", "note", "trailer"]
ANNOTATIONS: tuple[Annotation, ...] = get_args(Annotation)
MOST_SHOWN = 3  # findings in a note; the report has them all
_TRAILER = re.compile(
    r"\n\n\[guard/1 outcome=(flag|unknown) rules=((?:[a-z0-9._-]+(?:,[a-z0-9._-]+)*)?)\]\Z"
)


@dataclass(frozen=True, slots=True)
class Trailer:
    """What a trailer says. `text` is what stands before it."""

    text: str
    outcome: str
    rules: tuple[str, ...]


def annotated(job: Job, annotation: Annotation) -> str:
    """The draft, followed by what was found where that is asked for."""
    draft, verdict = job.turn.draft, job.report.verdict
    if annotation == "report":
        return draft
    if annotation == "trailer":
        rules = ",".join(finding.rule for finding in job.findings)
        return f"{draft}\n\n[guard/1 outcome={verdict.outcome} rules={rules}]"
    reasons = [finding.reason for finding in job.findings[:MOST_SHOWN]] or [verdict.reason]
    return f"{draft}\n\n(Note from an automatic check of this reply: {' '.join(reasons)})"


def read_trailer(text: str) -> Trailer | None:
    """What the trailer of a text says; None if it has none. Only a last line counts."""
    found = _TRAILER.search(text)
    if found is None:
        return None
    return Trailer(text[: found.start()], found[1], tuple(filter(None, found[2].split(","))))
