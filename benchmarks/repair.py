"""What becomes of flagged drafts without a language model: python -m benchmarks.repair

    --public FOLDER   the public sets; without it, the project's own test split alone
    --limit N         at most so many rows of each set
    --review FILE     writes pairs of draft and reply to read by eye (they hold the sets' texts:
                      keep the file out of the repository)

A turn counts where a rule asked for a rewrite. Everything is counted from outside, on the texts and
on a fresh audit of the reply; intervals are 95%, from a bootstrap over messages.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.sets import Case, cases_of
from guard import Guard, Report
from guard.delivery import WHOLE
from guard.packs.firing import NOTHING
from guard.repair import Deadline
from guard.repair.compose import candidates
from guard.repair.cut import has_care
from guard.repair.offline import OfflineRewriter
from guard.steps import job_of

SETS = ("own test", "draft_dev", "sycon", "esconv", "epitome")
_FACTS = re.compile(
    r"https?://\S+|[\w.+-]+@[\w-]+\.\w+|```.*?```|`[^`\n]+`|\d+(?:[.,:]\d+)*"
    r"|(?<=[a-z,;:] )[A-Z][a-z]+\b",
    re.DOTALL,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One flagged turn whose draft was to be rewritten."""

    group: str
    action: str
    passes: bool  # the reply, audited anew as a draft, is not flagged
    worse: bool  # a label that the draft passed is flagged in the reply
    lost: int  # facts of the draft that neither the reply nor the conversation has
    facts: int
    lost_outside: int  # those of them in sentences that claim no life and concede nothing
    verbatim: float  # share of the sentences no finding pointed at that stand in the reply
    care_lost: bool
    compose_ms: float
    added_ms: float
    added_cpu_ms: float  # of the thread that rewrites: what a busy machine does not change much
    audit_cpu_ms: float  # of the first audit, the message not yet read


def outcome_of(case: Case, guard: Guard) -> tuple[Outcome, Report] | None:
    """What became of a turn; None where no rewrite was asked for."""
    started = time.thread_time()
    first = guard.audit(case.turn)
    audit_cpu_ms = 1000 * (time.thread_time() - started)
    if first.verdict.action != "rewrite" or first.verdict.outcome != "flag":
        return None
    report = guard.check(case.turn)
    draft, reply = case.turn.draft, report.reply.text
    again = guard.audit(case.turn.with_draft(reply))
    had = {finding.label for finding in report.findings}
    said = " ".join(message.content for message in case.turn.messages)
    facts = [fact for fact in _FACTS.findall(draft) if fact not in said]
    rewritten = report.reply.action == "rewrite"
    return (
        Outcome(
            group=case.group,
            action=report.reply.action,
            passes=again.verdict.outcome == "pass",
            worse=any(finding.label not in had for finding in again.findings),
            lost=sum(fact not in reply for fact in facts) if rewritten else 0,
            facts=len(facts) if rewritten else 0,
            lost_outside=_lost_outside(report, draft, reply, said) if rewritten else 0,
            verbatim=_verbatim(draft, reply, report) if rewritten else 1.0,
            care_lost=has_care(draft) and not has_care(reply),
            compose_ms=_compose_ms(case, report, guard),
            added_ms=report.timings.repair_ms or 0.0,
            added_cpu_ms=_added_cpu_ms(case, report, guard),
            audit_cpu_ms=audit_cpu_ms,
        ),
        report,
    )


def _lost_outside(report: Report, draft: str, reply: str, said: str) -> int:
    """Facts that are gone, of sentences that neither were found to claim a life for the program or
    to concede a belief, nor stand beside one that was, as part of the same story."""
    claims = [f.span for f in report.findings if f.label in ("self_claim", "concedes_false")]
    sentences = report.audit.sentences
    claimed = {
        i
        for i, one in enumerate(sentences)
        if any(act.name in ("self_claim", "agree") for act in one.acts)
        or any(c and c.start < one.span.end and one.span.start < c.end for c in claims)
    }
    return sum(
        fact not in reply
        for i, one in enumerate(sentences)
        if claimed.isdisjoint((i - 1, i, i + 1))
        for fact in _FACTS.findall(draft[one.span.start : one.span.end])
        if fact not in said
    )


