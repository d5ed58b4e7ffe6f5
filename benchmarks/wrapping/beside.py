"""`openai-guardrails` beside ours, in the same run, where it is installed.

It has one trivial check, a keyword that is nowhere. A counter in that check proves that it ran, on
the reply, for every call that was timed; a second client, whose keyword is in the reply, that its
result counts.
"""

from __future__ import annotations

import importlib.util
import time
from typing import Any

from openai import OpenAI

from benchmarks.conformance.marker import reader
from benchmarks.wrapping.upstream import upstream
from guard import Guard
from tests.clients.scripts import CLEAN, MESSAGES

NAME = "Counted Keyword"


def beside(calls: int) -> bool:
    """Time both; False if there is nothing to time it beside."""
    if importlib.util.find_spec("guardrails") is None:
        print("openai-guardrails: NOT RUN, it is not installed (pip install openai-guardrails)")
        return False
    seen: list[str] = []
    guard = Guard(encoder=reader(), record=lambda _: None)
    with upstream("clean") as url:
        bare = OpenAI(base_url=url, api_key="k")
        clients = {"bare": bare, "ours": guard.wrap(bare), "theirs": _theirs(url, "zzzz", seen)}
        for client in clients.values():
            _ask(client)
        took: dict[str, list[float]] = {name: [] for name in clients}
        seen.clear()
        for _ in range(calls):
            for name, client in clients.items():
                took[name].append(_timed(client))
        ran = seen.count(CLEAN)
        trips = _trips(_theirs(url, "fourteen", []))
    told = {name: 1000 * sorted(times)[len(times) // 2] for name, times in took.items()}
    print(f"beside openai-guardrails with one keyword check, median of {calls} calls in turn: bare "
          f"{told['bare']:.2f} ms, ours {told['ours']:.2f} ms (all rules of the base pack), theirs "
          f"{told['theirs']:.2f} ms\n    their check ran on {ran} of {calls} replies, and "
          f"{'trips' if trips else 'DOES NOT TRIP'} where its word is there"
          + ("" if ran == calls and trips else ": NOT A FAIR COMPARISON"))  # fmt: skip
    return ran == calls and trips


def _theirs(url: str, word: str, seen: list[str]) -> Any:
    """Their client, with a check of ours in front of theirs that writes down what it is given."""
    from guardrails import GuardrailsOpenAI  # type: ignore[import-not-found]
    from guardrails.checks.text.keywords import (  # type: ignore[import-not-found]
        KeywordCfg,
        keywords,
    )
    from guardrails.registry import default_spec_registry  # type: ignore[import-not-found]

    name = f"{NAME} {word}"

    async def counted(ctx: Any, data: str, config: Any) -> Any:
        seen.append(data)
        return await keywords(ctx, data, config)

    counted.__annotations__["config"] = KeywordCfg
    default_spec_registry.register(
        name=name, check_fn=counted, description="A keyword, counted.", media_type="text/plain"
    )
    stage = {"version": 1, "guardrails": [{"name": name, "config": {"keywords": [word]}}]}
    return GuardrailsOpenAI(config={"version": 1, "output": stage}, base_url=url, api_key="k")


def _trips(client: Any) -> bool:
    from guardrails.exceptions import (  # type: ignore[import-not-found]
        GuardrailTripwireTriggered,
    )

    try:
        _ask(client)
    except GuardrailTripwireTriggered:
        return True
    return False


def _ask(client: Any) -> Any:
    return client.chat.completions.create(model="m", messages=MESSAGES)


def _timed(client: Any) -> float:
    start = time.perf_counter()
    _ask(client)
    return time.perf_counter() - start
