"""Which sentences of a draft tell a life of its own, where one was found to claim it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from guard.repair.lexicon import PAST
from guard.report import DraftSentence
from guard.text.document import Document, Sentence

MINE = frozenset("i i'm i've i'd me my mine myself im ive iam".split())
YOU = frozenset("you your yours yourself".split())
_LISTED = 0.4  # of an act that is not the first
_SURE = 0.5
_FRAGMENT = 3  # words
# How a sentence opens that speaks of oneself to turn to the other.
_TURNS = re.compile(
    r"\W*(?:(?:and|but|so|oh|well|yes|no|aww?|okay|ok)\W+)?(?:i(?:'m| am)? (?:hear|see|wonder|hope"
    r"|wish|think|believe|guess|(?:so |very |really |truly )*sorry|glad|understand"
    r"|get (?:it|that))\b|(?:let|tell|ask|show) me\b)",
    re.IGNORECASE,
)
# What only somebody says who has a past, wherever in a draft it stands.
_LIVED = re.compile(
    r"\b(?:i(?:'ve| have|ve)? (?:(?:also|always|never|just|once|even|personally) )*"
    r"(?:stayed|been|had|lived|went|gone|did|felt|was|used to|got|took|started|tried|struggled"
    r"|relapsed|lost|grew|dropped|managed|learned|realized|realised)|when i (?:was|had|felt)|my own"
    r"|my (?:mom|mum|mother|dad|father|brother|sister|wife|husband|friend|therapist|doctor|family"
    r"|depression|anxiety|life))\b",
    re.IGNORECASE,
)
_ADVISES = re.compile(r"\b(?:should|could|might help|it helps|try)\b", re.IGNORECASE)
# What comfort is made of, beside stock phrases.
CARES = re.compile(
    r"\b(?:sorry|hard|tough|rough|painful|awful|terrible|difficult|sounds?|hear|glad|welcome"
    r"|congrat\w*|happy|must be|must have)\b",
    re.IGNORECASE,
)


def story(
    document: Document, sentences: Sequence[DraftSentence], found: Collection[int]
) -> set[int]:
    """The sentences that were found to claim a life, those that claim it beside something else or
    tell of a past, and those that go on with it before and after."""
    told = set(found)
    for i, sentence in enumerate(document.sentences):
        claims = any(a.name == "self_claim" and a.probability >= _LISTED for a in sentences[i].acts)
        lived = _LIVED.search(sentence.text) is not None
        if (claims or lived) and _of_oneself(sentence) and not _turns(sentence):
            told.add(i)
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


def _goes_on(sentence: Sentence) -> bool:
    """Whether a sentence beside a story is part of it: of the speaker, without a subject, or a
    scrap ("Every day!")."""
    words = [word for word in sentence.words if word[:1].isalnum()]
    if not YOU.isdisjoint(words) or "?" in sentence.text:
        return False
    if not MINE.isdisjoint(words):
        return not _turns(sentence)
    first = words[0] if words else ""
    ended = first in PAST or (len(first) > 4 and first.endswith("ed"))
    return ended or (len(words) <= _FRAGMENT and not CARES.search(sentence.text))


def _of_oneself(sentence: Sentence) -> bool:
    words = set(sentence.words)
    return "?" not in sentence.text and YOU.isdisjoint(words) and not MINE.isdisjoint(words)


def _turns(sentence: Sentence) -> bool:
    return _TURNS.match(sentence.text) is not None
