"""Time of an audit, in one run, as medians and ratios.

    python benchmarks/latency.py

Turns have a user message of about 60 words and a draft of about 120, put together from the base
pack's own exemplars. The cache is off, so every text is read each time. `bare` is the encoder
alone, over the very same text. Start-up figures are the best of five fresh processes,
because what else runs on a machine can only make them worse.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from guard import Guard, Turn
from guard.models.reader import Reader
from guard.models.segments import pieces, windows
from guard.packs.load import load_packs
from guard.packs.ruleset import groups_of
from guard.text.document import Document

# A plain install has no torch; where it is, for training, spaCy would import it.
FIRST_AUDIT = """
import resource, sys, time
sys.modules["torch"] = None
from guard import Guard
guard = Guard()
guard.audit(user="My dog died last night and I feel empty.", draft="Don't be sad! Sending hugs.")
print(time.clock_gettime(time.CLOCK_BOOTTIME))
for _ in range(50):
    guard.audit(user="They lied to me, I am so angry. " * 6, draft="That sounds hard. " * 8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
IMPORT = """
import time
started = time.perf_counter()
import guard
print(time.perf_counter() - started)
"""


def turns(count: int, seed: int = 0) -> list[Turn]:
    """Turns of the size that the figures are for."""
    groups = groups_of(load_packs(["base"]))
    said = [s for label in ("self", "other", "norm") for s in groups["function"][label]]
    drafted = [s for sentences in groups["act"].values() for s in sentences]
    rng = random.Random(seed)  # noqa: S311 - a benchmark's texts
    return [Turn.of(_words(said, 60, rng), _words(drafted, 120, rng)) for _ in range(count)]


def _words(sentences: Sequence[str], words: int, rng: random.Random) -> str:
    picked: list[str] = []
    while sum(len(s.split()) for s in picked) < words - 4:
        picked.append(rng.choice(sentences))
    return " ".join(s if s[-1] in ".!?" else f"{s}." for s in picked)


def milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - started)


def audit_against_bare(count: int) -> dict[str, float]:
    """Medians of an audit and of the encoder alone over the same text, taken in turn."""
    reader = Reader(cache=0)
    guard = Guard(encoder=reader)
    some = turns(count)
    documents = [
        (guard.documents.read(turn.user, "user"), guard.documents.read(turn.draft, "draft"))
        for turn in some
    ]
    for turn, texts in zip(some[:10], documents[:10], strict=True):
        guard.audit(turn)
        bare(reader, *texts)
    audits, passes = [], []
    for turn, texts in zip(some, documents, strict=True):
        passes.append(milliseconds(lambda texts=texts: bare(reader, *texts)))
        audits.append(milliseconds(lambda turn=turn: guard.audit(turn)))
    median = statistics.median(audits)
    p99 = statistics.quantiles(audits, n=100)[98]
    return {
        "bare_ms": statistics.median(passes),
        "audit_ms": median,
        "audit_to_bare": median / statistics.median(passes),
        "p99_ms": p99,
        "p99_to_median": p99 / median,
    }


def bare(reader: Reader, user: Document, draft: Document) -> None:
    """The encoder alone, over the same tokens: no heads, and nothing around it."""
    cut = [windows(pieces(reader._tokenizer, [s.text for s in text.sentences]))
           for text in (user, draft)]  # fmt: skip
    _, past = reader._message((), cut[0])
    for window in cut[1]:
        reader._pass(window.ids, "draft", past)


def many_threads(count: int, threads: int = 8, rounds: int = 5) -> dict[str, float | bool]:
    """Throughput of several threads sharing one Guard, to that of one; medians of the rounds."""
    guard = Guard(cache=0)
    some = turns(count)
    serial = [guard.audit(turn) for turn in some]
    ratios, same = [], True
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(rounds):
            one = milliseconds(lambda: [guard.audit(turn) for turn in some])
            shared = milliseconds(lambda: list(pool.map(guard.audit, some)))
            same = same and list(pool.map(guard.audit, some)) == serial
            ratios.append(one / shared)
    return {"threads": threads, "throughput_to_one": statistics.median(ratios), "identical": same}


def start_up(times: int = 5) -> dict[str, float]:
    """Seconds to import, and from process start to the end of the first audit; peak memory."""
    imports, firsts, memory = [], [], []
    for _ in range(times):
        imports.append(float(_python(IMPORT)[0]))
        started = time.clock_gettime(time.CLOCK_BOOTTIME)
        ended, peak = _python(FIRST_AUDIT)
        firsts.append(float(ended) - started)
        memory.append(float(peak))
    return {
        "import_s": min(imports),
        "import_median_s": statistics.median(imports),
        "first_audit_s": min(firsts),
        "first_audit_median_s": statistics.median(firsts),
        "peak_mb": max(memory),
    }


def _python(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of an audit, as medians and ratios.")
    parser.add_argument("--turns", type=int, default=300)
    args = parser.parse_args()
    figures = {
        "cores": os.cpu_count(),
        "start": start_up(),
        "audit": audit_against_bare(args.turns),
        "sharing": many_threads(args.turns // 3),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
