"""Candidates for an offline rewrite: what is taken out of the draft, and what is put in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from guard.audit.words import stems
from guard.repair.add import in_place, question, reflection
from guard.repair.cut import (
    explored,
    has_care,
    is_long,
    is_open,
    opens_warmly,
    unguarded,
    warm,
    wrong_sentences,
)
from guard.repair.job import Job
from guard.repair.splice import spliced
from guard.text.document import Document

# Faults that leave a hole where they are taken out, the one to fill first.
_HOLES = ("concedes_false", "flip", "false_contradiction")
# Those that need no word in their place, but may have one.
_MAYBE = ("attachment", "self_claim")
_SUBSTANCE = 3  # content words without which what is left of a draft says nothing


@dataclass(frozen=True, slots=True)
class Additions:
    """What may be put in: in place of what is taken out, before the rest, and after it all."""

    filling: str | None
    reflection: str | None
    question: str | None
    mends: bool = False  # the filling says something in place of what was said wrong


def candidates(job: Job, also: Collection[int] = ()) -> list[str]:
    """Rewritten drafts, the one that changes least first; none if no sentence is sure.

    Args:
        job: the draft and what was found.
        also: sentences of the draft that should go as well.
    """
    document = job.rules.documents.read(job.turn.draft, "draft")
    if not document.sentences:
        return []
    wrong = wrong_sentences(job, document, also)
    user = job.rules.documents.read(job.turn.user, "user")
    made = (_made(job, document, *way) for way in _ways(job, document, user, wrong))
    return list(dict.fromkeys(text for text in made if text and text != job.turn.draft))


def _ways(
    job: Job, document: Document, user: Document, wrong: Sequence[int]
) -> Iterator[tuple[Sequence[int], Additions]]:
    """What to take out and what to put in, the least first."""
    if has_care(document.text):
        # Help in a crisis is left as it stands: nothing comes before it or after it.
        yield wrong, Additions(None, None, None)
        return
    labels = [finding.label for finding in job.findings]
    filling = next((t for label in _HOLES if label in labels and (t := in_place(job, label))), None)
    if not set(labels).isdisjoint(("concedes_false", "flip")) and is_long(document):
        return  # what would be left of an argument, or of its lists, is none
    mends = filling is not None
    said, asked = reflection(job, user), question(job)
    if "concedes_false" in labels and not _known(job):
        # Where no pack knows what is so, the rest of the draft may go on with the belief, and this
        # cannot be seen: only comfort and questions stay.
        closed = [i for i in unguarded(job, document) if not is_open(job, document, i)]
        yield closed, Additions(filling, said, None, mends)
        yield closed, Additions(filling, None, asked, mends)
        return
    kept = warm(job, wrong)
    for out in ([i for i in wrong if i != kept], wrong) if kept is not None else (wrong,):
        if "soothe_only" not in labels and "cold" not in labels:
            yield out, Additions(filling, None, None, mends)
        yield out, Additions(filling, said, None if filling else asked, mends)
        yield out, Additions(filling, None, asked, mends)
    if said or filling:
        # Nothing of the draft but what must not be lost.
        yield unguarded(job, document), Additions(filling, said, asked, mends)
    for label in _MAYBE:
        if label in labels and (text := in_place(job, label)):
            yield wrong, Additions(text, said, None)
            yield wrong, Additions(text, None, asked)


def _made(job: Job, document: Document, out: Sequence[int], put: Additions) -> str:
    """The draft with this taken out and that put in; empty where too little would be left."""
    left = [one for i, one in enumerate(document.sentences) if i not in set(out)]
    asks = any("?" in one.text for one in left)
    explores = any(explored(job, i) for i in range(len(document.sentences)) if i not in set(out))
    thin = len({stem for one in left for stem in stems(one.words)}) < _SUBSTANCE
    if thin and not (put.reflection or explores or (put.mends and put.question)):
        return ""
    at = out[0] if out else int(opens_warmly(job))
    before = " ".join(part for part in (put.reflection, put.filling) if part)
    return spliced(document, out, before, at, None if asks else put.question)


def _known(job: Job) -> bool:
    """Whether a pack knows what is so in place of a belief that the draft concedes."""
    beliefs = job.report.reading.beliefs
    return any(
        beliefs[stance.belief].correction
        for stance in job.report.audit.stances
        if stance.stance == "concede"
    )
