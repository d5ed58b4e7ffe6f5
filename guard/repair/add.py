"""What an offline rewrite says in place of what it takes out, where that leaves a hole. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from guard.audit.words import stems
from guard.repair import wording
from guard.repair.job import Job
from guard.report import Belief

_SHORT = 30  # words of a sentence that is said once more
_PARTICULARS = 2  # content words of a sentence that is worth saying once more
_ASKED = re.compile(
    r"\b(?:(?:do|did|does|have|has|are|were|can|could) (?:you|u|any ?one|any ?body"
    r"|any of you|y'?all)|any ?one else|what about you"
    r"|your (?:own )?(?:experiences?|strateg\w*|advice))\b",
    re.IGNORECASE,
)


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
        said = (known[0].correction or "").rstrip(". ")
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
    if label == "self_claim" and not _ASKED.search(job.turn.user):
        return None  # nobody asked for an experience of it
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
