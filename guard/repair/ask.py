"""The one open question that an offline rewrite may ask. Pure.

It fits what the feeling tells (the function), which feeling it is, whom or what it is about, and
what the message does. The second is asked where the first does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guard.audit.parts import POSITIVE
from guard.repair import wording
from guard.repair.job import Job
from guard.repair.mood import asks_what_to_do, chief, glad, grave, leaves, plans, thanked
from guard.repair.shift import someone_in

_LOSS = re.compile(
    r"\b(?:died|dies|passed|passing|death|funeral|buried|grave|grief|grieving|put (?:him|her) down"
    r"|lost my)\b",
    re.IGNORECASE,
)
_OWN_WRONG = re.compile(
    r"\b(?:my (?:own )?fault|i(?:'m| am|m)? (?:so )?sorry|i did ?n['o]?t mean|i should(?:n't)? have"
    r"|i feel (?:so )?(?:guilty|bad (?:for|about)))\b",
    re.IGNORECASE,
)
_MATTER = re.compile(
    r"\bmy (?:(?:new|old|own|first|last|final|next|current) )?(job|work|interview|exams?|finals"
    r"|thesis|degree|course|class|classes|school|studies|grades|marriage|relationship|divorce"
    r"|breakup|wedding|surgery|operation|treatment|pregnancy|house|rent|mortgage|debts?|loans?"
    r"|bills|business|career|application|presentation|project|weight|sleep|training)\b",
    re.IGNORECASE,
)


def questions(job: Job, said: str | None) -> tuple[str, ...]:
    """Questions in the order in which they are to be tried; none where nothing is felt, or there is
    danger.

    Args:
        job: the turn and what was found.
        said: the sentence before the question, which names what it is about already.
    """
    if any(finding.label == "flip" for finding in job.findings):
        return (_of(job, wording.OTHERWISE),)
    reading = job.report.reading
    if reading.risk.level != "none":
        return ()
    if not (reading.primary or reading.emotions or reading.beliefs):
        return ()
    about = [_of_a_belief(job)] if any(f.label == "concedes_false" for f in job.findings) else []
    asked = [*about, _first(job, said or ""), _second(job)]
    return tuple(dict.fromkeys(one for one in asked if one))


def after_thanks(job: Job) -> tuple[str, str]:
    """What answers thanks, and what is said or asked after it: nothing is asked of who leaves."""
    last = wording.PARTING if leaves(job) else wording.ASK_AFTER_THANKS
    return _of(job, wording.WELCOME), _of(job, last)


def _first(job: Job, said: str) -> str:
    primary, emotion, happy = job.report.reading.primary, chief(job), glad(job)
    if grave(job):
        return _second(job)
    someone = someone_in([job.turn.user])
    if emotion is None and happy is not None and not (happy == "gratitude" and thanked(job)):
        return _of(job, wording.ASK_GLAD[happy])
    lost = someone_in([job.turn.user], pets=True)
    if lost and (emotion == "grief" or _LOSS.search(job.turn.user)):
        return _of(job, wording.ASK_OF_THE_LOST).format(lost)
    if asks_what_to_do(job) and emotion != "grief":
        return _of(job, wording.ASK_BACK)
    if primary == "other" and someone:
        return _of(job, wording.ASK_ABOUT).format(someone)
    if _OWN_WRONG.search(job.turn.user.replace("\u2019", "'")):
        return _of(job, wording.ASK["guilt"])
    if primary == "norm":
        return _of(job, wording.ASK_NORM)
    matter = _MATTER.search(job.turn.user)
    if emotion in wording.ABOUT_A_MATTER and matter and matter[1].lower() not in said.lower():
        return _of(job, wording.ASK_OF_A_MATTER).format(f"your {matter[1].lower()}")
    if emotion is not None and emotion in wording.ASK:
        return _of(job, wording.ASK[emotion])
    if plans(job):
        return _of(job, wording.ASK_PLAN)
    return _second(job)


def _of_a_belief(job: Job) -> str | None:
    """A question about what is believed, where it was made out what that is."""
    beliefs = job.report.reading.beliefs
    if not beliefs:
        return None
    return _of(job, wording.ASK_BELIEF[max(beliefs, key=lambda one: one.false).type])


def _second(job: Job) -> str:
    """A question for the function alone."""
    primary = job.report.reading.primary
    if primary == "norm":
        return _of(job, wording.ASK_NORM)
    if primary == "other":
        return _of(job, wording.ASK_OTHER)
    felt = any(one.name not in POSITIVE for one in job.report.reading.emotions)
    return _of(job, wording.ASK_SELF if felt and glad(job) is None else wording.ASK_PLAIN)


def _of(job: Job, words: Sequence[str]) -> str:
    return wording.chosen(words, job.turn.user, job.turn.draft)
