"""Many turns: audited a few at a time, counted, never all held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from guard.guard import Guard
from guard.report import Report
from guard.rows import Row

_AT_A_TIME = 128


@dataclass(slots=True)
class Tally:
    """Counts over the turns seen so far. `broken` are lines that could not be read."""

    turns: int = 0
    broken: int = 0
    interrupted: bool = False
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, report: Report) -> None:
        self.turns += 1
        self.outcomes[report.verdict.outcome] += 1
        if report.verdict.fault is not None:
            self.faults[report.verdict.fault] += 1
        self.rules.update(finding.rule for finding in report.findings)


def check_rows(guard: Guard, rows: Iterable[Row], jobs: int) -> Iterator[tuple[Row, Report | None]]:
    """Check the turn of each row, in order; a row that holds no turn comes without a report."""

    def check(row: Row) -> Report | None:
        return guard.check(row.turn) if row.turn is not None else None

    left = iter(rows)
    with ThreadPoolExecutor(jobs, "guard-batch") as pool:
        while some := list(islice(left, _AT_A_TIME)):
            yield from zip(some, pool.map(check, some), strict=True)
