"""LangChain: models, chains and agents behind the guard, with ChatOpenAI on a loopback server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from said import LOSS, SOOTHING, TAKING_UP

from guard import Guard, InputError, session
from tests.openai_server import Answer, OpenAIServer

pytest.importorskip("langchain", reason="NOT RUN: langchain is not installed")
pytest.importorskip("langchain_openai", reason="NOT RUN: langchain-openai is not installed")

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from guard.integrations.langchain import GuardedChatModel, GuardedRunnable, turn_of
from guard.integrations.langchain_agents import GuardMiddleware

CANARY = "Stay strong"
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
LOGPROBS = {"content": [{"token": CANARY, "logprob": -0.1, "bytes": None, "top_logprobs": []}]}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Answer(SOOTHING)) as server:
        yield server


@pytest.fixture
def model(server: OpenAIServer) -> ChatOpenAI:
    return ChatOpenAI(
        model="any", base_url=server.url, api_key="none", max_retries=0, stream_usage=False
    )


@pytest.fixture
def guarded(model: ChatOpenAI, blocking: Guard) -> GuardedChatModel:
    return GuardedChatModel(inner=model, guard=blocking)


@tool
def weather() -> str:
    """The weather."""
    return "It rains."


class TestModel:
    def test_a_flagged_answer_is_replaced(self, guarded: Any, fallback: str) -> None:
        answer = guarded.invoke(LOSS)

        assert answer.text == fallback
        assert answer.usage_metadata["total_tokens"] == 120
        assert CANARY not in repr(answer)

    def test_an_answer_that_may_go_out_is_kept(self, guarded: Any, server: OpenAIServer) -> None:
        server.script(Answer(TAKING_UP))

        assert asyncio.run(
            guarded.ainvoke([SystemMessage("Be kind."), HumanMessage(LOSS)])
        ).text == (TAKING_UP)

    def test_a_stream_comes_in_one_piece(self, guarded: Any, fallback: str) -> None:
        async def arriving() -> list[str]:
            return [chunk.text async for chunk in guarded.astream(LOSS)]

        whole = [chunk.text for chunk in guarded.stream(LOSS)]

        assert "".join(whole) == fallback
        assert "".join(asyncio.run(arriving())) == fallback

    def test_its_tools_are_bound_to_the_inner_model(
        self, guarded: Any, server: OpenAIServer
    ) -> None:
        server.script(Answer(None, tool_calls=[CALL], finish="tool_calls"))

        answer = guarded.bind_tools([weather]).invoke(LOSS)

        assert answer.tool_calls[0]["name"] == "weather"
        assert server.seen[0].body["tools"][0]["function"]["name"] == "weather"

    def test_a_refusal_is_audited(self, guarded: Any, server: OpenAIServer, fallback: str) -> None:
        server.script(Answer(None, refusal=SOOTHING))

        answer = guarded.invoke(LOSS)

        assert answer.additional_kwargs["refusal"] == fallback
        assert CANARY not in repr(answer)

    def test_what_is_bound_and_asked_reaches_the_inner_model(
        self, guarded: Any, server: OpenAIServer
    ) -> None:
        guarded.bind(temperature=0.25).invoke(LOSS, stop=["END"])

        assert server.seen[0].body["temperature"] == 0.25
        assert server.seen[0].body["stop"] == ["END"]

    def test_errors_of_the_model_pass(self, guarded: Any, server: OpenAIServer) -> None:
        from openai import InternalServerError

        server.script(Answer(status=500))

        with pytest.raises(InternalServerError):
            guarded.invoke(LOSS)

    @pytest.mark.parametrize("traced", [False, True])
    def test_callbacks_see_drafts_only_if_that_is_asked_for(
        self, model: ChatOpenAI, blocking: Guard, traced: bool
    ) -> None:
        guarded = GuardedChatModel(inner=model, guard=blocking, traced=traced)

        events = events_of(guarded, LOSS)

        assert events
        assert (CANARY in repr(events)) is traced

    def test_a_session_is_in_force(self, model: ChatOpenAI, blocking: Guard, fallback: str) -> None:
        observing = Guard(mode="observe", encoder=blocking.judge.encoder)
        guarded = GuardedChatModel(inner=model, guard=observing)

        with session(mode="block"):
            within = guarded.invoke(LOSS).text, asyncio.run(guarded.ainvoke(LOSS)).text

        assert within == (fallback, fallback)
        assert guarded.invoke(LOSS).text == SOOTHING


class TestChain:
    @pytest.fixture
    def chain(self, model: ChatOpenAI) -> Any:
        return ChatPromptTemplate.from_template("Be kind: {question}") | model | StrOutputParser()

    def test_a_flagged_text_is_replaced(self, chain: Any, blocking: Guard, fallback: str) -> None:
        guarded = GuardedRunnable(chain, user="question", guard=blocking)
        given = {"question": LOSS}

        assert guarded.invoke(given) == fallback
        assert asyncio.run(guarded.ainvoke(given)) == fallback
        assert guarded.batch([given, given]) == [fallback] * 2
        assert "".join(guarded.stream(given)) == fallback

    def test_nobody_outside_sees_the_draft(self, chain: Any, blocking: Guard) -> None:
        guarded = GuardedRunnable(chain, user="question", guard=blocking)

        events = events_of(guarded | (lambda text: text.upper()), {"question": LOSS})

        assert CANARY.lower() not in repr(events).lower()

    @pytest.mark.parametrize(
        "given",
        [LOSS, [HumanMessage(LOSS)], [("user", LOSS)], {"messages": [("user", LOSS)]}],
        ids=["text", "messages", "pairs", "state"],
    )
    def test_the_message_is_found_in_what_models_take(
        self, model: ChatOpenAI, blocking: Guard, fallback: str, given: Any
    ) -> None:
        inner = RunnableLambda(lambda g: g["messages"] if isinstance(g, dict) else g) | model

        assert GuardedRunnable(inner, guard=blocking).invoke(given).text == fallback

    def test_where_there_is_no_message_the_chain_is_not_asked(
        self, chain: Any, blocking: Guard, server: OpenAIServer
    ) -> None:
        with pytest.raises(InputError, match="'asked'"):
            GuardedRunnable(chain, user="asked", guard=blocking).invoke({"question": LOSS})

        assert not server.seen


class TestAgent:
    def agent(self, model: ChatOpenAI, guard: Guard, **settings: Any) -> Any:
        return create_agent(model, tools=[weather], middleware=[GuardMiddleware(guard)], **settings)

    @pytest.mark.parametrize("mode", ["messages", "updates", "values", "debug"])
    def test_nothing_of_a_flagged_answer_is_in_any_stream(
        self, model: ChatOpenAI, blocking: Guard, fallback: str, mode: str
    ) -> None:
        agent = self.agent(model, blocking)

        out = repr(list(agent.stream(asked(), stream_mode=mode)))

        assert CANARY not in out
        assert fallback[:30] in out

    def test_nothing_of_it_is_in_event_streams(
        self, model: ChatOpenAI, blocking: Guard, fallback: str
    ) -> None:
        events = repr(events_of(self.agent(model, blocking), asked()))

        assert CANARY not in events
        assert fallback[:30] in events

    def test_tools_run_and_the_last_answer_is_audited(
        self, model: ChatOpenAI, blocking: Guard, fallback: str, server: OpenAIServer
    ) -> None:
        server.script(Answer(None, tool_calls=[CALL], finish="tool_calls"), Answer(SOOTHING))

        messages = asyncio.run(self.agent(model, blocking).ainvoke(asked()))["messages"]

        assert [message.type for message in messages] == ["human", "ai", "tool", "ai"]
        assert messages[2].text == "It rains."
        assert messages[3].text == fallback

    def test_a_structured_answer_is_kept(
        self, model: ChatOpenAI, blocking: Guard, server: OpenAIServer
    ) -> None:
        schema = {"title": "Answer", "description": "An answer.", "type": "object",
                  "properties": {"text": {"type": "string"}}}  # fmt: skip
        call = {"id": "c", "type": "function",
                "function": {"name": "Answer", "arguments": '{"text": "yes"}'}}  # fmt: skip
        server.script(Answer(None, tool_calls=[call], finish="tool_calls"))

        state = self.agent(model, blocking, response_format=schema).invoke(asked())

        assert state["structured_response"] == {"text": "yes"}


def test_a_conversation_is_read_with_its_roles() -> None:
    in_parts = AIMessage([{"type": "text", "text": "A"}])

    turn = turn_of([SystemMessage("S"), HumanMessage("U"), in_parts, ("user", "V"),
                    {"role": "user", "content": "W"}])  # fmt: skip

    assert [(m.role, m.content) for m in turn.messages] == [
        ("system", "S"), ("user", "U"), ("assistant", "A"), ("user", "V"), ("user", "W"),
    ]  # fmt: skip


def test_the_log_of_tokens_goes_with_a_withheld_draft(blocking: Guard) -> None:
    from langchain_core.language_models import GenericFakeChatModel

    drafted = AIMessage(SOOTHING, response_metadata={"logprobs": LOGPROBS, "model": "m"})
    model = GuardedChatModel(inner=GenericFakeChatModel(messages=iter([drafted])), guard=blocking)

    answer = model.invoke(LOSS)

    assert CANARY not in repr(answer)
    assert answer.response_metadata["model"] == "m"


def asked() -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": LOSS}]}


def events_of(runnable: Any, given: Any) -> list[Any]:
    async def read() -> list[Any]:
        return [event async for event in runnable.astream_events(given, version="v2")]

    return asyncio.run(read())
