"""The sentences that an offline rewrite may add: at most two, and only ones that are sure. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from guard.audit.parts import POSITIVE
from guard.audit.words import stems
from guard.repair import wording
from guard.repair.cut import meets
from guard.repair.job import Job
from guard.repair.shift import said_back, someone_in
from guard.report import Belief, Function
from guard.text.document import Document

_SHORT = 30  # words of a sentence that is said once more
_PARTICULARS = 2  # content words that a clause must have to be worth saying back
_YOU = frozenset("you u you're your".split())


def reflection(job: Job, user: Document) -> str | None:
    """A sentence made from the user's own words, and what the feeling tells. None where no clause
    is sure, or the message tells of danger: that is answered with care, not said back."""
    reading = job.report.reading
    if reading.risk.level != "none":
        return None
    avoid = [belief.span for belief in reading.beliefs]
    evidence = [s.evidence for s in reading.signals if s.function == reading.primary]
    clauses = [
        (
            said.startswith(("you ", "you'")) and not said.startswith("you mention"),
            any(meets(user.span(i), span) for span in evidence),
            len(stems(sentence.words)),
            -i,
            said,
        )
        for i, sentence in enumerate(user.sentences)
        if not any(meets(user.span(i), span) for span in avoid)
        and len(stems(sentence.words)) >= _PARTICULARS
        and (said := said_back(job.turn.user[sentence.start : sentence.end])) is not None
    ]
    if not clauses:
        return None
    _, shows, _, _, said = max(clauses)
    tails = wording.TAILS.get(reading.primary, ()) if reading.primary and _distressed(job) else ()
    if not tails or not shows or "," in said:
        return f"{_capital(said)}."
    return f"{_capital(said)}, {wording.chosen(tails, job.turn.user, job.turn.draft)}."


def question(job: Job) -> str | None:
    """One open question that serves the primary function. None where nothing is felt."""
    reading, turn = job.report.reading, (job.turn.user, job.turn.draft)
    if any(finding.label == "flip" for finding in job.findings):
        return wording.chosen(wording.OTHERWISE, *turn)
    felt = bool(reading.emotions) and _distressed(job)
    function: Function | None = reading.primary or ("self" if felt else None)
    if function is None or reading.risk.level != "none":
        return None
    if not _distressed(job):
        return wording.chosen(wording.GLAD, *turn)
    if function == "other" and (someone := someone_in([job.turn.user])):
        return wording.chosen(wording.QUESTIONS_ABOUT, *turn).format(someone)
    return wording.chosen(wording.QUESTIONS[function], *turn)


def correction(job: Job) -> str | None:
    """In place of a conceded belief: what is so and who says it, where a pack knows; else that it
    is open. None where no belief was read."""
    conceded = [
        job.report.reading.beliefs[stance.belief]
        for stance in job.report.audit.stances
        if stance.stance == "concede"
    ]
    turn = (job.turn.user, job.turn.draft)
    beliefs: Sequence[Belief] = conceded or job.report.reading.beliefs
    known = [one for one in beliefs if one.correction and one.source]
    if known:
        said = (known[0].correction or "").rstrip()
        text = wording.chosen(wording.KNOWN, *turn)
        return text.format(correction=said, source=(known[0].source or "").rstrip(". ")) + "."
    if not beliefs:
        return None
    likeliest = max(beliefs, key=lambda belief: belief.false)
    return wording.chosen(wording.CORRECTIONS[likeliest.type], *turn)


def in_place(job: Job, label: str) -> str | None:
    """What stands in place of what was taken out, for the faults that leave a hole."""
    turn = (job.turn.user, job.turn.draft)
    if label == "concedes_false":
        return correction(job)
    if label == "flip" and (before := _said_before(job)):
        return wording.chosen(wording.STANDS_BY, *turn).format(before)
    if label == "self_claim" and _YOU.isdisjoint(job.turn.user.lower().split()):
        return None  # nobody asked what the assistant is
    words = {
        "flip": wording.STANDS,
        "false_contradiction": wording.BELIEVED,
        "attachment": wording.PEOPLE,
        "self_claim": wording.PLAIN,
    }.get(label)
    return None if words is None else wording.chosen(words, *turn)


def _said_before(job: Job) -> str | None:
    """The first sentence of the assistant's last message, if it says something and is short."""
    said = [m.content for m in job.turn.context if m.role == "assistant"]
    sentences = job.rules.documents.read(said[-1], "draft").sentences if said else ()
    for one in sentences[:1]:
        text = said[-1][one.start : one.end]
        if len(stems(one.words)) >= _PARTICULARS and len(one.words) <= _SHORT and "?" not in text:
            return text
    return None


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _distressed(job: Job) -> bool:
    """Whether the likeliest emotion is none of the glad ones."""
    emotions = job.report.reading.emotions
    return not emotions or max(emotions, key=lambda e: e.probability).name not in POSITIVE
