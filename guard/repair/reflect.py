"""The sentence of an offline rewrite that takes up what the user said: their own words said back,
else the feeling that shows in them. Pure; it adds nothing that the message does not hold."""

from __future__ import annotations

import re

from guard.audit.words import stems
from guard.repair import wording
from guard.repair.cut import meets
from guard.repair.job import Job
from guard.repair.mood import named, several
from guard.repair.shift import said_back
from guard.text.document import Document

_PARTICULARS = 2  # content words that a clause must have to be worth saying back
_SHORTEST = 4  # words; "you are alone" is true, and no way to say it
_FEW = 2  # sentences of a message that has no better clause than "I don't feel well"
_FEELS = frozenset(
    """feel feeling felt miss missing wish afraid scared tired exhausted lonely alone worried hurt
    hurts sad angry furious ashamed embarrassed nervous overwhelmed lost""".split()
)
_ABOUT_THEM = re.compile(r"you(?:'|\b)(?! mention that)")


def reflection(job: Job, user: Document) -> str | None:
    """The clause of the user's that tells most of what the feeling is about, said back. None where
    no clause is sure, or the message tells of danger: that is answered with care."""
    reading = job.report.reading
    if reading.risk.level != "none":
        return None
    avoid = [belief.span for belief in reading.beliefs]
    evidence = [s.evidence for s in reading.signals if s.function == reading.primary]
    stated = [emotion.span for emotion in reading.emotions if emotion.stated]
    best: tuple[tuple[bool, bool, int, int], str] | None = None
    for i, sentence in enumerate(user.sentences):
        span = user.span(i)
        if any(meets(span, one) for one in avoid):
            continue
        # "I feel so alone" holds one word that says something, and it is the one that counts.
        feels = not _FEELS.isdisjoint(sentence.words)
        told = len(stems(sentence.words)) + any(meets(span, one) for one in stated)
        told += feels * (1 + (len(user.sentences) <= _FEW))
        if told < _PARTICULARS:
            continue
        said = said_back(job.turn.user[sentence.start : sentence.end])
        if said is None or len(said.split()) < _SHORTEST:
            continue
        shows = feels or any(meets(span, one) for one in (*evidence, *stated))
        rank = (_ABOUT_THEM.match(said) is not None, shows, told, -i)
        if best is None or rank > best[0]:
            best = rank, said
    if best is None:
        return None
    _, said = best
    return f"{said[0].upper()}{said[1:]}."


def feeling(job: Job) -> str | None:
    """A sentence that names the feeling, or says that it is more than one. None where that is not
    sure, or the message may tell of danger."""
    if job.report.reading.risk.level != "none":
        return None
    name = named(job)
    words = wording.FEELINGS.get(name, ()) if name else wording.SEVERAL if several(job) else ()
    return wording.chosen(words, job.turn.user, job.turn.draft) if words else None
