"""OpenAI Agents SDK: runs against a loopback server, whole and streamed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from said import LOSS, SOOTHING, TAKING_UP

from guard import Guard, InputError
from tests.openai_server import Answer, OpenAIServer

pytest.importorskip("agents", reason="NOT RUN: openai-agents is not installed")

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    function_tool,
)
from openai import AsyncOpenAI, InternalServerError
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseTextDeltaEvent,
)

from guard.integrations.openai_agents import GuardedModel, output_guardrail, reply_of

CANARY = "strong"
CONFIG = RunConfig(tracing_disabled=True)
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


@function_tool
def weather() -> str:
    """The weather."""
    return "It rains."


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Answer(SOOTHING)) as server:
        yield server


def asked(server: OpenAIServer, given: Any, guard: Guard | None, **settings: Any) -> Any:
    """Run an agent; its answer. With a guard, its model is behind it."""

    async def run() -> Any:
        async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
            inner = OpenAIChatCompletionsModel("any", openai_client=client)
            model = inner if guard is None else GuardedModel(inner, guard)
            agent = Agent(name="a", model=model, tools=[weather], **settings)
            return await Runner.run(agent, given, run_config=CONFIG)

    return asyncio.run(run())


def streamed(server: OpenAIServer, guard: Guard) -> tuple[list[Any], Any]:
    async def run() -> tuple[list[Any], Any]:
        async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
            inner = OpenAIChatCompletionsModel("any", openai_client=client)
            result = Runner.run_streamed(
                Agent(name="a", model=GuardedModel(inner, guard)), LOSS, run_config=CONFIG
            )
            return [event async for event in result.stream_events()], result.final_output

    return asyncio.run(run())


class TestModel:
    def test_a_flagged_answer_is_replaced(
        self, server: OpenAIServer, blocking: Guard, fallback: str
    ) -> None:
        result = asked(server, LOSS, blocking)

        assert result.final_output == fallback
        assert CANARY not in repr(result.to_input_list())

    def test_an_answer_that_may_go_out_is_kept(self, server: OpenAIServer, blocking: Guard) -> None:
        server.script(Answer(TAKING_UP))

        assert (
            asked(server, [{"role": "user", "content": LOSS}], blocking).final_output == TAKING_UP
        )

    def test_tools_run_and_the_last_answer_is_audited_with_the_users_message(
        self, server: OpenAIServer, blocking: Guard, fallback: str
    ) -> None:
        server.script(Answer(None, tool_calls=[CALL], finish="tool_calls"), Answer(SOOTHING))

        result = asked(server, LOSS, blocking)

        assert result.final_output == fallback
        assert "It rains." in repr(result.to_input_list())

    def test_nothing_of_a_flagged_answer_is_in_a_stream(
        self, server: OpenAIServer, blocking: Guard, fallback: str
    ) -> None:
        events, final = streamed(server, blocking)

        deltas = [e.data.delta for e in events if getattr(e, "data", None) is not None
                  and e.data.type == "response.output_text.delta"]  # fmt: skip
        assert final == "".join(deltas) == fallback
        assert CANARY not in repr(events)

    def test_a_stream_that_may_go_out_is_kept(self, server: OpenAIServer, blocking: Guard) -> None:
        server.script(Answer(TAKING_UP))

        events, final = streamed(server, blocking)

        deltas = [e.data.delta for e in events if getattr(e, "data", None) is not None
                  and e.data.type == "response.output_text.delta"]  # fmt: skip
        assert final == "".join(deltas) == TAKING_UP
        assert len(deltas) > 5

    def test_errors_of_the_model_pass(self, server: OpenAIServer, blocking: Guard) -> None:
        server.script(Answer(status=500))

        with pytest.raises(InternalServerError):
            asked(server, LOSS, blocking)

    def test_parts_are_kept_apart_and_what_tells_of_a_text_goes_with_it(
        self, blocking: Guard, fallback: str
    ) -> None:
        def text(said: str) -> ResponseOutputText:
            token = {"token": said[-7:], "logprob": 0.0, "bytes": [], "top_logprobs": []}
            return ResponseOutputText.model_validate(
                {"type": "output_text", "text": said, "annotations": [], "logprobs": [token]}
            )

        message = ResponseOutputMessage(
            id="m", role="assistant", status="completed", type="message",
            content=[text(TAKING_UP), text(SOOTHING)],
        )  # fmt: skip
        reasoning = ResponseReasoningItem.model_validate(
            {"id": "r", "type": "reasoning", "summary": [],
             "content": [{"type": "reasoning_text", "text": "Think."}]}
        )  # fmt: skip
        response = Response.model_construct(id="r", output=[reasoning, message])
        events = [
            *(delta(1, 0, piece) for piece in (TAKING_UP[:9], TAKING_UP[9:])),
            *(delta(1, 1, piece) for piece in (SOOTHING[:9], SOOTHING[9:])),
            ResponseCompletedEvent.model_construct(
                type="response.completed", sequence_number=9, response=response
            ),
        ]

        out = asyncio.run(read(GuardedModel(Canned(events), blocking)))

        assert [event.delta for event in out[:4]] == [TAKING_UP[:9], TAKING_UP[9:], fallback, ""]
        assert out[0] is events[0]
        done = out[4].response.output
        assert done[0] is reasoning
        assert [part.text for part in done[1].content] == [TAKING_UP, fallback]
        assert done[1].content[0] is message.content[0]
        assert done[1].content[1].logprobs == []


class TestGuardrail:
    def test_it_trips_on_what_should_not_go_out_and_says_what_should(
        self, server: OpenAIServer, blocking: Guard, fallback: str
    ) -> None:
        with pytest.raises(OutputGuardrailTripwireTriggered) as tripped:
            asked(server, LOSS, None, output_guardrails=[output_guardrail(blocking)])

        assert reply_of(tripped.value) == fallback

    def test_it_lets_pass_what_may_go_out_and_gives_the_report(
        self, server: OpenAIServer, blocking: Guard
    ) -> None:
        server.script(Answer(TAKING_UP))

        result = asked(server, LOSS, None, output_guardrails=[output_guardrail(blocking)])

        assert result.final_output == TAKING_UP
        report = result.output_guardrail_results[0].output.output_info
        assert report.reading.primary == "self"

    def test_of_a_structured_output_a_declared_text_is_audited(
        self, server: OpenAIServer, blocking: Guard, fallback: str
    ) -> None:
        server.script(Answer('{"reply": "%s", "n": 1}' % SOOTHING))  # noqa: UP031
        guardrail = output_guardrail(blocking, text="reply")

        with pytest.raises(OutputGuardrailTripwireTriggered) as tripped:
            asked(server, LOSS, None, output_type=Structured, output_guardrails=[guardrail])

        assert reply_of(tripped.value) == fallback

    def test_of_a_structured_output_without_one_nothing_goes_out(
        self, server: OpenAIServer, blocking: Guard
    ) -> None:
        server.script(Answer('{"reply": "%s", "n": 1}' % SOOTHING))  # noqa: UP031

        with pytest.raises(InputError, match="Structured"):
            asked(server, LOSS, None, output_type=Structured,
                  output_guardrails=[output_guardrail(blocking)])  # fmt: skip


class Structured(BaseModel):
    reply: str
    n: int


class Canned:
    """A model whose stream is given."""

    def __init__(self, events: list[Any]) -> None:
        self.events = events

    async def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        for event in self.events:
            yield event


def delta(item: int, part: int, text: str) -> ResponseTextDeltaEvent:
    return ResponseTextDeltaEvent(
        type="response.output_text.delta", item_id="m", output_index=item, content_index=part,
        delta=text, logprobs=[], sequence_number=1,
    )  # fmt: skip


async def read(model: GuardedModel) -> list[Any]:
    return [event async for event in model.stream_response(None, LOSS)]
