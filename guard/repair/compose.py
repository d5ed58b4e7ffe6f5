"""Candidates for an offline rewrite: what is taken out of the draft, and what is put in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from guard.audit.words import stems
from guard.repair.add import in_place, question, reflection
from guard.repair.cut import has_care, opens_warmly, unguarded, warm, wrong_sentences
from guard.repair.job import Job
from guard.repair.splice import spliced
from guard.text.document import Document

# Faults that leave a hole where they are taken out, the one to fill first.
_HOLES = ("concedes_false", "flip", "false_contradiction")
# Those that need no word in their place, but may have one.
_MAYBE = ("attachment", "self_claim")
# A draft that goes on so long after a conceded belief goes on with that belief: taking out a
# sentence would be paint. Where a pack knows what is so, it can be said all the same.
_LONG = 8
_SUBSTANCE = 3  # content words without which what is left of a draft says nothing


@dataclass(frozen=True, slots=True)
class Additions:
    """What may be put in: in place of what is taken out, before the rest, and after it all."""

    filling: str | None
    reflection: str | None
    question: str | None


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
    if has_care(document):
        # Help in a crisis is left as it stands: nothing comes before it or after it.
        yield wrong, Additions(None, None, None)
        return
    labels = [finding.label for finding in job.findings]
    filling = next((t for label in _HOLES if label in labels and (t := in_place(job, label))), None)
    if "concedes_false" in labels and _goes_on(job, document):
        return
    said, asked = reflection(job, user), question(job)
    kept = warm(job, wrong)
    for out in ([i for i in wrong if i != kept], wrong) if kept is not None else (wrong,):
        if "soothe_only" not in labels and "cold" not in labels:
            yield out, Additions(filling, None, None)
        yield out, Additions(filling, said, None if filling else asked)
        yield out, Additions(filling, None, asked)
    if said and not set(_HOLES).intersection(labels):
        # Nothing of the draft but what must not be lost.
        yield unguarded(job, document), Additions(None, said, asked)
    for label in _MAYBE:
        if label in labels and (text := in_place(job, label)):
            yield wrong, Additions(text, said, None)
            yield wrong, Additions(text, None, asked)


def _made(job: Job, document: Document, out: Sequence[int], put: Additions) -> str:
    """The draft with this taken out and that put in; empty where too little would be left."""
    left = [one for i, one in enumerate(document.sentences) if i not in set(out)]
    thin = len({stem for one in left for stem in stems(one.words)}) < _SUBSTANCE
    holds = any(label in _HOLES for label in (f.label for f in job.findings)) and put.filling
    if thin and not any("?" in one.text for one in left) and not put.reflection and not holds:
        return ""
    at = out[0] if out else int(opens_warmly(job))
    before = " ".join(part for part in (put.reflection, put.filling) if part)
    asks = any("?" in one.text for one in left)
    return spliced(document, out, before, at, None if asks else put.question)


def _goes_on(job: Job, document: Document) -> bool:
    conceded = {s.belief for s in job.report.audit.stances if s.stance == "concede"}
    beliefs = job.report.reading.beliefs
    known = any(beliefs[i].correction for i in conceded) if conceded else False
    return len(document.sentences) > _LONG and not known
