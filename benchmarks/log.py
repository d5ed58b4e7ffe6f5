"""What the compliance log costs, in one run, on SQLite and on PostgreSQL.

    python -m benchmarks.log [--records 30000] [--postgres URL] [--json]

`append` is the time that `Log.record` takes beside an audit: the record is made, its texts are
redacted and encrypted, and it is durable when the call returns. Turns are those of the latency
benchmark, each audited, all recorded. Both figures are of the same turns. `raw` is the same with
texts not redacted. `append_cpu_ms` is the processor time of the calling thread, `sync_ms` what the
disk takes for a synced write of the size of a page. Verifying is measured over a log of
`--records`, of 100 subjects, with texts; so is erasing one of them. Without `--postgres`, a server
is started for the run, if there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.latency import milliseconds, turns
from guard import Guard
from guard.log.log import Log
from guard.log.verify import verify
from guard.report import Report

AIMS = {"append_ms": "<= 1", "verify_per_s": ">= 50000"}
SUBJECTS = 100
ROUNDS = 3


def _unrecorded(_: Report) -> None:
    """The log is what is measured, not events."""


def beside_audit(log: Log, raw: Log, count: int) -> dict[str, float]:
    """Medians of auditing a turn, and of recording it, taken in turn."""
    guard = Guard(cache=0, record=_unrecorded)
    some = turns(count + 20)
    audits: list[float] = []
    appends: list[float] = []
    raws: list[float] = []
    cpu: list[float] = []
    for nth, turn in enumerate(some):
        reports: list[Report] = []
        audits.append(milliseconds(lambda turn=turn, to=reports: to.append(guard.check(turn))))
        who = f"subject-{nth % SUBJECTS}"
        for one, times in ((log, appends), (raw, raws)):
            began = time.thread_time()
            times.append(
                milliseconds(lambda: one.record(reports[0], turn, subject=who))  # noqa: B023
            )
            if one is log:
                cpu.append(1000 * (time.thread_time() - began))
    audits, appends, raws = audits[20:], appends[20:], raws[20:]
    return {
        "audit_ms": statistics.median(audits),
        "append_ms": statistics.median(appends),
        "append_p99_ms": statistics.quantiles(appends, n=100)[98],
        "append_cpu_ms": statistics.median(cpu[20:]),
        "append_raw_ms": statistics.median(raws),
        "append_raw_p99_ms": statistics.quantiles(raws, n=100)[98],
    }


def synced(folder: Path, count: int = 100, size: int = 4096) -> dict[str, float]:
    """What the disk takes for a write that is synced."""
    with (folder / "probe").open("wb", buffering=0) as probe:

        def once() -> None:
            probe.write(bytes(size))
            os.fsync(probe.fileno())

        return {"sync_ms": statistics.median(milliseconds(once) for _ in range(count))}


def filled(log: Log, number: int, threads: int) -> dict[str, float]:
    """Throughput of several threads that record one turn again and again."""
    guard = Guard(record=_unrecorded)
    (turn,) = turns(1)
    report = guard.check(turn)

    def go(first: int) -> list[float]:
        return [
            milliseconds(
                lambda nth=nth: log.record(report, turn, subject=f"subject-{nth % SUBJECTS}")
            )
            for nth in range(first, number, threads)
        ]

    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        times = [one for some in pool.map(go, range(threads)) for one in some]
        taken = time.perf_counter() - started
    return {
        "threads": threads,
        "records_per_s": number / taken,
        "append_threads_ms": statistics.median(times),
        "append_threads_p99_ms": statistics.quantiles(times, n=100)[98],
    }


def verified(log: Log) -> dict[str, float]:
    log.checkpoint()
    size = log.store.head().size
    times = []
    for _ in range(ROUNDS):
        times.append(milliseconds(lambda: _sound(log)))
    return {"records": size, "verify_per_s": 1000 * size / statistics.median(times)}


def _sound(log: Log) -> None:
    found = verify(log.store, log.public_key)
    if not found.complete:
        raise SystemExit(f"the log does not verify: {found.problems}")


def erased(log: Log) -> dict[str, float]:
    return {"erase_ms": milliseconds(lambda: log.erase("subject-7"))}


def reported(where: str, files: str, folder: Path) -> dict[str, float]:
    """The summary of the whole log: how long it takes, and how large it is."""
    settings = f"[log]\nwhere = {json.dumps(where)}\nfiles = {json.dumps(files)}\n"
    (folder / "guard.toml").write_text(settings, "utf-8")
    command = [sys.executable, "-m", "guard", "log", "report", "--out", "summary"]
    taken = milliseconds(
        lambda: subprocess.run(command, check=True, cwd=folder, capture_output=True, timeout=600)
    )
    return {
        "report_s": taken / 1000,
        "report_html_bytes": (folder / "summary" / "summary.html").stat().st_size,
        "report_json_bytes": (folder / "summary" / "summary.json").stat().st_size,
    }


def sizes(folder: Path, records: float) -> dict[str, float]:
    total = sum(path.stat().st_size for path in folder.glob("log.*db*"))
    return {"bytes_per_record": total / records} if total else {}


def measured(where: str, folder: Path, count: int, records: int) -> dict[str, float]:
    """All figures of one store."""
    files = str(folder / "log")
    settings: dict[str, Any] = {"keep": "all", "on_error": "raise", "deadline": 30.0}
    with Log.open(where, files=files, **settings) as log:
        with Log.open(where, files=files, text="encrypted", **settings) as raw:
            found = beside_audit(log, raw, count)
            found |= synced(folder)
            found |= filled(raw, records, 8)
        found |= verified(log)
        found |= sizes(folder, found["records"])
        found |= erased(log)
    return found | reported(where, files, folder)


@contextmanager
def database(url: str | None) -> Iterator[str | None]:
    """The URL of an empty database; None if there is no PostgreSQL here."""
    if url is not None:
        yield url
        return
    from tests.postgres_server import Server, binaries

    found = binaries()
    if found is None:
        yield None
        return
    with Server(found) as server:
        yield server.url()


def table(figures: dict[str, dict[str, float]]) -> Table:
    made = Table("figure", *figures, "aim")
    names = dict.fromkeys(name for found in figures.values() for name in found)
    for name in names:
        cells = [f"{found[name]:,.2f}" if name in found else "-" for found in figures.values()]
        made.add_row(name, *cells, AIMS.get(name, ""))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        figures["sqlite"] = measured(str(here / "log.db"), here, chosen.turns, chosen.records)
    with tempfile.TemporaryDirectory() as folder, database(chosen.postgres) as url:
        if url is None:
            print("PostgreSQL is not measured: there is none here", file=sys.stderr)
        else:
            figures["postgres"] = measured(url, Path(folder), chosen.turns, chosen.records)
    load = os.getloadavg()[0]
    if chosen.json:
        print(json.dumps({"load": load, **figures}, indent=1))
    else:
        Console().print(table(figures))
        print(f"{os.cpu_count()} processors, load {load:.1f} at the end")


if __name__ == "__main__":
    main()
