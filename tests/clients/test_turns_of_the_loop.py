"""Long replies come out in portions, so that others on the same event loop have a turn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI

from benchmarks.conformance.marker import INSTEAD, WORD
from guard import Guard
from guard.clients.held import PORTION
from guard.clients.steps import Check, Emit, Need, Pause, Step
from guard.clients.streams import STRETCH, Hold
from guard.clients.wrapping import STREAMING
from tests.clients.scripts import CLEAN, MARKED, MESSAGES, chat, sse
from tests.clients.test_streams import ASKED, DIALECTS, checked, probed
from tests.openai_server import Answer, OpenAIServer

LONG = " ".join([*[CLEAN] * 9, MARKED])


def steps_of(content: bytes, streaming: Any) -> list[Step]:
    core = Hold(DIALECTS["chat"], ASKED, streaming).run()
    steps: list[Step] = []
    chunks = iter([content])
    answer: Any = None
    while True:
        try:
            step = core.send(answer)
        except StopIteration:
            return steps
        steps.append(step)
        answer = None
        if isinstance(step, Need):
            answer = next(chunks, None)
        elif isinstance(step, Check):
            answer = checked(step.draft.text, step.delivery)
        elif not isinstance(step, Emit | Pause) and hasattr(step, "draft"):
            answer = probed(step.draft.text)


@pytest.mark.parametrize("streaming", STREAMING)
def test_what_goes_out_at_once_is_little(streaming: str) -> None:
    events = chat(LONG)
    longest = max(len(sse([event], done=False)) for event in events)

    steps = steps_of(sse(events), streaming)

    sizes = [len(step.content) for step in steps if isinstance(step, Emit)]
    assert max(sizes) < PORTION + longest
    assert sum(sizes) >= len(events) * 100


def test_taking_in_and_giving_out_have_pauses() -> None:
    events = chat(LONG)

    steps = steps_of(sse(events), "full")

    taken_in = steps[: next(i for i, one in enumerate(steps) if isinstance(one, Check))]
    rest = steps[len(taken_in) :]
    expected = (len(events) + 1) // STRETCH
    assert sum(isinstance(one, Pause) for one in taken_in) == pytest.approx(expected, abs=1)
    assert sum(isinstance(one, Pause) for one in rest) == pytest.approx(expected, abs=1)


def test_while_a_held_stream_is_read_others_have_turns(
    server: OpenAIServer, marker_guard: Guard
) -> None:
    server.script(Answer(LONG))
    turns = 0

    async def run() -> tuple[str, list[int]]:
        nonlocal turns
        said, at = [], []

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        client = marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k"), streaming="full")
        async with client:
            stream: Any = await client.chat.completions.create(  # type: ignore[call-overload]
                model="m", messages=MESSAGES, stream=True
            )
            other = asyncio.create_task(others())
            async for chunk in stream:
                at.append(turns)
                said.append(chunk.choices[0].delta.content or "")
            other.cancel()
        return "".join(said), at

    text, at = asyncio.run(run())

    assert text == LONG.replace(WORD, INSTEAD)
    assert max(at.count(turn) for turn in at) <= PORTION // 100
