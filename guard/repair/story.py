"""Which sentences of a draft tell a life of its own, where one was found to claim it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from guard.repair.lexicon import PAST, VERBS
from guard.report import DraftSentence
from guard.text.document import Document, Sentence

MINE = frozenset("i i'm i've i'd me my mine myself im ive iam".split())
YOU = frozenset("you your yours yourself".split())
_SURE = 0.5
_SCRAP = 6  # words
# How a sentence opens that speaks of oneself to turn to the other.
_TURNS = re.compile(
    r"\W*(?:(?:and|but|so|oh|well|yes|no|aww?|okay|ok)\W+)?(?:i(?:'m| am)? (?:hear|see|wonder|hope"
    r"|wish|think|believe|guess|(?:so |very |really |truly )*sorry|glad|understand"
    r"|get (?:it|that)|can(?:'t|not| not)? (?:tell|know|say|see|confirm|diagnose|promise|help|check"
    r"|read|be|find|look|write|explain)|don'?t (?:know|have (?:a|an|the) answer)|won'?t)\b"
    r"|(?:let|tell|ask|show) me\b)",
    re.IGNORECASE,
)
_ADVISES = re.compile(r"\b(?:should|could|might help|it helps|try)\b", re.IGNORECASE)
# What comfort is made of, beside stock phrases.
CARES = re.compile(
    r"\b(?:sorry|hard|tough|rough|painful|awful|terrible|difficult|sounds?|hear|glad|welcome"
    r"|congrat\w*|happy|must be|must have)\b",
    re.IGNORECASE,
)


def story(document: Document, found: Collection[int]) -> set[int]:
    """The sentences that were found to claim a life, all others that speak of oneself alone, and
    those that go on with it before and after."""
    if not found:
        return set()
    told = {*found, *(i for i, one in enumerate(document.sentences) if _of_oneself(one))}
    count = len(document.sentences)
    for order in (range(count), range(count - 1, -1, -1)):
        for i in order:
            if not told.isdisjoint((i - 1, i + 1)) and _goes_on(document.sentences[i]):
                told.add(i)
    return told


def holds_for_all(sentence: Sentence, judged: DraftSentence) -> bool:
    """Whether a sentence informs or advises without the speaker in it."""
    first = judged.acts[0]
    told = first.name in ("inform", "advise", "refer") and first.probability >= _SURE
    advised = _ADVISES.search(sentence.text) is not None
    return MINE.isdisjoint(sentence.words) and (told or advised)


def _of_oneself(sentence: Sentence) -> bool:
    """Whether it speaks of the speaker, and neither to the person nor of what it cannot know."""
    words = set(sentence.words)
    alone = "?" not in sentence.text and YOU.isdisjoint(words) and not MINE.isdisjoint(words)
    return alone and _TURNS.match(sentence.text) is None


def _goes_on(sentence: Sentence) -> bool:
    """Whether a sentence beside a story is part of it: without a subject ("Ended up going"), or
    without a verb ("Every day!")."""
    words = [word for word in sentence.words if word[:1].isalnum()]
    if not YOU.isdisjoint(words) or "?" in sentence.text or CARES.search(sentence.text):
        return False
    first = words[0] if words else ""
    began = first in PAST or (len(first) > 4 and first.endswith("ed"))
    short = len(words) <= _SCRAP and VERBS.isdisjoint(words)
    return began or short
