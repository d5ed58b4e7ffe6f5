"""What a wrapped client costs beside a bare one, on a loopback upstream, in one run.

    python benchmarks/clients.py [--calls N] [--streams N] [--memory N] [--fuzz N]

Calls in turn, bare and wrapped, so that both meet the same machine. The audit itself is measured
apart (`audit`), so that the last column is what the seam adds to it. The full sizes of the targets
are `--memory 20000 --fuzz 100000`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from openai import AsyncOpenAI, OpenAI  # noqa: E402

from benchmarks.conformance.marker import FATAL, INSTEAD, WORD, marking, reader  # noqa: E402
from guard import Guard, Report  # noqa: E402
from guard.clients.steps import Check, Done, Emit, Known, Need, Probe  # noqa: E402
from guard.clients.streams import Hold, Streaming  # noqa: E402
from tests.clients import scripts  # noqa: E402
from tests.clients.scripts import CLEAN, MESSAGES, USER, events_of, read, sse  # noqa: E402
from tests.openai_server import Answer, OpenAIServer  # noqa: E402

POLICIES: tuple[Streaming, ...] = ("full", "earned", "observe")
PAUSE = 0.01  # seconds between events of a timed stream: a hundred tokens a second


def numbered(i: int) -> str:
    """A text that no other stream has; every second one has the word that is rewritten."""
    return CLEAN.replace("Rex", f"Rex{i}x") + ("" if i % 2 else f" It is a {WORD} of love.")


def _serve(kind: str, urls: Any) -> None:
    answers: dict[str, Any] = {
        "clean": Answer(CLEAN),
        "slow": Answer(CLEAN, pause=PAUSE),
        "numbered": lambda seen: Answer(numbered(int(seen.body["user"])), pause=0.001),
    }
    sys.setswitchinterval(0.0005)
    with OpenAIServer(answers[kind]) as server:
        urls.put(server.url)
        while True:
            time.sleep(1)
            server.seen.clear()


@contextmanager
def upstream(kind: str) -> Iterator[str]:
    """A server in a process of its own, so that it takes nothing from the client's."""
    spawn = multiprocessing.get_context("spawn")
    urls = spawn.Queue()
    process = spawn.Process(target=_serve, args=(kind, urls), daemon=True)
    process.start()
    try:
        yield urls.get(timeout=60)
    finally:
        process.kill()
        process.join()


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
            case Done() | Known():
                continue


def concurrent(streams: int) -> None:
    """So many streams at once: nothing leaks or crosses over, and the loop is never held up."""
    guard = marking(record=lambda _: None, deadline=None)

    async def one(client: AsyncOpenAI, i: int) -> bool:
        stream = await client.chat.completions.create(
            model="m", messages=MESSAGES, stream=True, user=str(i)  # type: ignore[arg-type]
        )  # fmt: skip
        got = "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
        return got == numbered(i).replace(WORD, INSTEAD)

    async def run(client: AsyncOpenAI) -> list[bool]:
        async with client:
            await one(client, 1)  # the SDK imports its parts with the first call
            start.append(time.perf_counter())
            steps.clear()
            return await asyncio.gather(*(one(client, i) for i in range(streams)))

    gc.collect()
    gc.freeze()  # as docs/clients.md says: full collections would count as steps of the loop
    with upstream("numbered") as url:
        for name, wrapping in (("bare", False), ("wrapped", True)):
            client = AsyncOpenAI(base_url=url, api_key="k", timeout=300)
            client = guard.wrap(client, streaming="full") if wrapping else client
            start: list[float] = []
            with held_up() as steps:
                right = asyncio.run(run(client))
            print(f"{streams} streams at once, {name}: {time.perf_counter() - start[0]:.1f} s, the "
                  f"longest step of the loop {1000 * max(steps):.1f} ms, p99.9 "
                  f"{ms(steps, 0.999):.2f} ms (target 20)"
                  + (f", {right.count(False)} wrong" if wrapping else ""))  # fmt: skip


@contextmanager
def held_up() -> Iterator[list[float]]:
    """How long each step of the event loop computes, on the thread's own clock: what others do on
    the machine does not count."""
    steps: list[float] = []
    run: Callable[[asyncio.Handle], None] = asyncio.Handle._run  # type: ignore[attr-defined]

    def counted(self: asyncio.Handle) -> None:
        start = time.thread_time()
        run(self)
        steps.append(time.thread_time() - start)

    asyncio.Handle._run = counted  # type: ignore[attr-defined]
    try:
        yield steps
    finally:
        asyncio.Handle._run = run  # type: ignore[attr-defined]


def memory(calls: int) -> None:
    """Resident memory over many calls."""
    guard = silent()
    with upstream("clean") as url:
        client = guard.wrap(OpenAI(base_url=url, api_key="k"))
        seen = []
        for i in range(calls):
            list(ask(client, stream=True)) if i % 2 else ask(client)
            if i in (calls // 5, calls - 1):
                seen.append(_resident())
    print(f"resident memory after {calls // 5} and after {calls} calls: {seen[0]:.1f} MB, "
          f"{seen[1]:.1f} MB")  # fmt: skip


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


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


def beside(calls: int) -> None:
    """`openai-guardrails` with one trivial check, where it can be installed, in its own process."""
    if subprocess.run([sys.executable, "-c", "import guardrails"], check=False,
                      capture_output=True).returncode:  # fmt: skip
        print("openai-guardrails: not installed here (pip install openai-guardrails), not measured")
        return
    from guardrails import GuardrailsOpenAI  # type: ignore[import-not-found]

    check = {"name": "Keyword Filter", "config": {"keywords": ["zzzz"]}}
    stage = {"version": 1, "guardrails": [check]}
    with upstream("clean") as url:
        client = GuardrailsOpenAI(config={"version": 1, "output": stage}, base_url=url, api_key="k")
        bare = OpenAI(base_url=url, api_key="k")
        for one in (bare, client):
            ask(one)
        pairs = [(timed(lambda: ask(bare)), timed(lambda: ask(client))) for _ in range(calls)]
    plain, theirs = ms([one for one, _ in pairs]), ms([one for _, one in pairs])
    print(f"openai-guardrails, one keyword check, median of {calls}: bare {plain:.2f} ms, "
          f"theirs {theirs:.2f} ms")  # fmt: skip


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--memory", type=int, default=1000)
    parser.add_argument("--fuzz", type=int, default=5000)
    parser.add_argument("--parts", help="names of parts, as single,fuzz; by default all")
    given = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
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
