"""Which sentences of a draft were found wanting, and the draft without them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from guard.repair.job import Job
from guard.report import Span


def sentences_found(job: Job) -> list[tuple[Span, bool]]:
    """The sentences of the draft in order, and whether a finding points at each."""
    wrong = [f.span for f in job.findings if f.span is not None and f.span.source == "draft"]
    return [
        (one.span, any(_meets(one.span, span) for span in wrong))
        for one in job.report.audit.sentences
    ]


def cut(draft: str, spans: Sequence[Span]) -> str:
    """The draft without these sentences, and without the white space that stood before each."""
    left, at = [], 0
    for span in spans:
        left.append(
            draft[at : span.start].rstrip(" \t")
            if span.end < len(draft)
            else draft[at : span.start].rstrip()
        )
        at = span.end
    left.append(draft[at:])
    return "".join(left).lstrip()


def _meets(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
