"""What kind of message a rewrite answers: which feeling comes first, whether it is a glad one,
whether the user is taking leave, asks what to do, or tells of a plan. Pure."""

from __future__ import annotations

import re

from guard.audit.parts import POSITIVE
from guard.audit.words import stems
from guard.repair.grave import is_grave
from guard.repair.job import Job
from guard.report import Emotion, EmotionName
from guard.text.document import Document

_SURE = 0.6  # of an emotion that a question is built on
_NAMED, _AHEAD = 0.55, 0.15  # of one that is named though the user did not name it
_ALSO = 0.4  # from which an emotion counts as one of several
_MUCH = 12  # words of a message in which there can be much
_WRONGED: tuple[EmotionName, ...] = ("hurt", "anger", "frustration", "disappointment")
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
_MOST_OF_THANKS = 6  # content words of a message that does no more than thank
_LONGEST_THANKS = 25  # words
_DENIES = re.compile(r"n['\u2019]t\b|\b(?:not|never|but|though|dont|cant)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:should i (?!be\b)|(?:how|what) (?:do|can|could|should|would) i\b|any (?:advice|tips"
    r"|ideas|suggestions)|(?:don'?t|do not|idk) (?:know )?(?:what|how) (?:to do|i should)|help me)",
    re.IGNORECASE,
)
_PLANS = re.compile(
    r"\b(?:i(?:'ll| will| (?:definitely )?plan to| might| may| need to| should|'m going to"
    r"|'m gonna| am going to)|thinking (?:of|about)|planning (?:to|on))\b",
    re.IGNORECASE,
)


def chief(job: Job) -> EmotionName | None:
    """The likeliest distress that is sure enough to ask about; None where there is none, or the
    user names a gladness that is likelier, and no distress."""
    found = _distress(job)
    first = max(job.report.reading.emotions, key=lambda one: one.probability, default=None)
    mixed = first is not None and first.name in POSITIVE and first.stated
    sure = found and found[0].probability >= _SURE and (found[0].stated or not mixed)
    return found[0].name if sure else None


def named(job: Job) -> EmotionName | None:
    """The distress that may be named: the user did, or it is likely, and far ahead of others."""
    name, found = chief(job), _distress(job)
    if name is None or grave(job):
        return None
    if job.report.reading.primary == "norm":
        # What was done to somebody hurts, or makes angry; what else they feel comes after that.
        wronged = {one.name for one in found if one.probability >= _SURE}
        return next((one for one in _WRONGED if one in wronged), None)
    ahead = [*(one.probability for one in found[1:]), 0.0][0] + _AHEAD
    first = found[0]
    sure = first.stated or first.probability >= max(_NAMED, ahead)
    return name if sure else None


def several(job: Job) -> bool:
    """Whether the message tells of several kinds of distress, none of them far ahead."""
    found = [one for one in _distress(job) if one.probability >= _ALSO]
    enough = len(job.turn.user.split()) >= _MUCH and not thanked(job)
    return enough and len(found) > 1 and glad(job) is None and not grave(job)


def glad(job: Job) -> EmotionName | None:
    """The glad emotion, where gladness comes first and there is no distress beside it."""
    emotions = job.report.reading.emotions
    if not emotions or grave(job):
        return None
    first = max(emotions, key=lambda one: one.probability)
    if first.name not in POSITIVE or any(one.probability >= _ALSO for one in _distress(job)):
        return None
    return first.name if first.stated or first.probability >= _SURE else None


def grave(job: Job) -> bool:
    """Whether a word of the message may tell of danger, though none was read."""
    return is_grave(job.turn.user)


def thanks(job: Job, user: Document) -> bool:
    """Whether the message does little more than thank."""
    said = {stem for sentence in user.sentences for stem in stems(sentence.words)}
    return (
        thanked(job)
        and "?" not in job.turn.user
        and not _DENIES.search(job.turn.user)
        and len(said) <= _MOST_OF_THANKS
        and len(job.turn.user.split()) <= _LONGEST_THANKS
        and job.report.reading.risk.level == "none"
        and chief(job) is None
        and not grave(job)
    )


def thanked(job: Job) -> bool:
    """Whether the user thanks, or takes leave, in whatever else they say."""
    return _THANKS.search(job.turn.user) is not None


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
    # To be unsure of something is no distress by itself, unless the user says that it is.
    found = [
        one
        for one in job.report.reading.emotions
        if one.name not in POSITIVE and (one.stated or one.name != "confusion")
    ]
    return sorted(found, key=lambda one: (one.stated, one.probability), reverse=True)
