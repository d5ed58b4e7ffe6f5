"""The server that other tests talk to: the SDK understands it, and it does as it is told."""

from __future__ import annotations

import asyncio

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.openai_server import Answer, OpenAIServer, Seen

HELLO = [{"role": "user", "content": "Hello"}]


def client(server: OpenAIServer, **more: object) -> OpenAI:
    return OpenAI(base_url=server.url, api_key="none", max_retries=0, **more)  # type: ignore[arg-type]


def test_answers_come_in_order_and_the_last_repeats() -> None:
    with OpenAIServer(Answer("one"), Answer("two")) as server, client(server) as ours:
        said = [
            ours.chat.completions.create(model="m", messages=HELLO).choices[0].message.content  # type: ignore[arg-type]
            for _ in range(3)
        ]

    assert said == ["one", "two", "two"]
    assert [one.body["model"] for one in server.seen] == ["m", "m", "m"]
    assert server.seen[0].path == "/v1/chat/completions"
    assert server.answered == 3


def test_a_stream_gives_the_text_in_pieces_and_what_it_cost() -> None:
    with OpenAIServer(Answer("a b c")) as server, client(server) as ours:
        chunks = list(
            ours.chat.completions.create(
                model="m",
                messages=HELLO,  # type: ignore[arg-type]
                stream=True,
                stream_options={"include_usage": True},
            )
        )

    assert [c.choices[0].delta.content for c in chunks if c.choices][1:-1] == ["a ", "b ", "c"]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 20


def test_an_async_stream_can_be_left_midway() -> None:
    async def first(server: OpenAIServer) -> str | None:
        async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as ours:
            stream = await ours.chat.completions.create(model="m", messages=HELLO, stream=True)  # type: ignore[arg-type]
            async with stream:
                async for chunk in stream:
                    if chunk.choices[0].delta.content:
                        return chunk.choices[0].delta.content
        return None

    with OpenAIServer(Answer("a " * 500, pause=0.01)) as server:
        said = asyncio.run(first(server))

    assert said == "a "


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=429, headers={"Retry-After": "1"}), openai.RateLimitError),
        (Answer(status=500), openai.InternalServerError),
        (Answer(status=400), openai.BadRequestError),
        (Answer("late", delay=5.0), openai.APITimeoutError),
        (Answer("lost", drop="at once"), openai.APIConnectionError),
        (Answer("lost", drop="midway"), openai.APIConnectionError),
    ],
    ids=["429", "500", "400", "slow", "dropped", "dropped midway"],
)
def test_it_fails_as_it_is_told(answer: Answer, error: type[Exception]) -> None:
    with (
        OpenAIServer(answer) as server,
        client(server, timeout=0.2) as ours,
        pytest.raises(error),
    ):
        ours.chat.completions.create(model="m", messages=HELLO)  # type: ignore[arg-type]


def test_an_answer_can_depend_on_the_request() -> None:
    def echo(seen: Seen) -> Answer:
        return Answer(seen.prompt.upper(), tokens=None)

    with OpenAIServer(echo) as server, client(server) as ours:
        done = ours.chat.completions.create(model="m", messages=HELLO)  # type: ignore[arg-type]

    assert done.choices[0].message.content == "HELLO"
    assert done.usage is None
