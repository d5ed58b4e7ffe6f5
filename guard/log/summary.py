"""Counting what the records of a period say. Pure: takes records, gives a `Period`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from guard.log.period import (
    Bucket,
    Crisis,
    Integrity,
    PackSummary,
    Period,
    Reviews,
    RuleSummary,
    Step,
)
from guard.log.record import (
    AccessRecord,
    AnyRecord,
    ErasureRecord,
    GapRecord,
    PacksRecord,
    PurgeRecord,
    ReviewRecord,
    TurnRecord,
)
from guard.log.select import packs_of
from guard.log.shares import Share, share, shown, whole

FiredOn = Callable[[str], Iterable[str]]
_MOST_DAYS, _MOST_WEEKS = 45, 400  # days of a period that is drawn by day, by week
_LONGEST = 4000  # days: a longer period is drawn from its first turn on


@dataclass(slots=True)
class _Rule:
    pack: str = ""
    severity: str = ""
    turns: int = 0
    done: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Seen:
    """What is counted while records pass."""

    count: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    inference: Counter[str] = field(default_factory=Counter)
    jurisdictions: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    crisis: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: dict[str, _Rule] = field(default_factory=lambda: defaultdict(_Rule))
    packs: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    fired: dict[str, tuple[str, ...]] = field(default_factory=dict)
    said: dict[tuple[str, str, str | None], str] = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)
    reviewers: set[str] = field(default_factory=set)
    encoders: set[str] = field(default_factory=set)
    digests: dict[str, str] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None


def summary(
    records: Iterable[AnyRecord],
    integrity: Integrity,
    *,
    origin: str,
    made: str,
    since: str | None = None,
    until: str | None = None,
    below: int = 0,
    fired_on: FiredOn = lambda _: (),
) -> Period:
    """Count what these records say.

    Args:
        records: those of the period, in order; reviews count by the time when they were made.
        integrity: what verification found.
        origin: the name of the log.
        made: when this is.
        since: the beginning of the period, as it was asked for.
        until: its end.
        below: counts from 1 to one less than this are not shown; 0 shows all.
        fired_on: gives the rules that fired on a turn from before the period, which was reviewed
            in it.
    """
    seen = _Seen()
    for record in records:
        seen.first, seen.last = seen.first or record.ts, record.ts
        if isinstance(record, TurnRecord):
            _turn(seen, record)
        elif isinstance(record, ReviewRecord):
            seen.said[record.of, record.reviewer, record.rule] = record.disposition
        else:
            _other(seen, record)
    _reviews(seen, fired_on)
    return _period(seen, integrity, origin, made, since, until, below)


def _turn(seen: _Seen, turn: TurnRecord) -> None:
    seen.count["turns"] += 1
    seen.outcomes[turn.outcome] += 1
    seen.done[turn.done] += 1
    seen.modes[turn.mode] += 1
    seen.inference[turn.reading.inference] += 1
    seen.encoders.add(turn.encoder)
    day = seen.days[turn.ts[:10]]
    if turn.outcome == "flag":
        day["flagged"] += 1
        seen.fired[turn.id] = tuple(dict.fromkeys(f.rule for f in turn.findings))
    if turn.outcome == "unknown":
        day["unknown"] += 1
        seen.faults[turn.fault or "error"] += 1
        seen.count["unaudited"] += turn.done in ("release", "annotate")
    for finding in {finding.rule: finding for finding in turn.findings}.values():
        rule = seen.rules[finding.rule]
        rule.pack, rule.severity = finding.pack.partition("@")[0], finding.severity
        rule.turns += 1
        rule.done[turn.done] += 1
    for pack in packs_of(turn):
        seen.packs[pack][turn.done] += 1
    _told(seen, turn)
    if turn.reading.risk is not None and turn.reading.risk.level != "none":
        seen.crisis[turn.reading.risk.level] += 1
        seen.crisis["referred" if turn.referral == "yes" else "not_referred"] += 1
        day["referred"] += turn.referral == "yes"
        seen.crisis["minors"] += bool(turn.circumstances and turn.circumstances.minor)


def _told(seen: _Seen, turn: TurnRecord) -> None:
    """What the deployment said of a turn."""
    known = turn.circumstances
    if known is None:
        return
    if known.jurisdiction:
        seen.jurisdictions[known.jurisdiction] += 1
    if known.model:
        seen.models[known.model] += 1
    seen.count["disclosed"] += known.disclosed_at is not None


def _reviews(seen: _Seen, fired_on: FiredOn) -> None:
    """Count the reviews; of several by one reviewer on one thing, the last."""
    for (of, reviewer, rule), disposition in seen.said.items():
        seen.dispositions[disposition] += 1
        seen.reviewers.add(reviewer)
        seen.reviewed.add(of)
        # A review of a turn as a whole is one of every rule that fired on it.
        rules = (rule,) if rule else seen.fired[of] if of in seen.fired else tuple(fired_on(of))
        for one in rules:
            seen.rules[one].dispositions[disposition] += 1


def _other(seen: _Seen, record: AnyRecord) -> None:
    if isinstance(record, GapRecord):
        seen.count["lost"] += record.lost
    elif isinstance(record, ErasureRecord):
        seen.count["erasures"] += 1
    elif isinstance(record, PurgeRecord):
        seen.count["purges"] += 1
    elif isinstance(record, AccessRecord):
        seen.count["accesses"] += 1
    elif isinstance(record, PacksRecord):
        seen.digests.update(record.packs)


def _period(
    seen: _Seen,
    integrity: Integrity,
    origin: str,
    made: str,
    since: str | None,
    until: str | None,
    below: int,
) -> Period:
    turns = seen.count["turns"]
    step, trend = _trend(seen, since, until, below)
    crisis = shown({name: seen.crisis[name] for name in ("possible", "acute")}, below)
    referred = shown({name: seen.crisis[name] for name in ("referred", "not_referred")}, below)
    return Period(
        origin=origin,
        made=made,
        since=since,
        until=until,
        suppressed_below=below,
        first=seen.first,
        last=seen.last,
        turns=whole(turns, below),
        outcomes=shown(seen.outcomes, below),
        done=shown(seen.done, below),
        faults=shown(seen.faults, below),
        unaudited_released=whole(seen.count["unaudited"], below),
        modes=shown(seen.modes, below),
        inference=shown(seen.inference, below),
        jurisdictions=shown(seen.jurisdictions, below),
        models=shown(seen.models, below),
        disclosed=_share(seen.count["disclosed"], turns, below),
        rules=tuple(
            _rule(name, seen.rules[name], below)
            for name in sorted(seen.rules, key=lambda name: (-seen.rules[name].turns, name))
        ),
        packs=tuple(
            PackSummary(pack=name, turns=whole(done.total(), below), done=shown(done, below))
            for name, done in sorted(seen.packs.items(), key=lambda one: (-one[1].total(), one[0]))
        ),
        crisis=Crisis(
            possible=crisis["possible"],
            acute=crisis["acute"],
            referred=referred["referred"],
            not_referred=referred["not_referred"],
            known_minors=whole(seen.crisis["minors"], below),
        ),
        step=step,
        trend=trend,
        reviews=Reviews(
            dispositions=shown(seen.dispositions, below),
            reviewers=len(seen.reviewers),
            covered=_share(len(seen.reviewed & set(seen.fired)), len(seen.fired), below),
        ),
        lost=seen.count["lost"],
        erasures=seen.count["erasures"],
        purges=seen.count["purges"],
        readings_of_texts=seen.count["accesses"],
        encoders=tuple(sorted(seen.encoders)),
        pack_digests=dict(sorted(seen.digests.items())),
        integrity=integrity,
    )


def _rule(name: str, rule: _Rule, below: int) -> RuleSummary:
    said = {kind: rule.dispositions[kind] for kind in ("agree", "false_alarm")}
    seen = shown(said, below)
    judged = said["agree"] + said["false_alarm"]
    return RuleSummary(
        rule=name,
        pack=rule.pack or name.partition(".")[0],
        severity=rule.severity,
        turns=whole(rule.turns, below),
        done=shown(rule.done, below),
        agree=seen["agree"],
        false_alarm=seen["false_alarm"],
        precision=_share(said["agree"], judged, below),
    )


def _share(hits: int, of: int, below: int) -> Share:
    small = any(0 < count < below for count in (hits, of - hits))
    return Share() if small else share(hits, of)


def _trend(
    seen: _Seen, since: str | None, until: str | None, below: int
) -> tuple[Step, tuple[Bucket, ...]]:
    """Every step of the period, those without a turn included."""
    if not seen.days:
        return "day", ()
    first = date.fromisoformat(since[:10] if since else min(seen.days))
    last = date.fromisoformat(max(seen.days))
    if until:
        # The end itself is no longer within.
        last = max(last, date.fromisoformat(until[:10]) - timedelta(days=1))
    if (last - first).days > _LONGEST:
        first = date.fromisoformat(min(seen.days))
    span = (last - first).days + 1
    step: Step = "day" if span <= _MOST_DAYS else "week" if span <= _MOST_WEEKS else "month"
    sums: dict[date, Counter[str]] = {}
    day = first
    while day <= last:
        sums.setdefault(_start(day, step), Counter()).update(seen.days.get(day.isoformat(), {}))
        day += timedelta(days=1)
    return step, tuple(
        Bucket(
            start=start.isoformat(),
            flagged=whole(counts["flagged"], below),
            unknown=whole(counts["unknown"], below),
            referred=whole(counts["referred"], below),
        )
        for start, counts in sums.items()
    )


def _start(day: date, step: Step) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day
