"""Processes that write to a log, and one that kills them: a program, so that forks start small.

    python writers.py kill PLAN     one child after another writes and is killed at a random moment
    python writers.py many PLAN     children write at once, each to its end

What was acknowledged to a child goes, id by id, through a pipe to its parent, and from there into a
file. A line that is not whole when its writer dies was not acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from guard.log.log import Log
from guard.report import Report
from guard.turn import Turn

THREADS = 4
"""To a child: so that batches have more than one record."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `where` and `files` say which log; `report` and `turn` are what is recorded;
    `acknowledged` takes the ids."""

    where: str
    files: str
    report: str
    turn: str
    acknowledged: str
    seed: int = 0
    kills: int = 0
    writes: int = 0
    processes: int = 1
    each: int = 0

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Plan:
        return cls(**json.loads(path.read_text("utf-8")))


def opened(plan: Plan) -> Log:
    return Log.open(plan.where, files=plan.files, on_error="raise", redact=str.upper, deadline=60.0)


def write(plan: Plan, number: int, pipe: int, name: str) -> None:
    """Record so many turns, of a few subjects, and tell of each that is durable."""
    report = Report.model_validate_json(plan.report)
    turn = Turn.model_validate_json(plan.turn)
    log = opened(plan)

    def go(thread: int) -> None:
        for nth in range(thread, number, THREADS):
            receipt = log.record(
                report,
                turn,
                subject=f"subject-{nth % 7}",
                client_request_id=f"{name}-{nth}",
            )
            assert receipt is not None
            os.write(pipe, f"{receipt.event_id} {name}-{nth}\n".encode())

    threads = [threading.Thread(target=go, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()


def child(plan: Plan, number: int, name: str) -> tuple[int, int]:
    """Fork one that writes: its process id, and where it tells."""
    out, in_ = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(out)
            write(plan, number, in_, name)
            status = 0
        finally:
            os._exit(status)
    os.close(in_)
    return pid, out


def kill(plan: Plan) -> None:
    """Each child lives until it has acknowledged a random number of records, and a moment longer:
    up to 3 ms, so that it dies anywhere between two of them, or at the end as it closes."""
    chance = random.Random(plan.seed)  # noqa: S311 - a test that can be run again
    each = plan.writes // plan.kills
    with open(plan.acknowledged, "ab") as kept:
        for nth in range(plan.kills):
            goal = chance.randint(0, 2 * each)
            pid, out = child(plan, 2 * each, f"killed-{nth}")
            told = b""
            # A goal of 0: killed at some time while it opens the log.
            until = time.monotonic() + (60 if goal else chance.uniform(0, 0.2))
            while told.count(b"\n") < goal and time.monotonic() < until:
                ready, _, _ = select.select([out], [], [], 0.02)
                piece = os.read(out, 1 << 16) if ready else None
                if piece == b"":
                    break
                told += piece or b""
            time.sleep(chance.uniform(0, 0.003))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            while piece := os.read(out, 1 << 16):
                told += piece
            os.close(out)
            kept.write(told[: told.rfind(b"\n") + 1])


def many(plan: Plan) -> None:
    """All children at once; it fails if one of them does."""
    children = [child(plan, plan.each, f"process-{nth}") for nth in range(plan.processes)]
    open_ = {out for _, out in children}
    told = dict.fromkeys(open_, b"")
    while open_:
        for out in select.select(list(open_), [], [])[0]:
            piece = os.read(out, 1 << 16)
            told[out] += piece
            if not piece:
                open_.discard(out)
    statuses = [os.waitpid(pid, 0)[1] for pid, _ in children]
    Path(plan.acknowledged).write_bytes(b"".join(told.values()))
    if any(statuses):
        raise SystemExit(f"children ended with {statuses}")


if __name__ == "__main__":
    {"kill": kill, "many": many}[sys.argv[1]](Plan.load(Path(sys.argv[2])))
