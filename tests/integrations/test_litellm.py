"""LiteLLM: its functions behind `protect`, and the proxy's guardrail, on a loopback server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from said import LOSS, SOOTHING, TAKING_UP

from guard import Guard, InputError
from tests.openai_server import Answer, OpenAIServer

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
litellm = pytest.importorskip("litellm", reason="NOT RUN: litellm is not installed")

from guard.integrations.litellm import LiteLLMGuardrail, turn_of  # noqa: E402

# LiteLLM's own code warns of much.
pytestmark = pytest.mark.filterwarnings("ignore")

MESSAGES = [{"role": "user", "content": LOSS}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Answer(SOOTHING)) as server:
        yield server


@pytest.fixture
def to(server: OpenAIServer) -> dict[str, Any]:
    return {"model": "openai/any", "api_base": server.url, "api_key": "none", "max_retries": 0,
            "messages": MESSAGES}  # fmt: skip


@pytest.fixture(scope="module")
def guardrail(blocking: Guard) -> LiteLLMGuardrail:
    return LiteLLMGuardrail(blocking)


def said(chunks: list[Any], index: int = 0) -> str:
    return "".join(
        choice.delta.content or ""
        for chunk in chunks
        for choice in chunk.choices
        if choice.index == index
    )


class TestFunctions:
    def test_an_answer_and_a_stream(
        self, to: dict[str, Any], blocking: Guard, fallback: str
    ) -> None:
        completion = blocking.protect(litellm.completion)

        answer = completion(**to)
        chunks = list(completion(stream=True, **to))

        assert answer.choices[0].message.content == fallback
        assert answer.usage.total_tokens == 120
        assert said(chunks) == fallback
        assert chunks[-1].choices[0].finish_reason == "stop"

    def test_the_same_awaited(self, to: dict[str, Any], blocking: Guard, fallback: str) -> None:
        acompletion = blocking.protect(litellm.acompletion)

        async def run() -> tuple[Any, list[Any]]:
            return await acompletion(**to), [c async for c in await acompletion(stream=True, **to)]

        answer, chunks = asyncio.run(run())

        assert answer.choices[0].message.content == fallback
        assert said(chunks) == fallback

    def test_errors_of_the_model_pass(
        self, to: dict[str, Any], blocking: Guard, server: OpenAIServer
    ) -> None:
        server.script(Answer(status=429))

        with pytest.raises(litellm.RateLimitError):
            blocking.protect(litellm.completion)(**to)


class TestGuardrail:
    def through(self, guardrail: LiteLLMGuardrail, to: dict[str, Any], **more: Any) -> Any:
        """What the proxy would send, given what LiteLLM answers."""

        async def run() -> Any:
            answer = await litellm.acompletion(**to, **more)
            if more.get("stream"):
                held = guardrail.async_post_call_streaming_iterator_hook(None, answer, to)
                return [item async for item in held]
            return await guardrail.async_post_call_success_hook(to, None, answer)

        return asyncio.run(run())

    def test_it_is_on_by_default_after_the_call(self, guardrail: LiteLLMGuardrail) -> None:
        from litellm.types.guardrails import GuardrailEventHooks

        assert guardrail.should_run_guardrail({}, GuardrailEventHooks.post_call)
        assert not guardrail.should_run_guardrail({}, GuardrailEventHooks.pre_call)

    def test_every_choice_of_an_answer(
        self, guardrail: LiteLLMGuardrail, to: dict[str, Any], fallback: str
    ) -> None:
        answer = self.through(guardrail, to, n=2)

        assert [choice.message.content for choice in answer.choices] == [fallback] * 2
        assert answer.usage.total_tokens == 120

    def test_every_choice_of_a_stream(
        self, guardrail: LiteLLMGuardrail, to: dict[str, Any], fallback: str
    ) -> None:
        chunks = self.through(guardrail, to, n=2, stream=True)

        assert [said(chunks, 0), said(chunks, 1)] == [fallback] * 2

    def test_what_may_go_out_is_kept(
        self, guardrail: LiteLLMGuardrail, to: dict[str, Any], server: OpenAIServer
    ) -> None:
        server.script(Answer(TAKING_UP))

        chunks = self.through(guardrail, to, stream=True)

        assert said(chunks) == TAKING_UP
        assert len(chunks) > 5

    def test_calls_of_tools_pass(
        self, guardrail: LiteLLMGuardrail, to: dict[str, Any], server: OpenAIServer
    ) -> None:
        server.script(Answer(None, tool_calls=[CALL], finish="tool_calls"))

        answer = self.through(guardrail, to)

        assert answer.choices[0].message.tool_calls[0].function.name == "weather"

    def test_what_says_nothing_passes(self, guardrail: LiteLLMGuardrail) -> None:
        given = litellm.EmbeddingResponse(model="m", data=[])

        out = asyncio.run(guardrail.async_post_call_success_hook({}, None, given))

        assert out is given

    def test_a_stream_of_responses(self, guardrail: LiteLLMGuardrail, fallback: str) -> None:
        events = [
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
             "delta": piece} for piece in (SOOTHING[:9], SOOTHING[9:])
        ]  # fmt: skip

        out = asyncio.run(streamed(guardrail, events, {"input": LOSS}))

        assert [event["delta"] for event in out] == [fallback, ""]

    def test_a_stream_in_another_form_does_not_go_out(self, guardrail: LiteLLMGuardrail) -> None:
        with pytest.raises(InputError):
            asyncio.run(streamed(guardrail, [b"data: {}\n\n"], {"messages": MESSAGES}))


@pytest.mark.parametrize(
    "request_",
    [{"messages": MESSAGES}, {"input": LOSS}, {"input": [*MESSAGES, {"type": "reasoning"}]},
     {"prompt": LOSS}, {"prompt": ["Before.", LOSS]}],
)  # fmt: skip
def test_the_conversation_is_found_in_all_kinds_of_requests(request_: dict[str, Any]) -> None:
    assert turn_of(request_).user == LOSS


def test_a_request_without_a_conversation_is_told() -> None:
    with pytest.raises(InputError, match="no messages, input or prompt"):
        turn_of({"model": "m"})


async def streamed(
    guardrail: LiteLLMGuardrail, items: list[Any], request: dict[str, Any]
) -> list[Any]:
    async def arriving() -> AsyncIterator[Any]:
        for item in items:
            yield item

    held = guardrail.async_post_call_streaming_iterator_hook(None, arriving(), request)
    return [item async for item in held]
