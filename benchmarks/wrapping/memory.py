"""Resident memory over many calls: short turns, each another text, audited in the ordinary way.

The first half is not fitted: it fills what is bounded, most of all the tokenizer's memory of 10,000
words, one of which is new in each of these turns. What is told is the slope of the second half with
its 95% interval, so that "flat" is a statement about growth and not about two readings.
"""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from openai import OpenAI

from benchmarks.wrapping.upstream import upstream
from guard import Guard, Report

AT_ONCE = 2
BLOCKS = 24  # means of so many stretches are fitted: single readings depend on those before
STUDENT = 2.07  # two-sided 95% of t with 22 degrees of freedom
FLAT = 0.1  # MB per 1,000 calls: 2 MB over 20,000
FILLING = 0.5  # of all calls
ENOUGH = 20_000  # calls, for a verdict


@dataclass(frozen=True, slots=True)
class Slope:
    """MB per 1,000 calls, and half of its 95% interval."""

    slope: float
    half: float

    @property
    def verdict(self) -> str:
        """Flat, growing, or neither can be said."""
        if self.slope + self.half <= FLAT:
            return "flat"
        return "GROWS" if self.slope - self.half > FLAT else "NOT SETTLED: more calls are needed"


def slope_of(calls: list[int], resident: list[float]) -> Slope:
    """The line through the means of equal stretches."""
    at = np.array([part.mean() for part in np.array_split(np.array(calls), BLOCKS)]) / 1000
    mb = np.array([part.mean() for part in np.array_split(np.array(resident), BLOCKS)])
    slope, start = np.polyfit(at, mb, 1)
    left = mb - (slope * at + start)
    error = np.sqrt((left**2).sum() / (BLOCKS - 2) / ((at - at.mean()) ** 2).sum())
    return Slope(float(slope), float(STUDENT * error))


def memory(calls: int) -> None:
    """Make the calls, half of them streamed, and tell how memory went."""
    outcomes: dict[str, int] = {}

    def noted(report: Report) -> None:
        outcomes[report.verdict.outcome] = outcomes.get(report.verdict.outcome, 0) + 1

    guard = Guard(record=noted)
    numbers, readings = count(), []
    lock = threading.Lock()
    started = time.perf_counter()

    def work(client: OpenAI) -> None:
        while (i := next(numbers)) < calls:
            _call(client, i)
            if i % max(1, calls // 400) == 0:
                with lock:
                    readings.append((i, _resident()))
                    _progress(i, calls, started)

    with (
        upstream("short") as url,
        ThreadPoolExecutor(AT_ONCE) as pool,
        guard.wrap(OpenAI(base_url=url, api_key="k")) as client,
    ):
        for done in [pool.submit(work, client) for _ in range(AT_ONCE)]:
            done.result()
    readings.sort()
    fitted = [one for one in readings if one[0] >= calls * FILLING]
    line = slope_of([at for at, _ in fitted], [mb for _, mb in fitted])
    verdict = line.verdict if calls >= ENOUGH else f"no verdict below {ENOUGH} calls"
    print(
        f"\nresident memory over {calls} calls ({time.perf_counter() - started:.0f} s, outcomes "
        f"{outcomes}): {readings[0][1]:.1f} MB at the start, {fitted[0][1]:.1f} MB after half, "
        f"{fitted[-1][1]:.1f} MB at the end; second half {line.slope:+.3f} MB per 1,000 calls, 95% "
        f"interval {line.slope - line.half:+.3f} to {line.slope + line.half:+.3f}: {verdict} "
        f"(target: at most {FLAT})"
    )


def _call(client: OpenAI, i: int) -> None:
    asked: list[Any] = [{"role": "user", "content": f"My dog {i} died last night."}]
    if i % 2:
        for _ in client.chat.completions.create(
            model="m", messages=asked, stream=True, user=str(i)
        ):
            pass
    else:
        client.chat.completions.create(model="m", messages=asked, user=str(i))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _progress(i: int, calls: int, started: float) -> None:
    if not sys.stderr.isatty() and i % max(1, calls // 20):
        return
    passed = time.perf_counter() - started
    left = passed * (calls - i) / max(i, 1)
    full = 30 * i // calls
    bar = "#" * full + "." * (30 - full)
    print(f"\r[{bar}] {i}/{calls}, {_resident():.0f} MB, {left:.0f} s left", end="",
          file=sys.stderr, flush=True)  # fmt: skip
