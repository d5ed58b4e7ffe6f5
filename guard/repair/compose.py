"""Candidates for an offline rewrite: what is taken out of the draft, and what is put in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from guard.audit.words import stems
from guard.repair import wording
from guard.repair.add import in_place
from guard.repair.ask import after_thanks, questions
from guard.repair.cut import (
    aside,
    cares,
    comforts,
    explored,
    has_care,
    is_long,
    is_open,
    opens,
    unguarded,
    warm,
    wrong_sentences,
)
from guard.repair.job import Job
from guard.repair.mood import thanks
from guard.repair.reflect import feeling, reflection
from guard.repair.splice import spliced
from guard.text.document import Document, Sentence

# Faults that leave a hole where they are taken out, the one to fill first.
_HOLES = ("concedes_false", "flip", "false_contradiction")
# Those after which what is left of a draft is not enough by itself.
_NEED_MORE = ("soothe_only", "cold", "false_contradiction")
_SUBSTANCE = 3  # content words without which what is left of a draft says nothing


@dataclass(frozen=True, slots=True)
class Additions:
    """What may be put in, two of them at most: what takes up the message, what stands in place of
    what is taken out, and a question after it all."""

    said: str | None = None
    filling: str | None = None
    question: str | None = None
    mends: bool = False  # the filling says something in place of what was said wrong


NOTHING = Additions()
Way = tuple[Sequence[int], Additions]


def candidates(job: Job, also: Collection[int] = ()) -> Iterator[str]:
    """Rewritten drafts, the one that changes least first; none if no sentence is sure. Each is made
    when it is asked for: most often the first will do.

    Args:
        job: the draft and what was found.
        also: sentences of the draft that should go as well.
    """
    document = job.draft
    if not document.sentences:
        return
    wrong = wrong_sentences(job, document, also)
    made = {"", job.turn.draft}
    for way in _ways(job, document, job.user, wrong):
        text = _made(job, document, *way)
        if text not in made:
            made.add(text)
            yield text


def _ways(job: Job, document: Document, user: Document, wrong: Sequence[int]) -> Iterator[Way]:
    """What to take out and what to put in, the least first."""
    if has_care(document.text):
        # Help in a crisis is left as it stands: nothing comes before it or after it.
        yield wrong, NOTHING
        return
    if thanks(job, user):
        yield from _after_thanks(job, document, wrong)
        return
    labels = {finding.label for finding in job.findings}
    if labels & {"concedes_false", "flip"} and is_long(document):
        return  # what would be left of an argument, or of its lists, is none
    said = reflection(job, user)
    if "false_contradiction" in labels:
        said = said or feeling(job)
    filling = _filling(job, labels, said)
    asked = questions(job, said) or (None,)
    if "concedes_false" in labels and not _known(job):
        yield from _closed(job, document, Additions(said, filling), asked)
        return
    if job.report.reading.risk.level != "none" and not _still_cares(job, document, wrong):
        return  # what would be left does not turn to somebody who may be in danger
    story = "self_claim" in labels and 3 * len(wrong) >= len(document.sentences)
    if story:
        # What would be left are scraps of it, but for what turns to the person.
        wrong = sorted({*wrong, *aside(job, document)})
    mends = filling is not None
    kept = warm(job, wrong)
    for out in ([i for i in wrong if i != kept], wrong) if kept is not None else (wrong,):
        if not story and labels.isdisjoint(_NEED_MORE):
            yield out, Additions(None, filling, None, mends)
        yield out, Additions(said, filling, None if filling else asked[0], mends)
        yield from ((out, Additions(None, filling, ask, mends)) for ask in asked)
    # Nothing of the draft but what must not be lost.
    bare = sorted({*wrong, *unguarded(job, document)})
    plain = in_place(job, "self_claim") if story else None
    top = None if filling else said or plain or feeling(job)
    if filling or top:
        yield from ((bare, Additions(top, filling, ask, mends)) for ask in asked)
    if "attachment" in labels and (text := in_place(job, "attachment")):
        yield wrong, Additions(said, text)
        yield wrong, Additions(None, text, asked[0])


def _closed(
    job: Job, document: Document, put: Additions, asked: Sequence[str | None]
) -> Iterator[Way]:
    """Where no pack knows what is so, the rest of the draft may go on with the belief, and this
    cannot be seen: only comfort and questions stay."""
    out = unguarded(job, document)
    stay = set(range(len(document.sentences))).difference(out)
    out = [i for i in out if not is_open(job, document, i)]
    if put.filling and any(not is_open(job, document, i) for i in stay):
        return  # what would be said in place of the belief, and what must stay, would not agree
    mends = put.filling is not None
    yield out, Additions(put.said, put.filling, None if mends else asked[0], mends)
    yield from ((out, Additions(None, put.filling, ask, mends)) for ask in asked)


def _after_thanks(job: Job, document: Document, wrong: Sequence[int]) -> Iterator[Way]:
    """Who thanks, or says goodbye, is not asked to go back into it."""
    welcome, last = after_thanks(job)
    kept = warm(job, wrong)
    said = None if "welcome" in document.text.lower() else welcome
    if kept is not None:
        yield [i for i in wrong if i != kept], Additions(said, None, last)
    yield wrong, Additions(said, None, last)
    yield unguarded(job, document), Additions(welcome, None, last)


def _filling(job: Job, labels: Collection[str], said: str | None) -> str | None:
    """What stands in place of what is taken out. To say somebody's words back is to believe them:
    where that is done, nothing more is said about it."""
    holes = [label for label in _HOLES if label in labels]
    if said:
        holes = [label for label in holes if label != "false_contradiction"]
    return next((text for label in holes if (text := in_place(job, label))), None)


def _made(job: Job, document: Document, out: Sequence[int], put: Additions) -> str:
    """The draft with this taken out and that put in; empty where too little would be left."""
    gone = set(out)
    stay = [i for i in range(len(document.sentences)) if i not in gone]
    left = [document.sentences[i] for i in stay]
    if put.said and any(_says_as_much(one, put.said) for one in left):
        return ""
    asks = any("?" in one.text for one in left)
    speaks = any(explored(job, i) or (put.question and comforts(job, i)) for i in stay)
    thin = len({stem for one in left for stem in stems(one.words)}) < _SUBSTANCE
    if thin and not (put.said or speaks or (put.mends and put.question)):
        return ""
    before = " ".join(part for part in (put.said, put.filling) if part)
    at = out[0] if put.filling and out else int(0 in stay and opens(job, document))
    if put.said in wording.WELCOME:
        at = 0
    return spliced(document, out, before, at, None if asks else put.question)


def _still_cares(job: Job, document: Document, wrong: Collection[int]) -> bool:
    left = set(range(len(document.sentences))).difference(wrong)
    return any(cares(job, i) for i in left)


def _says_as_much(sentence: Sentence, said: str) -> bool:
    """Whether a sentence that stays has most of the words that would be said back."""
    words = set(said.lower().rstrip(".").split())
    return 2 * len(words.intersection(sentence.words)) > len(words)


def _known(job: Job) -> bool:
    """Whether a pack knows what is so in place of a belief that the draft concedes."""
    beliefs = job.report.reading.beliefs
    return any(
        beliefs[stance.belief].correction
        for stance in job.report.audit.stances
        if stance.stance == "concede"
    )
