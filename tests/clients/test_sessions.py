"""A session around a wrapped client's call is in force for its reply, whenever that is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from guard import Guard, Report, session
from guard.log.about import about, current
from tests.openai_server import Answer, OpenAIServer

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": LOSS}]}


@pytest.fixture(scope="module")
def observing(guard_: Guard) -> Guard:
    return Guard(mode="observe", encoder=guard_.judge.encoder)


@pytest.fixture(scope="module")
def fallback(guard_: Guard) -> str:
    blocking = Guard(mode="block", encoder=guard_.judge.encoder)
    return blocking.check(user=LOSS, draft=SOOTHING).reply.text


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Answer(SOOTHING)) as server:
        yield server


@pytest.fixture(params=[None, "observe", "earned"])
def client(request: Any, server: OpenAIServer, observing: Guard) -> Iterator[OpenAI]:
    bare = OpenAI(base_url=server.url, api_key="none", max_retries=0)
    with observing.wrap(bare, streaming=request.param) as client:
        yield client


def said(chunks: Any) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_a_stricter_mode_holds_for_an_answer_and_a_stream(client: OpenAI, fallback: str) -> None:
    before = said(client.chat.completions.create(stream=True, **ASKED))
    with session(mode="block"):
        whole = client.chat.completions.create(**ASKED).choices[0].message.content
        streamed = said(client.chat.completions.create(stream=True, **ASKED))

    assert (before, whole, streamed) == (SOOTHING, fallback, fallback)


def test_a_stream_that_is_read_after_the_session_is_as_within_it(
    client: OpenAI, fallback: str
) -> None:
    with session(mode="block"):
        stream = client.chat.completions.create(stream=True, **ASKED)

    assert said(stream) == fallback


def test_the_same_without_blocking(server: OpenAIServer, observing: Guard, fallback: str) -> None:
    async def run() -> tuple[str, str]:
        bare = AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0)
        async with observing.wrap(bare) as client:
            async with session(mode="block", packs=["crisis"]):
                within = await client.chat.completions.create(stream=True, **ASKED)
            after = await client.chat.completions.create(stream=True, **ASKED)
            return said([c async for c in within]), said([c async for c in after])

    within, after = asyncio.run(run())

    assert "Stay strong" not in within
    assert after == SOOTHING


@pytest.mark.parametrize("streams", [False, True])
def test_where_a_pack_of_the_session_does_not_fit_nothing_goes_out_unjudged(
    client: OpenAI, tmp_path: Path, streams: bool
) -> None:
    pack = tmp_path / "lenient.yaml"
    pack.write_text(
        "id: lenient\nversion: 1.0.0\ntitle: A pack\ndoes: Little.\naudience: Tests.\n"
        "leaves_out: The rest.\noverrides: {base.soothe-only: {enabled: false}}\n"
    )

    with session(mode="block", packs=[pack]):
        answer = client.chat.completions.create(stream=streams, **ASKED)
        text = said(answer) if streams else answer.choices[0].message.content

    assert text
    assert "Stay strong" not in text


class People(list[tuple[str | None, str | None]]):
    """Whom the records are about: by the session, and by what was said for the log."""

    def note(self, _: Report) -> None:
        opened = session.current()
        self.append((opened.user if opened else None, current().subject))


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def noting(guard_: Guard, people: People) -> Guard:
    return Guard(mode="annotate", encoder=guard_.judge.encoder, record=people.note)


@pytest.mark.parametrize("streaming", ["observe", "earned", "full"])
def test_a_stream_that_is_read_after_the_session_is_recorded_for_its_person(
    server: OpenAIServer, noting: Guard, people: People, streaming: str
) -> None:
    bare = OpenAI(base_url=server.url, api_key="none", max_retries=0)
    with noting.wrap(bare, streaming=streaming) as client:
        with session(user="p-1"), about(subject="s-1"):
            first = client.chat.completions.create(stream=True, **ASKED)
        with session(user="p-2"), about(subject="s-2"):
            second = client.chat.completions.create(stream=True, **ASKED)
            said(first)
        said(second)

    assert people == [("p-1", "s-1"), ("p-2", "s-2")]


def test_streams_of_many_people_that_are_read_elsewhere_never_meet(
    server: OpenAIServer, noting: Guard, people: People
) -> None:
    many = [f"p-{i}" for i in range(12)]

    async def run() -> None:
        bare = AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0)
        async with noting.wrap(bare, streaming="full") as client:

            async def asked(name: str) -> Any:
                async with session(user=name):
                    with about(subject=name):
                        return await client.chat.completions.create(stream=True, **ASKED)

            async def read(stream: Any) -> None:
                async for _ in stream:
                    pass

            streams = [await asked(name) for name in many]
            await asyncio.gather(*map(read, streams))

    asyncio.run(run())

    assert sorted(people) == sorted((name, name) for name in many)


def test_a_stream_that_is_closed_after_the_session_is_recorded_for_its_person(
    server: OpenAIServer, noting: Guard, people: People
) -> None:
    bare = OpenAI(base_url=server.url, api_key="none", max_retries=0)
    with noting.wrap(bare, streaming="observe") as client:
        with session(user="p-1"):
            stream: Any = client.chat.completions.create(stream=True, **ASKED)
        next(stream), next(stream)
        stream.close()

    assert people == [("p-1", None)]
