"""What a wrapped client costs beside a bare one, on a loopback upstream, in one run.

    python benchmarks/clients.py [--parts NAMES] [--calls N] [--streams N] [--memory N] [--fuzz N]

Calls in turn, bare and wrapped, so that both meet the same machine. The audit itself is measured
apart (`audit`), so that the last column is what the seam adds to it. The full sizes of the targets
are `--memory 20000 --fuzz 100000`; the first takes 7 minutes of one core. Long parts are in
`wrapping/`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from openai import OpenAI  # noqa: E402

from benchmarks.conformance.marker import FATAL, WORD, marking, reader  # noqa: E402
from benchmarks.wrapping.beside import beside  # noqa: E402
from benchmarks.wrapping.loop import concurrent  # noqa: E402
from benchmarks.wrapping.memory import memory  # noqa: E402
from benchmarks.wrapping.upstream import upstream  # noqa: E402
from guard import Guard, Report  # noqa: E402
from guard.clients.steps import Check, Done, Emit, Known, Need, Pause, Probe  # noqa: E402
from guard.clients.streams import Hold, Streaming  # noqa: E402
from tests.clients import scripts  # noqa: E402
from tests.clients.scripts import CLEAN, MESSAGES, USER, events_of, read, sse  # noqa: E402

POLICIES: tuple[Streaming, ...] = ("full", "earned", "observe")


def ms(seconds: Sequence[float], share: float = 0.5) -> float:
    """A quantile, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ask(client: Any, **options: Any) -> Any:
    return client.chat.completions.create(model="m", messages=MESSAGES, **options)


def silent(**options: Any) -> Guard:
    return Guard(encoder=reader(), record=lambda _: None, **options)


class Still(Guard):
    """A guard that knows its report beforehand: what is left is what the seam costs."""

    def check(self, turn: Any = None, **others: Any) -> Report:
        if not hasattr(self, "_known"):
            self._known = super().check(turn, **others)
        return self._known


def single(calls: int) -> None:
    """Calls that are not streamed: bare, wrapped, and with an audit that costs nothing."""
    guard = silent()
    still = Still(encoder=reader(), record=lambda _: None)
    with upstream("clean") as url:
        bare = OpenAI(base_url=url, api_key="k")
        ours, seam = guard.wrap(bare), still.wrap(bare)
        took: dict[str, list[float]] = {name: [] for name in ("wrapped", "audit", "bare", "seam")}
        for _ in range(calls):
            took["wrapped"].append(timed(lambda: ask(ours)))
            took["audit"].append(timed(lambda: guard.check(user=USER, draft=CLEAN)))
        # By themselves: after an audit the caches are cold, and everything is slower.
        for _ in range(5 * calls):
            took["bare"].append(timed(lambda: ask(bare)))
            took["seam"].append(timed(lambda: ask(seam)))
    more = ms([b - a for a, b in zip(took["bare"], took["seam"], strict=True)])
    print(f"one call, median of {calls}: bare {ms(took['bare']):.2f} ms, wrapped "
          f"{ms(took['wrapped']):.2f} ms, an audit alone {ms(took['audit']):.2f} ms")  # fmt: skip
    print(f"    the seam by itself, its audit known beforehand, adds {more:.2f} ms (target 0.5)")


def streamed(streams: int) -> None:
    """Time to the first text and to the last, by policy."""
    guard = silent()
    with upstream("slow") as url:
        bare = OpenAI(base_url=url, api_key="k")
        clients = {"bare": bare, **{one: guard.wrap(bare, streaming=one) for one in POLICIES}}
        rows: dict[str, list[tuple[float, float]]] = {name: [] for name in clients}
        for _ in range(streams):
            for name, client in clients.items():
                rows[name].append(_first_and_last(client))
    print(f"a stream of {len(scripts.words(CLEAN))} deltas, 10 ms apart, median of {streams}:")
    for name, times in rows.items():
        first, last = (ms([one[i] for one in times]) for i in (0, 1))
        print(f"    {name:8} first text after {first:6.0f} ms, last after {last:6.0f} ms")


def _first_and_last(client: Any) -> tuple[float, float]:
    start, first = time.perf_counter(), 0.0
    for chunk in ask(client, stream=True):
        if not first and chunk.choices and chunk.choices[0].delta.content:
            first = time.perf_counter() - start
    return first, time.perf_counter() - start


