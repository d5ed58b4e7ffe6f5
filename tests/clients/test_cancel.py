"""Whoever goes away closes the upstream at once, and what they got is on record; nobody gets what
belongs to another."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI

from benchmarks.conformance.marker import INSTEAD, WORD, Replacing, marking
from guard import Guard
from guard.repair import Job, Rewritten
from tests.clients.conftest import Noted
from tests.clients.scripts import CLEAN, MARKED, MESSAGES, chat, sse
from tests.openai_server import Answer, OpenAIServer, Seen

SLOW = Answer(CLEAN, pause=0.05)


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_closing_a_stream_closes_the_upstream_and_records_what_was_got(
    server: OpenAIServer, marker_guard: Guard, noted: Noted
) -> None:
    server.script(SLOW)
    client = marker_guard.wrap(OpenAI(base_url=server.url, api_key="k"), streaming="observe")
    stream: Any = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)  # type: ignore[call-overload]
    got = [next(stream).choices[0].delta.content for _ in range(4)]

    stream.close()

    assert until(lambda: server.broken == 1)
    assert [report.verdict.fault for report in noted] == ["incomplete"]
    assert noted[0].reply.text == "".join(got)


def test_a_stream_that_is_closed_before_any_text_has_nothing_to_record(
    server: OpenAIServer, marker_guard: Guard, noted: Noted
) -> None:
    server.script(SLOW)
    client = marker_guard.wrap(OpenAI(base_url=server.url, api_key="k"), streaming="earned")
    stream: Any = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)  # type: ignore[call-overload]
    next(stream)

    stream.close()

    assert until(lambda: server.broken == 1)
    assert not noted


def test_cancelling_a_task_closes_the_upstream(
    server: OpenAIServer, marker_guard: Guard, noted: Noted
) -> None:
    server.script(Answer(CLEAN, pause=0.2))

    async def run() -> None:
        async with marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k")) as client:

            async def read() -> None:
                stream: Any = await client.chat.completions.create(  # type: ignore[call-overload]
                    model="m", messages=MESSAGES, stream=True
                )
                async for _ in stream:
                    pass

            task = asyncio.create_task(read())
            await asyncio.sleep(1.5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()

    asyncio.run(run())

    assert until(lambda: server.broken == 1)
    assert until(lambda: len(noted) == 1)
    assert noted[0].verdict.fault == "incomplete"
    assert CLEAN.startswith(noted[0].reply.text)


def test_streams_at_once_do_not_bleed_into_each_other(
    server: OpenAIServer, marker_guard: Guard
) -> None:
    many = 24

    def text(i: int) -> str:
        return f"You had dog {i}x for years. This is a {WORD} of love for {i}x, I think."

    def answered(seen: Seen) -> Answer:
        return Answer(text(int(seen.body["user"])), pause=0.002)

    server.script(answered)

    async def run() -> list[str]:
        async with marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k")) as client:

            async def one(i: int) -> str:
                stream: Any = await client.chat.completions.create(  # type: ignore[call-overload]
                    model="m", messages=MESSAGES, stream=True, user=str(i)
                )
                return "".join([c.choices[0].delta.content or "" async for c in stream])

            return await asyncio.gather(*map(one, range(many)))

    assert asyncio.run(run()) == [text(i).replace(WORD, INSTEAD) for i in range(many)]


class Waiting(Replacing):
    """A rewriter that takes its time."""

    async def arewrite(self, job: Job) -> Rewritten:
        await asyncio.sleep(60)
        return self.rewrite(job)


def test_cancelling_while_the_end_is_being_checked_is_on_record(server: OpenAIServer) -> None:
    noted = Noted()
    waiting = Waiting(re.compile(WORD), lambda _: INSTEAD)
    guard = marking(record=noted.append, rewriter=waiting, deadline=None)
    server.script(Answer(MARKED))

    async def run() -> None:
        client = guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k"), streaming="full")
        async with client:
            stream: Any = await client.chat.completions.create(  # type: ignore[call-overload]
                model="m", messages=MESSAGES, stream=True
            )
            task = asyncio.create_task(anext(stream))
            while not server.answered:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await stream.close()

    asyncio.run(run())

    assert until(lambda: len(noted) == 1)
    assert (noted[0].verdict.outcome, noted[0].verdict.fault) == ("unknown", "incomplete")


def test_a_stream_that_was_checked_is_recorded_once_however_it_is_closed(
    server: OpenAIServer, marker_guard: Guard, noted: Noted
) -> None:
    server.script(Answer(MARKED))
    with marker_guard.wrap(OpenAI(base_url=server.url, api_key="k"), streaming="full") as client:
        stream: Any = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)  # type: ignore[call-overload]
        next(stream)

        stream.close()

    assert [report.verdict.outcome for report in noted] == ["flag"]


def test_an_upstream_that_cannot_be_closed_does_not_keep_a_stream_off_the_record(
    marker_guard: Guard, noted: Noted
) -> None:
    content = sse(chat(CLEAN))

    class Stuck(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield content[: len(content) // 2]
            raise AssertionError("nobody reads on")

        def close(self) -> None:
            raise OSError("gone already")

    def answered(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Stuck())

    with marker_guard.wrap(
        httpx.Client(transport=httpx.MockTransport(answered)), streaming="observe"
    ) as client:
        request = client.build_request("POST", "http://a/chat/completions", json={"stream": True})
        response = client.send(request, stream=True)
        pieces = response.iter_raw()
        next(pieces), next(pieces), next(pieces)
        with pytest.raises(OSError, match="gone already"):
            response.close()

    assert [report.verdict.fault for report in noted] == ["incomplete"]
