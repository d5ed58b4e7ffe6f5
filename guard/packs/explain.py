"""Why a rule fired on a turn, or did not: every condition, and the nearest exemplars."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from guard.errors import InputError
from guard.packs.checks import Held
from guard.packs.conditions import Says
from guard.packs.firing import fire, short_of
from guard.packs.vectors import vectors_of
from guard.report import Finding, Report
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.judge import Judge
    from guard.text.scored import Scored

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Near:
    """An exemplar, the sentence of the text nearest to it (its number, from 1), and the cosine."""

    side: str
    exemplar: str
    sentence: int
    cosine: float
    at_least: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`parts` of its condition, `unless` for each exception whether it holds; `finding` if it
    fired, `report` what became of the turn."""

    rule: str
    score: str
    parts: tuple[Held, ...]
    unless: tuple[tuple[Held, ...], ...]
    nearest: tuple[Near, ...]
    finding: Finding | None
    report: Report


def explain(rule: str, turn: Turn, judge: Judge) -> Explanation:
    """Explain one rule on one turn.

    Raises:
        InputError: no such rule is in force, or the turn cannot be judged.
    """
    ready = next((one for one in judge.rules.rules if one.rule.id == rule), None)
    if ready is None:
        known = [one.rule.id for one in judge.rules.rules]
        near = get_close_matches(rule, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else "guard rules show PACK lists a pack's rules"
        raise InputError(f"there is no rule {rule!r} in force; {hint}")
    sight = judge.see(turn)
    if isinstance(sight, Report):
        raise InputError(f"the turn cannot be judged: {sight.verdict.reason}")
    seen = sight.seen
    nearest: list[Near] = []
    for condition in ready.rule.conditions():
        if condition.user:
            nearest += _nearest("user", condition.user, seen.user, judge)
        if condition.draft:
            nearest += _nearest("draft", condition.draft, seen.draft, judge)
    return Explanation(
        rule=rule,
        score=short_of(ready, seen),
        parts=ready.check.trace(seen),
        unless=tuple(check.trace(seen) for check in ready.unless),
        nearest=tuple(nearest),
        finding=fire(ready, seen),
        report=judge.decided(turn, sight),
    )


def _nearest(side: str, says: Says, text: Scored, judge: Judge) -> list[Near]:
    if not says.exemplars or not len(text.vectors):
        return []
    similar = vectors_of(says.exemplars, judge.encoder) @ text.vectors.T
    order = similar.max(axis=1).argsort()[::-1][:_NEAREST]
    return [
        Near(
            side,
            says.exemplars[i],
            int(similar[i].argmax()) + 1,
            float(similar[i].max()),
            says.at_least,
        )
        for i in order
    ]