def passing(events: int = 5000) -> None:
    """What the state machine takes for an event that it does not change."""
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": [
        {"index": 0, "function": {"arguments": "{}"}}]}, "finish_reason": None}]}  # fmt: skip
    content = sse([chunk] * events)
    pieces = [content[i : i + 4096] for i in range(0, len(content), 4096)]
    from guard.clients.chat import CHAT
    from guard.clients.drafts import Asked

    took = []
    for _ in range(5):
        core = Hold(CHAT, Asked(), "earned").run()
        start = time.process_time()
        _drive(core, iter(pieces), None)
        took.append((time.process_time() - start) / events)
    print(f"an event passed through: {1000 * min(took):.4f} ms (target 0.05)")


def _drive(core: Any, chunks: Any, judge: Any) -> tuple[list[bytes], list[bytes]]:
    """Drive a core to its end: what had gone out at each step, and all of it."""
    answer: Any = None
    sent: list[bytes] = []
    while True:
        try:
            step = core.send(answer)
        except StopIteration:
            return sent, [b"".join(sent)]
        answer = None
        match step:
            case Need():
                answer = next(chunks, None)
            case Emit():
                sent.append(step.content)
            case Probe() | Check():
                answer = judge(step)
            case Done() | Known() | Pause():
                continue


def fuzz(streams: int, seed: int = 7) -> None:
    """Streams with random texts, cut at random: bytes of a flagged text that went out."""
    from guard.clients.anthropic import MESSAGES as ANTHROPIC
    from guard.clients.chat import CHAT, LEGACY
    from guard.clients.drafts import Asked
    from guard.clients.responses import RESPONSES
    from guard.clients.seam import turn_of

    dialects = {"chat": CHAT, "responses": RESPONSES, "legacy": LEGACY, "messages": ANTHROPIC}
    asked = Asked(messages=tuple(MESSAGES), streams=True)
    guard = marking(record=lambda _: None)
    known: dict[Any, Any] = {}

    def judge(step: Any) -> Any:
        key = (step.draft.text, getattr(step, "delivery", None))
        if key not in known:
            turn = turn_of(asked, 0, step.draft.text)
            probing = isinstance(step, Probe)
            known[key] = guard.audit(turn) if probing else guard.check(turn, delivery=step.delivery)
        return known[key]

    chance = random.Random(seed)  # noqa: S311 - not for secrets
    sentences = [
        "You had Rex for fourteen years.", "Last night he died.", "What was he like?",
        "That is a long time.", f"It is a {WORD} of love.", f"That is {FATAL}, nobody says so.",
    ]  # fmt: skip
    pool = [" ".join(chance.sample(sentences, chance.randint(2, 5))) for _ in range(60)]
    bodies = {(form, text): sse(events_of(form, text)) for form in dialects for text in pool}
    leaked = wrong = 0
    start = time.perf_counter()
    for _ in range(streams):
        form, text = chance.choice(list(dialects)), chance.choice(pool)
        content = bodies[form, text]
        cuts = sorted(chance.randrange(len(content)) for _ in range(chance.randint(0, 8)))
        whole = chance.random() < 0.9
        chunks: list[Any] = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)],
                                                          strict=True)]  # fmt: skip
        if not whole:
            chunks = chunks[:-1]
        hold = Hold(dialects[form], asked, chance.choice(("full", "earned")))
        sent, _ = _drive(hold.run(), iter(chunks), judge)
        out = b"".join(sent)
        broken_off = not whole
        for word in (WORD, FATAL):
            # What broke off was not judged; in mode rewrite it goes out, and says so.
            leaked += 0 if broken_off else out.count(word.encode())
        wrong += whole and len(read(out)) != len(read(content))
    print(f"{streams} fuzzed streams in {time.perf_counter() - start:.0f} s: {leaked} leaks, "
          f"{wrong} with events lost or added, {len(known)} drafts judged")  # fmt: skip


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--memory", type=int, default=2000)
    parser.add_argument("--fuzz", type=int, default=5000)
    parser.add_argument("--parts", help="names of parts, as single,fuzz; by default all")
    given = parser.parse_args()
    parts: dict[str, Callable[[], object]] = {
        "single": lambda: single(given.calls),
        "passing": passing,
        "streamed": lambda: streamed(5),
        "concurrent": lambda: concurrent(given.streams),
        "fuzz": lambda: fuzz(given.fuzz),
        "memory": lambda: memory(given.memory),
        "beside": lambda: beside(given.calls),
    }
    for name in given.parts.split(",") if given.parts else parts:
        parts[name]()
    print(json.dumps({"python": sys.version.split()[0]}))


if __name__ == "__main__":
    main()
