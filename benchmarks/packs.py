"""What packs cost and what they flag: loading, the audit with all against with one, false alarms.

    python -m benchmarks.packs --public ../shared/data

Times are medians; the two guards audit the same turns in turn, so that other load on the
machine falls on both, and remember nothing, since they share a model and the second would find the
message read. Careful replies of models (VERA-MH) and answers of counsellors (CounselChat)
are flagged by mistake, mostly; `--show` prints the rows that a rule flags, to be read. `--every 6`
takes every sixth row, for a first look while rules are being written. The rules that ship were made
narrower while reading what they flagged on these two sets: the figures are development figures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rich.progress import track

from guard import Guard, Report, Turn
from guard.packs.ruleset import BASE
from guard.packs.sources import shipped_packs
from guard.rows import Fields, turn_of
from training.rows import flat, written

LOADS, TURNS, ROUNDS = 7, 120, 3
AIMS = {"vera_mh": 0.08, "counsel_chat": 0.10}
_LOAD = """
import time
from guard.models.reader import Reader
from guard.packs.load import load_packs
from guard.packs.ruleset import compile_packs
import spacy, numpy, safetensors.numpy
reader = Reader()
started, used = time.perf_counter(), time.process_time()
compile_packs(load_packs({names!r}), reader)
print(time.perf_counter() - started, time.process_time() - used)
"""


def loading(*sets: tuple[str, ...]) -> list[tuple[float, float]]:
    """For each set of packs the median seconds, of wall clock and of processor, to load and compile
    it in a new process; the sets take turns, so that other load falls on all."""
    times: list[list[tuple[float, float]]] = [[] for _ in sets]
    for _ in range(LOADS):
        for names, taken in zip(sets, times, strict=True):
            code = _LOAD.format(names=list(names))
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
            wall, used = map(float, done.stdout.split())
            taken.append((wall, used))
    return [
        (statistics.median(w for w, _ in taken), statistics.median(u for _, u in taken))
        for taken in times
    ]


def auditing(one: Guard, all_: Guard) -> tuple[list[float], list[float]]:
    """Milliseconds of each audit with one pack and with all, sorted."""
    rows = list(flat(written("dev")))[:TURNS]
    turns = [Turn.from_dict(row) for row in rows]
    times: tuple[list[float], list[float]] = ([], [])
    for turn in turns[:10]:  # warm up
        one.audit(turn)
        all_.audit(turn)
    for round_ in range(ROUNDS):
        for turn in turns:
            for which in (0, 1) if round_ % 2 else (1, 0):
                started = time.perf_counter()
                (one, all_)[which].audit(turn)
                times[which].append(1000 * (time.perf_counter() - started))
    return sorted(times[0]), sorted(times[1])


def flagged(
    guard: Guard, file: Path, show: str | None, every: int
) -> tuple[int, int, Counter[str]]:
    """Judged turns of a set, how many are flagged, and by which rules."""
    judged, flags, rules = 0, 0, Counter[str]()
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()[::every]]
    for row in track(rows, file.stem, transient=True):
        turn = turn_of(row, Fields())
        report = guard.audit(turn)
        if report.verdict.outcome == "unknown":
            continue
        judged += 1
        flags += report.verdict.outcome == "flag"
        rules.update(finding.rule for finding in report.findings)
        if show and any(finding.rule == show for finding in report.findings):
            _print(turn, report, show)
    return judged, flags, rules


def _print(turn: Turn, report: Report, rule: str) -> None:
    because = [f.because for f in report.findings if f.rule == rule]
    print(f"\n--- {because}\nUSER {turn.user[-400:]}\nDRAFT {turn.draft[:900]}")


def main() -> None:
    parser = argparse.ArgumentParser(description="What packs cost and what they flag.")
    parser.add_argument("--public", type=Path, help="folder with the public sets")
    parser.add_argument("--show", help="print the rows that this rule flags")
    parser.add_argument("--every", type=int, default=1, help="take every so many rows (default 1)")
    parser.add_argument("--flags-only", action="store_true", help="measure no times")
    args = parser.parse_args()
    if args.every < 1:
        parser.error("--every must be at least 1")
    names = shipped_packs()
    all_ = Guard("observe", packs=names)
    if not (args.show or args.flags_only):
        (base, base_used), (whole, used) = loading((BASE,), names)
        print(
            f"loading: base {base:.2f} s, all {len(names)} packs {whole:.2f} s (aim 0.5); "
            f"processor {base_used:.2f} s and {used:.2f} s, ratio {used / base_used:.1f}"
        )
        base_times, all_times = auditing(
            Guard("observe", cache=0), Guard("observe", packs=names, cache=0)
        )
        single, every = statistics.median(base_times), statistics.median(all_times)
        ratio = every / single
        print(f"audit: base {single:.1f} ms, all {every:.1f} ms, ratio {ratio:.2f} (aim 1.30)")
        slowest = [times[int(0.99 * len(times))] for times in (base_times, all_times)]
        print(f"  99th percentile: base {slowest[0]:.1f} ms, all {slowest[1]:.1f} ms")
    for name, aim in AIMS.items():
        if args.public is None or not (args.public / f"{name}.jsonl").is_file():
            print(f"left out: {name} is not there")
            continue
        judged, flags, rules = flagged(all_, args.public / f"{name}.jsonl", args.show, args.every)
        print(f"{name}: {flags} of {judged} flagged, {flags / judged:.1%} (aim {aim:.0%})")
        for rule, count in rules.most_common(12):
            print(f"  {count:4d} {rule}")


if __name__ == "__main__":
    main()
