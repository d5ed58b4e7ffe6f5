"""From rules to findings: which fire on a turn, and which give way to which. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import get_args

from guard.packs.checks import Held
from guard.packs.ruleset import ReadyRule, Ruleset
from guard.packs.seen import Seen
from guard.report import Action, Finding, Resolution, Severity, Span

ACTIONS: tuple[Action, ...] = get_args(Action)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
NOTHING: Mapping[str, float] = MappingProxyType({})
MOST_REQUIRED = 3  # a reply that must make more moves becomes a lecture


def find(
    rules: Ruleset,
    seen: Seen,
    active: Collection[str],
    lowered: Mapping[str, float] = NOTHING,
) -> tuple[tuple[Finding, ...], tuple[Resolution, ...]]:
    """The findings of the packs in force, the gravest first, and what gave way to what.

    A rule that permits something takes back findings of that label which are less grave, or as
    grave and less specific; never a missing move, nor a critical finding. Of required moves that
    are missing, three are reported. `lowered`: see `fire`.
    """
    possible = seen.possible
    fired = [
        (ready, finding)
        for ready in rules.rules
        # Of hundreds, a dozen are left to be asked.
        if ready.pack.id in active and ready.check.needs <= possible
        if (finding := fire(ready, seen, lowered)) is not None
    ]
    fired.sort(key=lambda one: _gravity(*one), reverse=True)
    permitting = [one for one in fired if one[1].kind == "permit"]
    kept: list[Finding] = []
    resolutions: list[Resolution] = []
    required: list[Finding] = []
    for _, finding in fired:
        if finding.kind == "permit":
            continue
        against = [p for ready, p in permitting if _concerns(ready.rule.permits, finding)]
        stronger = next((p for p in against if _outranks(p, finding)), None)
        resolutions += [_resolved(finding, p) for p in against if stronger is None]
        if stronger is not None:
            resolutions.append(_resolved(stronger, finding))
        elif finding.kind == "require" and len(required) >= MOST_REQUIRED:
            why = f"at most {MOST_REQUIRED} required moves are asked for at once"
            resolutions.append(Resolution(won=required[-1].rule, lost=finding.rule, why=why))
        else:
            kept.append(finding)
            required += [finding] if finding.kind == "require" else []
    return tuple(kept), (*resolutions, *_actions(kept))


def short_of(ready: ReadyRule, seen: Seen) -> str:
    """The score that a rule looks at, beside what it needs; nothing if it looks at none."""
    if ready.rule.label is None or ready.rule.at_least is None:
        return ""
    score = seen.examined.scores[ready.rule.label] or 0.0
    return f"{ready.rule.label} {score:.2f}, needs {ready.rule.at_least:.2f}"


def margin_of(ready: ReadyRule, seen: Seen) -> tuple[float, str]:
    """How far a rule is from not firing, or, negative, from firing, and what it hangs on; without
    end where that is no threshold."""
    hangs: list[tuple[float, str]] = []
    if ready.rule.label is not None and ready.rule.at_least is not None:
        score = seen.examined.scores[ready.rule.label] or 0.0
        hangs.append((score - ready.rule.at_least, short_of(ready, seen)))
    hangs += [(one.strength, f"{one.part}: {one.because}") for one in ready.check.trace(seen)]
    for n, check in enumerate(ready.unless, 1):
        one = min(check.trace(seen), key=lambda part: part.strength)
        hangs.append((-one.strength, f"unless {n}, {one.part}: {one.because}"))
    return min(hangs)


def fire(ready: ReadyRule, seen: Seen, lowered: Mapping[str, float] = NOTHING) -> Finding | None:
    """The finding of one rule, or None if it does not fire.

    `lowered` says, by label, by how much less than its threshold a score may have: a second opinion
    found what the heads were unsure of. Of rules that forbid alone, so that nothing is cleared.
    """
    rule = ready.rule
    score: float | None = None
    because: list[str] = []
    if rule.label is not None and rule.at_least is not None:
        score = seen.examined.scores[rule.label]
        less = lowered.get(rule.label, 0.0) if rule.kind == "forbid" else 0.0
        if score is None or score < rule.at_least - less:
            return None
        because.append(f"{rule.label} {score:.2f} (needs {rule.at_least:.2f})")
        if score < rule.at_least:
            because.append("a second opinion found it")
    held = ready.check.holds(seen)
    if held is None or any(check.holds(seen) is not None for check in ready.unless):
        return None
    because += [f"{one.part}: {one.because}" for one in held]
    scores = [one.score for one in held if one.score is not None]
    return Finding(
        rule=rule.id,
        pack=ready.pack.id,
        kind=rule.kind,
        label=rule.filed,
        severity=rule.severity,
        action=rule.action,
        score=min(scores, default=1.0) if score is None else score,
        threshold=ready.threshold,
        reason=rule.reason,
        span=_span(held) or seen.examined.shown_by.get(rule.filed),
        citation=rule.citation,
        specificity=ready.specificity,
        because=tuple(because),
    )


def _span(held: Sequence[Held]) -> Span | None:
    """What shows it best: words of the draft, else of the message."""
    spans = [one.span for one in held if one.span is not None]
    return next((s for s in spans if s.source == "draft"), spans[0] if spans else None)


def _gravity(ready: ReadyRule, finding: Finding) -> tuple[int, int, int, int, float]:
    return (
        SEVERITIES.index(finding.severity),
        finding.specificity,
        ACTIONS.index(finding.action),
        -ready.pack.rank,
        finding.score,
    )


def _concerns(permitted: Collection[str], finding: Finding) -> bool:
    return (
        finding.label in permitted and finding.kind == "forbid" and finding.severity != "critical"
    )


def _outranks(one: Finding, other: Finding) -> bool:
    ours = SEVERITIES.index(one.severity), one.specificity
    return ours > (SEVERITIES.index(other.severity), other.specificity)


def _resolved(won: Finding, lost: Finding) -> Resolution:
    if won.severity != lost.severity:
        why = f"severity {won.severity} over {lost.severity}"
    elif won.specificity != lost.specificity:
        why = f"more specific: {won.specificity} conditions over {lost.specificity}"
    else:
        why = "as grave and as specific: what forbids prevails"
    return Resolution(won=won.rule, lost=lost.rule, why=why)


def _actions(kept: Sequence[Finding]) -> list[Resolution]:
    """Where findings ask for different actions: the strongest is done."""
    if not kept:
        return []
    strongest = max(kept, key=lambda finding: ACTIONS.index(finding.action))
    if strongest.action == kept[0].action:
        return [_resolved(kept[0], other) for other in kept[1:] if other.action != kept[0].action]
    why = f"asks for {strongest.action}, which is more than {kept[0].action}"
    return [Resolution(won=strongest.rule, lost=kept[0].rule, why=why)]
