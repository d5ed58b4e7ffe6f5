"""What kind of message a rewrite answers: which feeling comes first, whether it is a glad one,
whether the user is taking leave, asks what to do, or tells of a plan. Pure."""

from __future__ import annotations

import re

from guard.audit.parts import POSITIVE
from guard.audit.words import stems
from guard.repair.job import Job
from guard.report import Emotion, EmotionName
from guard.text.document import Document

_SURE = 0.55  # of an emotion that a sentence is built on
_ALSO = 0.5  # from which a distress counts beside gladness that is likelier
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|thx|ty|good ?(?:night|bye)|bye|take care"
    r"|have a (?:great|good|nice|lovely)|talk (?:soon|later)|see you)\b",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"\b(?:good ?(?:night|bye)|bye|take care|have a (?:great|good|nice|lovely)|talk (?:soon|later)"
    r"|see you)\b",
    re.IGNORECASE,
)
_MOST_OF_THANKS = 8  # content words of a message that does no more than thank
_ASKS = re.compile(
    r"\b(?:should i|(?:how|what) (?:do|can|could|should|would) (?:i|you)|any (?:advice|tips|ideas"
    r"|suggestions)|(?:don'?t|do not|dont|idk) (?:know )?(?:what|how) (?:to|i should)|help me)\b",
    re.IGNORECASE,
)
_PLANS = re.compile(
    r"\b(?:i(?:'ll| will| might| may| need to| should|'m going to|'m gonna| am going to)"
    r"|thinking (?:of|about)|planning (?:to|on))\b",
    re.IGNORECASE,
)


def chief(job: Job) -> EmotionName | None:
    """The likeliest distress that is sure enough to build on; None where there is none, or gladness
    comes first and nothing else is likely."""
    found = _distress(job)
    return found[0].name if found and found[0].probability >= _SURE else None


def glad(job: Job) -> EmotionName | None:
    """The glad emotion, where gladness comes first and no distress is likely beside it."""
    emotions = job.report.reading.emotions
    if not emotions:
        return None
    likeliest = max(emotions, key=lambda one: one.probability)
    other = _distress(job)
    if likeliest.name not in POSITIVE or (other and other[0].probability >= _ALSO):
        return None
    return likeliest.name


def thanks(job: Job, user: Document) -> bool:
    """Whether the message does little more than thank."""
    said = {stem for sentence in user.sentences for stem in stems(sentence.words)}
    return (
        _THANKS.search(job.turn.user) is not None
        and "?" not in job.turn.user
        and len(said) <= _MOST_OF_THANKS
        and job.report.reading.risk.level == "none"
        and chief(job) is None
    )


def leaves(job: Job) -> bool:
    """Whether the user says goodbye."""
    return _LEAVING.search(job.turn.user) is not None


def asks_what_to_do(job: Job) -> bool:
    """Whether the user asks what to do, or says that they do not know."""
    return _ASKS.search(job.turn.user) is not None


def plans(job: Job) -> bool:
    """Whether the user speaks of what they will do or might."""
    return _PLANS.search(job.turn.user.replace("\u2019", "'")) is not None


def _distress(job: Job) -> list[Emotion]:
    found = [one for one in job.report.reading.emotions if one.name not in POSITIVE]
    return sorted(found, key=lambda one: (one.stated, one.probability), reverse=True)
