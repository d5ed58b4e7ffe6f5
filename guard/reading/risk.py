"""Is there danger in the user's message? Cues and exemplars, never a prediction.

NICE guideline NG225 advises against scales that predict suicide or self-harm; what is found here
is only what a reply must not pass over.
"""

from __future__ import annotations

from collections.abc import Sequence

from guard.report import Risk, RiskLevel, Span
from guard.text.document import Document, Match
from guard.text.scored import Scored

_CUE_POSSIBLE, _CUE_ACUTE = 0.75, 0.9
_LEVEL = 0.4  # chosen on function_dev: what is missed weighs more than a false alarm
_SURE = 0.5  # where only sentences that speak of danger themselves count
_ACUTE = 0.4
_CARRIED = 0.6  # an acute danger of the messages before, unanswered
_OF_OTHERS = 0.5  # somebody else's danger that is past: possible, for the one who tells of it
# "A close friend of mine recently had a suicide attempt": words between the person and the danger.
_REACH = 14
_PEOPLE = frozenset(
    """he she they friend friends mate mates boy girl buddy bro brother sister cousin roommate
    flatmate classmate coworker colleague neighbour neighbor uncle aunt nephew niece mum mom dad
    mother father son daughter husband wife partner boyfriend girlfriend""".split()
)
# Nothing of these in between: "my wife left after the attempt" may well tell of the speaker's own.
_NOT_THEIRS = frozenset("i me my myself we us after since because about of".split())


def risk_in(
    user: Scored,
    earlier: Sequence[Document],
    assistant: Sequence[Document],
    *,
    whole: bool = True,
) -> Risk:
    """The level of risk, its probability, and the words that show it.

    Args:
        user: the user's latest message.
        earlier: the user's earlier messages. An acute danger in one of the last two is still there,
            as possible, until the assistant has answered it.
        assistant: the assistant's earlier messages.
        whole: False leaves out what the heads infer from the message as a whole.
    """
    least = _LEVEL if whole else _SURE
    figures = user.matches("risk.figure")
    cues = {
        "acute": _real(user.matches("risk.acute"), figures),
        "possible": _real(user.matches("risk.possible"), figures),
    }
    told = [m for m in user.matches("risk.past") if _of_another(user.document, m)]
    own = {
        level: [m for m in found if not any(t.start < m.end and m.start < t.end for t in told)]
        for level, found in cues.items()
    }
    # A phrase that names a danger is not talked away by what else is made of the message.
    acute = max(_CUE_ACUTE if own["acute"] else 0.0, _judged(user, "acute", whole=whole))
    possible = max(
        _CUE_POSSIBLE if own["possible"] else 0.0,
        _OF_OTHERS if told else 0.0,
        _judged(user, "acute", "possible", whole=whole),
    )
    seen_here = max(acute, possible) >= least
    if not (cues["acute"] or cues["possible"]) and _unanswered(earlier, assistant):
        possible = max(possible, _CARRIED)
    probability = max(acute, possible)
    level: RiskLevel = "none"
    if probability >= least:
        level = "acute" if acute >= _ACUTE else "possible"
    spans = {(m.start, m.end) for found in cues.values() for m in found}
    if not spans and max(user.highest("risk.acute"), user.highest("risk.possible")) >= least:
        spans = {_strongest(user)}
    if not spans and seen_here and (shown := user.place("risk.possible")) is not None:
        spans = {(shown.start, shown.end)}
    return Risk(
        level=level,
        probability=probability,
        acute=acute,
        spans=tuple(Span(source="user", start=s, end=e) for s, e in sorted(spans)),
    )


def _judged(user: Scored, *levels: str, whole: bool) -> float:
    """Exemplars of the levels, and the heads' word for the lowest of them."""
    parts = max(user.highest(f"risk.{level}") for level in levels)
    return user.blended(f"risk.{levels[-1]}", parts) if whole else parts


def _real(matches: tuple[Match, ...], figures: tuple[Match, ...]) -> list[Match]:
    """Matches that are not inside a figure of speech ("this traffic is killing me")."""
    return [
        match
        for match in matches
        if not any(f.start <= match.start and match.end <= f.end for f in figures)
    ]


def _of_another(document: Document, match: Match) -> bool:
    """Whether the one who did it is somebody else, named before it in the sentence."""
    before = document.sentences[match.sentence].words[: match.word][-_REACH:]
    people = [i for i, word in enumerate(before) if word in _PEOPLE]
    return bool(people) and _NOT_THEIRS.isdisjoint(before[people[-1] + 1 :])


def _unanswered(earlier: Sequence[Document], assistant: Sequence[Document]) -> bool:
    acute = any(
        _real(document.matched("risk.acute"), document.matched("risk.figure"))
        for document in earlier[-2:]
    )
    return acute and not any(d.has("risk.named") and d.has("risk.help") for d in assistant[-2:])


def _strongest(user: Scored) -> tuple[int, int]:
    scores = [
        max(pair) for pair in zip(user.of("risk.acute"), user.of("risk.possible"), strict=True)
    ]
    sentence = user.document.sentences[scores.index(max(scores))]
    return sentence.start, sentence.end