def _verbatim(draft: str, reply: str, report: Report) -> float:
    """Share of the sentences that no finding points at, and that do not only comfort, that stand
    unchanged and in order in the reply."""
    wrong = [f.span for f in report.findings if f.span is not None and f.span.source == "draft"]
    acts = {"soothe", "minimise", "validate", "agree", "self_claim"}
    free = [
        draft[one.span.start : one.span.end]
        for one in report.audit.sentences
        if not any(w.start < one.span.end and one.span.start < w.end for w in wrong)
        and acts.isdisjoint(act.name for act in one.acts)
    ]
    at, kept = 0, 0
    for sentence in free:
        found = reply.find(sentence, at)
        kept += found >= 0
        at = found + len(sentence) if found >= 0 else at
    return kept / len(free) if free else 1.0


def _compose_ms(case: Case, report: Report, guard: Guard) -> float:
    job = job_of(guard.judge, case.turn, report, Deadline(), NOTHING, WHOLE)
    started = time.perf_counter()
    list(candidates(job))
    return 1000 * (time.perf_counter() - started)


def _added_cpu_ms(case: Case, report: Report, guard: Guard) -> float:
    job = job_of(guard.judge, case.turn, report, Deadline(), NOTHING, WHOLE)
    started = time.thread_time()
    OfflineRewriter().rewrite(job)
    return 1000 * (time.thread_time() - started)


def interval(groups: Sequence[str], values: Sequence[float], rounds: int = 1000) -> str:
    """A mean with its 95% interval, resampling groups."""
    if not values:
        return "-"
    of: dict[str, list[float]] = {}
    for group, value in zip(groups, values, strict=True):
        of.setdefault(group, []).append(value)
    parts = list(of.values())
    chance = np.random.default_rng(0)
    means = [
        float(
            np.mean(np.concatenate([parts[i] for i in chance.integers(0, len(parts), len(parts))]))
        )
        for _ in range(rounds)
    ]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{np.mean(values):.1%} ({low:.1%}-{high:.1%})"


def summary(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The figures of one set."""
    rewritten = [one for one in outcomes if one.action == "rewrite"]
    groups = [one.group for one in outcomes]
    inside = [one.group for one in rewritten]
    facts = sum(one.facts for one in rewritten)
    return {
        "asked": str(len(outcomes)),
        "rewritten": interval(groups, [one.action == "rewrite" for one in outcomes]),
        "fallback": f"{np.mean([one.action == 'fallback' for one in outcomes]):.1%}",
        "annotated": f"{np.mean([one.action == 'annotate' for one in outcomes]):.1%}",
        "reply passes": interval(groups, [one.passes for one in outcomes]),
        "rewrite passes": interval(inside, [one.passes for one in rewritten]),
        "new fault": interval(inside, [one.worse for one in rewritten]),
        "verbatim": interval(inside, [one.verbatim for one in rewritten]),
        "facts kept": f"{facts - sum(one.lost for one in rewritten)} of {facts}",
        "lost outside claims": str(sum(one.lost_outside for one in rewritten)),
        "care lost": str(sum(one.care_lost for one in outcomes)),
        "compose ms": f"{statistics.median(one.compose_ms for one in outcomes):.1f}",
        "added ms": f"{statistics.median(one.added_ms for one in outcomes):.1f}",
        "added cpu ms": f"{statistics.median(one.added_cpu_ms for one in outcomes):.1f}",
        "of an audit's": (
            f"{statistics.median(one.added_cpu_ms / one.audit_cpu_ms for one in outcomes):.2f}"
        ),
    }


def _review(pairs: Iterable[tuple[Case, Report]], file: Path) -> None:
    lines = []
    for number, (case, report) in enumerate(pairs, 1):
        rules = ", ".join(finding.rule for finding in report.findings)
        lines += [
            f"## {number}. {rules} -> {report.reply.action}",
            f"USER: {case.turn.user}",
            f"DRAFT: {case.turn.draft}",
            f"REPLY: {report.reply.text}",
            "",
        ]
    file.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--public", type=Path)
    parser.add_argument("--limit", type=int, default=1_000)
    parser.add_argument("--review", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    guard = Guard(mode="rewrite", deadline=None)
    found: dict[str, dict[str, str]] = {}
    pairs: list[tuple[Case, Report]] = []
    for name in SETS if given.public else SETS[:1]:
        cases = [case for case in cases_of(name, given.public) if case.turn.draft][: given.limit]
        done = [
            (case, made)
            for case in track(cases, description=name, disable=given.json)
            if (made := outcome_of(case, guard)) is not None
        ]
        if done:
            found[name] = summary([outcome for _, (outcome, _) in done])
            pairs += [(case, report) for case, (_, report) in done]
    if given.review:
        _review(pairs, given.review)
    if given.json:
        print(json.dumps(found, indent=1))
        return
    table = Table("figure", *found)
    for figure in next(iter(found.values())):
        table.add_row(figure, *(found[name][figure] for name in found))
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
