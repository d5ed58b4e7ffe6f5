"""The cases of a pack, run as tests: what was expected, what came, and which rules they reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.packs.firing import find, fire, short_of
from guard.packs.schema import Case, Pack
from guard.report import Report
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.judge import Judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case that was run. `rule` is whose case it is, None for one of the pack; `fired` are the
    rules of all packs in force that fired; `why_not` says, for a rule that should have fired, what
    did not hold."""

    rule: str | None
    number: int
    case: Case
    passed: bool
    fired: tuple[str, ...]
    reached: frozenset[str]
    why_not: str = ""


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
    findings, _ = find(judge.rules, sight.seen, sight.active)
    fired = tuple(finding.rule for finding in findings)
    ready = [one for one in judge.rules.rules if one.pack.id == pack.id]
    reached = frozenset(one.rule.id for one in ready if fire(one, sight.seen) is not None)
    wanted = rule or case.rule
    # A rule's own case asks whether it fires, not whether it prevails.
    got = wanted in reached if rule else (wanted in fired if wanted else bool(fired))
    why_not = ""
    if case.flag and not got and wanted:
        (one,) = [one for one in ready if one.rule.id == wanted]
        score = sight.seen.examined.scores[one.rule.label] if one.rule.label else None
        parts = [f"{h.part}: {h.because}" for h in one.check.trace(sight.seen) if not h.held]
        if one.rule.at_least is not None and (score or 0.0) < one.rule.at_least:
            parts.insert(0, short_of(one, sight.seen))
        parts += [
            f"unless {n} holds ({'; '.join(h.part + ': ' + h.because for h in held)})"
            for n, c in enumerate(one.unless, 1)
            if (held := c.holds(sight.seen)) is not None
        ]
        why_not = "; ".join(parts) or "another rule permits it"
    return Outcome(rule, number, case, got == case.flag, fired, reached, why_not)
