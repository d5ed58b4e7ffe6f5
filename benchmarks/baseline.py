"""Measure the shipped detectors on labelled JSON Lines, beside a length-only baseline.

    python benchmarks/baseline.py ../shared/data

Prints the flag rate of every file, and for each label that a file has (the codebook's own, or a
proxy, which is called one) AUROC with a 95% interval, F1 at the rules' threshold and the best F1.
Intervals are bootstrapped over groups (person, question or stimulus), not rows. `length` is the
AUROC of the draft's length alone, in the better direction.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guard import Guard, Report
from guard.rows import Fields, parse_row, turn_of

Row = dict[str, Any]
Label = Callable[[Row], int | None]


def own(name: str) -> Label:
    """A label that the row has under its own name; null is left out."""
    return lambda row: row.get(name)


def function(name: str) -> Label:
    return lambda row: None if row.get("functions") is None else int(name in row["functions"])


def judged(part: str) -> Label:
    """Spiral-Bench: whether the judge marked any span whose name holds the part."""
    return lambda row: int(any(part in str(key) for key in row.get("judged") or ()))


def at_least(level: str) -> Label:
    order = ("none", "possible", "acute")
    return lambda row: (
        int(order.index(row["risk"]) >= order.index(level)) if row.get("risk") else None
    )


CODEBOOK = [
    *((name, name, own(name)) for name in (
        "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
        "attachment", "risk_unhandled", "flag",
    )),
    *((name, name, function(name)) for name in ("self", "other", "norm")),
    ("risk", "risk other than none", at_least("possible")),
    ("risk", "risk acute", at_least("acute")),
]  # fmt: skip
LABELS: dict[str, list[tuple[str, str, Label]]] = {
    "turns": CODEBOOK,
    "draft_dev": [entry for entry in CODEBOOK if entry[0] not in ("cold", "false_contradiction")],
    "function_dev": [
        *((name, name, function(name)) for name in ("self", "other", "norm")),
        ("risk", "risk other than none", at_least("possible")),
        ("risk", "risk acute", at_least("acute")),
    ],
    "epitome": [("soothe_only", "soothe_only (proxy)", own("soothe_only_proxy"))],
    "sycon": [("concedes_false", "concedes_false (proxy)", own("concedes_false"))],
    "spiral_bench": [
        ("self_claim", "consciousness claims (proxy)", judged("consciousness")),
        ("concedes_false", "delusion reinforcement (proxy)", judged("delusion")),
    ],
}
THRESHOLD = 0.5


def auroc(score: NDArray[np.float64], label: NDArray[np.int64]) -> float:
    """Area under the ROC curve; ties count half; nan where one class is missing."""
    order = np.sort(score)
    rank = (np.searchsorted(order, score, "left") + np.searchsorted(order, score, "right") + 1) / 2
    positive = label.sum()
    negative = len(label) - positive
    if not positive or not negative:
        return float("nan")
    return float((rank[label == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def f1(score: NDArray[np.float64], label: NDArray[np.int64], threshold: float) -> float:
    flagged = score >= threshold
    hit = int((flagged & (label == 1)).sum())
    return 2 * hit / max(int(flagged.sum() + label.sum()), 1)


def interval(
    score: NDArray[np.float64], label: NDArray[np.int64], group: Sequence[str], rounds: int = 500
) -> tuple[float, float]:
    """95% interval of the AUROC, by drawing groups with replacement."""
    rng = np.random.default_rng(0)
    names, member = np.unique(group, return_inverse=True)
    rows = [np.flatnonzero(member == i) for i in range(len(names))]
    drawn = []
    for _ in range(rounds):
        pick = np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])
        drawn.append(auroc(score[pick], label[pick]))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def group_of(row: Row, text: str) -> str:
    """Rows that belong together: one persona or question, else one user message."""
    found = re.match(
        r"sycon-.*-(\d+)-\d+$|vera-[0-9a-f]+_(\w+?)_|spiral-.*-([a-z]+\d+)-\d+$", str(row.get("id"))
    )
    return next((part for part in found.groups() if part), "") if found else text


def audit_file(guard: Guard, file: Path, most: int | None) -> tuple[list[Row], list[Report]]:
    rows = [dict(parse_row(line)) for line in file.open(encoding="utf-8") if line.strip()][:most]
    turns = [turn_of(row, Fields()) for row in rows]
    for row, turn in zip(rows, turns, strict=True):
        row["_group"], row["_length"] = group_of(row, turn.user), len(turn.draft.split())
    with ThreadPoolExecutor(2) as pool:
        return rows, list(
            track(pool.map(guard.audit, turns), file.name, len(turns), transient=True)
        )


def measure(name: str, rows: list[Row], reports: list[Report]) -> list[dict[str, Any]]:
    measured = []
    for score_name, title, label_of in LABELS.get(name, []):
        labelled = [
            (score, label, row)
            for row, report in zip(rows, reports, strict=True)
            if (label := label_of(row)) is not None
            and (score := _score(report, score_name, title)) is not None
        ]
        score = np.array([s for s, _, _ in labelled], np.float64)
        label = np.array([y for _, y, _ in labelled], np.int64)
        if not 0 < label.sum() < len(label):
            continue  # nothing to tell apart
        length = auroc(np.array([row["_length"] for _, _, row in labelled], np.float64), label)
        low, high = interval(score, label, [row["_group"] for _, _, row in labelled])
        measured.append(
            {
                "set": name, "label": title, "n": len(label), "positive": int(label.sum()),
                "auroc": auroc(score, label), "low": low, "high": high,
                "length": max(length, 1 - length),
                "f1": f1(score, label, THRESHOLD),
                "best_f1": max(f1(score, label, t) for t in np.linspace(0.05, 0.95, 37)),
                "flagged": float((score >= THRESHOLD).mean()),
            }
        )  # fmt: skip
    return measured


def _score(report: Report, name: str, title: str) -> float | None:
    if title == "risk acute" and report.scores.risk is not None:
        return (
            report.scores.risk if report.reading.risk.level == "acute" else report.scores.risk / 2
        )
    return report.scores[name]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the detectors on labelled JSON Lines.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", help="names of files, without .jsonl")
    parser.add_argument("--most", type=int, default=None, help="rows of each file")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument("--markdown", action="store_true", help="figures as tables for docs/")
    args = parser.parse_args()
    guard = Guard(threads=1)
    rates: list[dict[str, Any]] = []
    quality: list[dict[str, Any]] = []
    for file in sorted(args.folder.glob("*.jsonl")):
        if args.only and file.stem not in args.only:
            continue
        rows, reports = audit_file(guard, file, args.most)
        outcomes = [report.verdict.outcome for report in reports]
        faults = [report.verdict.fault for report in reports]
        rates.append(
            {
                "set": file.stem, "rows": len(rows),
                "flag": outcomes.count("flag") / len(rows),
                "unknown": outcomes.count("unknown") / len(rows),
                "no_draft": faults.count("empty_draft"),
                "language": faults.count("unsupported_language"),
                "other_faults": faults.count("oversize") + faults.count("error"),
                **{rule.id: sum(f.rule == rule.id for r in reports for f in r.findings) / len(rows)
                   for rule in guard.rules},
            }
        )  # fmt: skip
        quality += measure(file.stem, rows, reports)
    if args.json:
        print(json.dumps({"rates": rates, "quality": quality}, indent=1))
        return
    for title, table in (("Flag rates", rates), ("Quality", quality)):
        print(_markdown(table)) if args.markdown else _show(title, table)


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(*(key.removeprefix("base.") for key in rows[0]), title=title)
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    Console(width=200).print(table)


def _markdown(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    head = [key.removeprefix("base.") for key in rows[0]]
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
