"""Which emotions the user has, whether they named them, and how strong they are.

An emotion counts only if it is the user's own: a friend's fury, a lyric or a denied feeling ("I'm
not sad") is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from guard.report import Emotion, EmotionName, Risk, Span
from guard.text.document import Document, Match
from guard.text.quotes import is_quoted
from guard.text.scored import Scored

NAMES: tuple[EmotionName, ...] = get_args(EmotionName)
_NEGATIONS = frozenset("not no never without hardly nt".split())
_OWN = frozenset("i me myself we us".split())
_IS = frozenset("is was are were 's feels felt seems seemed looks looked gets got".split())
_SUBJECTS_NOT_PEOPLE = frozenset("it that this which i we life everything what there".split())
_NEGATION_REACH = 3
_SIGN = 0.6  # a sign of an emotion ("crying") that does not name it
_NAMED_OWN, _NAMED_BARE, _NAMED_OTHER = 0.95, 0.7, 0.25
_LISTED = 0.45
_LISTED_BY_HEADS = 0.3  # chosen on the development split of the project's own text


def emotions_in(user: Scored, *, stated_only: bool) -> tuple[Emotion, ...]:
    """Emotions of the user's message, likeliest first.

    Args:
        user: the message.
        stated_only: leave out what the user does not name.
    """
    found: list[Emotion] = []
    for name in NAMES:
        named = [(_holding(user.document, m), m) for m in user.matches(f"emotion.{name}")]
        probability, match = max(named, key=lambda n: n[0], default=(0.0, None))
        if match is not None and probability >= _LISTED:
            span = Span(source="user", start=match.start, end=match.end)
            found.append(Emotion(name=name, probability=probability, stated=True, span=span))
        elif not stated_only and (inferred := _inferred(user, name)) is not None:
            found.append(inferred)
    return tuple(sorted(found, key=lambda e: (-e.probability, NAMES.index(e.name))))


def stated_places(user: Scored) -> set[int]:
    """Offsets of all words by which the user names an emotion of their own."""
    return {
        match.start
        for name in NAMES
        for match in user.matches(f"emotion.{name}")
        if _holding(user.document, match) >= _LISTED
    }


def names_emotion(document: Document) -> bool:
    """Whether the user names an emotion of their own."""
    return any(
        _holding(document, match) >= _LISTED
        for name in NAMES
        for match in document.matched(f"emotion.{name}")
    )


def intensity_of(user: Scored, emotions: Sequence[Emotion], signals: bool, risk: Risk) -> int:
    """0 none, 1 mild, 2 clear, 3 overwhelming."""
    if risk.level == "acute":
        return 3
    document = user.document
    if user.trained and (emotions or signals):
        judged = sum(user.text[f"intensity.{least}"] >= 0.5 for least in (1, 2, 3))
        return max(judged, 2 if risk.level == "possible" else 1)
    strongest = max((e.probability for e in emotions), default=0.0)
    if not emotions and not signals and risk.level == "none":
        return 0
    if document.has("intensity.high"):
        return 3
    if document.has("intensity.low") and risk.level == "none":
        return 1
    return 2 if strongest >= _NAMED_BARE or risk.level == "possible" or signals else 1


def _holding(document: Document, match: Match) -> float:
    """How sure it is that a named emotion is the user's, and there at all."""
    sentence = document.sentences[match.sentence]
    before = sentence.words[: match.word]
    # "I can't stop crying" is no denial.
    if _NEGATIONS.intersection(before[-_NEGATION_REACH:]) and before[-1:] != ("stop",):
        return 0.0
    others = [m.word for m in document.matched("holder.other") if m.sentence == match.sentence]
    if any(word < match.word for word in others) and not _OWN.intersection(before[-4:]):
        return _NAMED_OTHER
    if _of_someone_else(before) or is_quoted(document.text, sentence.start, match.start):
        return _NAMED_OTHER
    return _NAMED_OWN if _OWN.intersection(sentence.words) else _NAMED_BARE


def _of_someone_else(before: Sequence[str]) -> bool:
    """ "The queen is so (terrified)": the nearest verb of being has a subject that is not "I"."""
    for i in range(len(before) - 1, max(len(before) - 4, 0), -1):
        if before[i] in _IS:
            return before[i - 1] not in _SUBJECTS_NOT_PEOPLE
        if before[i] in _OWN or before[i] == "am":
            return False
    return False


def _inferred(user: Scored, name: EmotionName) -> Emotion | None:
    scores = list(user.of(f"emotion.{name}"))
    for match in user.matches(f"emotion.{name}"):
        # Named, and found to be denied or somebody else's: nothing is left to infer there.
        scores[match.sentence] = 0.0
    signs = [m for m in user.matches(f"sign.{name}") if _holding(user.document, m) > _NAMED_OTHER]
    for match in signs:
        scores[match.sentence] = max(scores[match.sentence], _SIGN)
    highest = max(scores, default=0.0)
    denied = bool(user.matches(f"emotion.{name}")) and not highest
    # Heads and exemplars know different emotions, and both are shy of rare ones.
    whole = 0.0 if denied else user.text.get(f"emotion.{name}", 0.0)
    probability = max(highest, whole)
    if not scores or probability < (_LISTED_BY_HEADS if user.trained else _LISTED):
        return None
    surest = user.place(f"emotion.{name}") if whole > highest else None
    return Emotion(
        name=name,
        probability=min(probability, 1.0),
        stated=False,
        span=surest or user.document.span(scores.index(highest)),
    )
