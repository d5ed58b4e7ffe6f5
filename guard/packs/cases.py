"""The cases of a pack, run as tests: what was expected, what came, and which rules they reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

from guard.packs.firing import find, fire, margin_of, short_of
from guard.packs.ruleset import ReadyRule
from guard.packs.schema import Case, Pack
from guard.packs.seen import Seen
from guard.report import Report
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.judge import Judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case that was run. `rule` is whose case it is, None for one of the pack; `fired` are the
    rules of all packs in force that fired; `why_not` says, of a case that does not hold, which rule
    fired by what, or what kept it from firing.

    `margin` is how far the case is from turning, negative if it does not hold: a cosine or a score
    from its threshold, which `hangs_on` names; None where words, other conditions or another pack
    decide. Of a case of the pack, that of the rule of the pack which comes nearest to turning it.
    """

    rule: str | None
    number: int
    case: Case
    passed: bool
    fired: tuple[str, ...]
    reached: frozenset[str]
    why_not: str = ""
    margin: float | None = None
    hangs_on: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All cases of one pack. `coverage`: for each rule, how many cases make it fire."""

    pack: str
    cases: tuple[Outcome, ...]
    coverage: Mapping[str, int]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.cases if not one.passed)


def turn_of(case: Case) -> Turn:
    """The turn of a case."""
    return Turn.of(case.user, case.draft, [said.model_dump() for said in case.context])


def run_cases(pack: Pack, judge: Judge) -> Outcomes:
    """Run every case of a pack that the judge has in force."""
    listed = [(rule.id, n, case) for rule in pack.rules for n, case in enumerate(rule.cases, 1)]
    cases: Iterable[tuple[str | None, int, Case]] = [
        *listed,
        *((None, n, case) for n, case in enumerate(pack.cases, 1)),
    ]
    outcomes = tuple(_run(rule, n, case, pack, judge) for rule, n, case in cases)
    coverage = {rule.id: sum(rule.id in one.reached for one in outcomes) for rule in pack.rules}
    return Outcomes(pack.id, outcomes, coverage)


def _run(rule: str | None, number: int, case: Case, pack: Pack, judge: Judge) -> Outcome:
    sight = judge.see(turn_of(case))
    if isinstance(sight, Report):
        return Outcome(rule, number, case, False, (), frozenset(), sight.verdict.reason)
    seen = sight.seen
    findings, _ = find(judge.rules, seen, sight.active)
    fired = tuple(finding.rule for finding in findings)
    ready = {one.rule.id: one for one in judge.rules.rules if one.pack.id == pack.id}
    by = {name: found for name, one in ready.items() if (found := fire(one, seen)) is not None}
    wanted = rule or case.rule
    # A rule's own case asks whether it fires, not whether it prevails.
    got = wanted in by if rule else (wanted in fired if wanted else bool(fired))
    margin, hangs_on = _margin(case, rule, ready, seen)
    why_not = ""
    if case.flag and not got:
        why_not = _missed(ready[wanted], seen) if wanted else f"no rule fired; nearest {hangs_on}"
    elif got and not case.flag:
        against = [by[rule]] if rule else findings
        why_not = "; ".join(
            f"{one.rule}: {', '.join(one.because) or one.reason}"
            for one in against
            if wanted in (None, one.rule)
        )
    turns = isfinite(margin) and (margin >= 0) == (got == case.flag)
    return Outcome(
        rule=rule,
        number=number,
        case=case,
        passed=got == case.flag,
        fired=fired,
        reached=frozenset(by),
        why_not=why_not,
        margin=margin if turns else None,
        hangs_on=hangs_on if turns else "",
    )


def _missed(one: ReadyRule, seen: Seen) -> str:
    """Why a rule did not fire."""
    score = seen.examined.scores[one.rule.label] if one.rule.label else None
    parts = [f"{h.part}: {h.because}" for h in one.check.trace(seen) if not h.held]
    if one.rule.at_least is not None and (score or 0.0) < one.rule.at_least:
        parts.insert(0, short_of(one, seen))
    parts += [
        f"unless {n} holds ({'; '.join(h.part + ': ' + h.because for h in held)})"
        for n, c in enumerate(one.unless, 1)
        if (held := c.holds(seen)) is not None
    ]
    return "; ".join(parts) or "another rule permits it"


def _margin(
    case: Case, rule: str | None, ready: Mapping[str, ReadyRule], seen: Seen
) -> tuple[float, str]:
    """How far a case is from turning, and by which rule and what of it."""
    side = 1 if case.flag else -1
    wanted = rule or case.rule
    margins = [
        (margin, hangs_on if rule else f"{name}, {hangs_on}")
        for name, one in ready.items()
        if wanted in (name, None) and (wanted or one.rule.kind != "permit")
        for margin, hangs_on in (margin_of(one, seen),)
    ]
    margin, hangs_on = max(margins, default=(-inf, "the pack has no rule"))
    return side * margin, hangs_on
