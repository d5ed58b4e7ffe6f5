"""What is doubtful about a pack that is valid: rules that cannot fire or that no case reaches,
thresholds that no case pins down, exemplars that take in too much, patterns without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guard.packs.cases import Outcomes
from guard.packs.conditions import Condition, PatternSpec
from guard.packs.schema import Pack, Rule

if TYPE_CHECKING:
    from guard.judge import Judge

_HEADER = ("audience", "does", "leaves_out", "jurisdiction", "prompt", "fallback")
_SHORT = 3  # characters of a phrase that is likely to stand in anything


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something doubtful, where, and what to do about it."""

    kind: str
    where: str
    message: str


def lint(pack: Pack, judge: Judge, outcomes: Outcomes) -> list[Doubt]:
    """All doubts about a pack that the judge has in force, whose cases were run."""
    return [
        *_header(pack),
        *(doubt for rule in pack.rules for doubt in _dead(rule)),
        *_unreached(pack, outcomes),
        *_loose(pack),
        *_strangers(pack, outcomes),
        *_weak_permits(pack, judge, outcomes),
        *_patterns(pack),
    ]


def _header(pack: Pack) -> Iterator[Doubt]:
    for name in _HEADER:
        if not getattr(pack, name):
            yield Doubt("header", pack.id, f"has no {name}; a reader will look for it")
    for rule in pack.rules:
        if not rule.id.startswith(f"{pack.id}."):
            yield Doubt("name", rule.id, f"ids of a pack's rules begin with {pack.id} and a dot")
        if rule.citation is None:
            yield Doubt("citation", rule.id, "cites nothing; say so if no guideline covers it")


def _dead(rule: Rule) -> Iterator[Doubt]:
    """Conditions that contradict one another."""
    for where, condition in (("if", rule.if_), *((f"unless {c.parts()}", c) for c in rule.unless)):
        if len(condition.kept) == 1 and condition.kept == condition.erased:
            message = f"{where}: {condition.kept[0]} is never both kept and erased"
            yield Doubt("dead", rule.id, message)
        if set(condition.risk) == {"none"} and condition.risk_handled:
            yield Doubt(
                "dead", rule.id, f"{where}: risk_handled is neither yes nor no without risk"
            )
        if both := set(condition.acts) & set(condition.no_acts):
            yield Doubt("dead", rule.id, f"{where}: {', '.join(both)} in acts and in no_acts")
        for name, says in (("user", condition.user), ("draft", condition.draft)):
            words = says and (says.phrases or says.tokens or says.patterns)
            if says and not words and says.at_least >= 1.0:
                yield Doubt("dead", rule.id, f"{where}.{name}: no sentence reaches at_least 1")
    if any(_within(condition, rule.if_) for condition in rule.unless):
        yield Doubt("dead", rule.id, "unless holds whenever if does, so it can never fire")


def _within(unless: Condition, condition: Condition) -> bool:
    """Whether `unless` asks for nothing that the rule does not ask for itself."""
    return all(getattr(unless, part) == getattr(condition, part) for part in unless.parts())


def _unreached(pack: Pack, outcomes: Outcomes) -> Iterator[Doubt]:
    for rule in pack.rules:
        if not outcomes.coverage[rule.id]:
            yield Doubt("unreached", rule.id, "no case makes it fire; write one that does")


def _loose(pack: Pack) -> Iterator[Doubt]:
    """A threshold is pinned down by a case on either side."""
    for rule in pack.rules:
        by_meaning = any(
            says.exemplars for c in rule.conditions() for says in (c.user, c.draft) if says
        )
        if rule.at_least is None and not rule.if_.scores and not by_meaning:
            continue
        sides = {case.flag for case in rule.cases}
        if sides != {True, False}:
            side = "fires" if True not in sides else "does not fire"
            message = f"no case pins its threshold down: write one in which it {side}"
            yield Doubt("threshold", rule.id, message)


def _strangers(pack: Pack, outcomes: Outcomes) -> Iterator[Doubt]:
    """Rules that fire on what another rule's author took for harmless."""
    for one in outcomes.cases:
        if one.rule is None or one.case.flag:
            continue
        for rule in pack.rules:
            if rule.kind == "forbid" and rule.id != one.rule and rule.id in one.reached:
                message = f"fires on the harmless case {one.number} of {one.rule}"
                yield Doubt("stranger", rule.id, message)


def _weak_permits(pack: Pack, judge: Judge, outcomes: Outcomes) -> Iterator[Doubt]:
    """Permits that give way on their own cases: severity decides, then the number of conditions."""
    permits = {rule.id: rule.permits for rule in pack.rules if rule.kind == "permit"}
    filed = {ready.rule.id: ready.rule.filed for ready in judge.rules.rules}
    for one in outcomes.cases:
        if one.rule not in permits or not one.case.flag:
            continue
        for rule in one.fired:
            if filed[rule] in permits[one.rule]:
                message = f"gives way to {rule} on its own case {one.number}"
                yield Doubt("permit", one.rule, f"{message}: raise its severity")


def _patterns(pack: Pack) -> Iterator[Doubt]:
    listed: list[tuple[str, PatternSpec]] = [
        (name, spec) for side in pack.patterns.values() for name, spec in side.items()
    ]
    for rule in pack.rules:
        for condition in rule.conditions():
            listed += [(rule.id, s) for s in (condition.user, condition.draft) if s]
    for name, spec in listed:
        for tokens in spec.tokens:
            if any(_endless(token) for token in tokens):
                message = "a token may repeat without end; say how often, as {1,5}"
                yield Doubt("unbounded", name, message)
        for phrase in spec.phrases:
            if len(phrase) < _SHORT:
                yield Doubt("short", name, f"the phrase {phrase!r} may stand in anything")


def _endless(token: Mapping[str, Any]) -> bool:
    operator = str(token.get("OP", ""))
    return operator in ("*", "+") or operator.endswith(",}")
