"""Rewriting with the model that wrote the draft: who is asked, how, and what if nobody is known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any

import anthropic
import httpx
import pytest
import structlog
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

from guard import Guard, ModelSetupError, Report, Turn, report_of, session
from guard.repair.breaker import Breaker, Trip, circuits
from guard.repair.model import Prices, SameModel
from tests.openai_server import Answer, OpenAIServer

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"
GOOD = "I'm so sorry! A house without Bruno in it must be very quiet. What do you miss most?"
FINE = "It is ten past four in Lisbon."
MESSAGES: Any = [{"role": "user", "content": LOSS}]
REWRITES = Answer(json.dumps({"replies": [GOOD]}))
RESPONSES = pytest.mark.skipif(
    not find_spec("openai.resources.responses"), reason="this SDK has no Responses"
)
Making = Callable[..., Guard]
Wrapping = Callable[..., Any]


def says(text: str) -> dict[str, Any]:
    """A body of the Responses API."""
    said = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m1", "role": "assistant", "status": "completed"}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "drafting",
        "status": "completed",
        "output": [{**message, "content": [said]}],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Answer(SOOTHING), REWRITES) as running:
        yield running


@pytest.fixture
def making(guard_: Guard) -> Making:
    """Makes guards that rewrite."""

    def made(rewriter: Any = "model", **more: Any) -> Guard:
        given = {"mode": "rewrite", "deadline": None} | more
        return Guard(rewriter=rewriter, encoder=guard_.judge.encoder, **given)

    return made


@pytest.fixture
def wrapped(making: Making) -> Iterator[Wrapping]:
    """Wraps clients with such guards, and closes those that are sync in the end."""
    with ExitStack() as stack:

        def made(client: Any, rewriter: Any = "model", streaming: Any = None, **more: Any) -> Any:
            if isinstance(client, OpenAI | httpx.Client):
                stack.enter_context(client)
            return making(rewriter, **more).wrap(client, streaming=streaming)

        yield made


def ask(client: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="drafting", messages=MESSAGES, **more)


def text_of(completion: Any) -> str:
    return str(completion.choices[0].message.content)


def report(thing: Any) -> Report:
    found = report_of(thing)
    assert found is not None
    return found


def test_the_model_that_wrote_a_flagged_draft_is_asked_to_write_it_again(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="the-key"))

    completion = ask(client)

    drafted, rewritten = server.seen
    assert text_of(completion) == GOOD
    assert (rewritten.path, rewritten.body["model"]) == (drafted.path, "drafting")
    assert rewritten.headers["authorization"] == "Bearer the-key"
    assert LOSS in rewritten.prompt
    said = report(completion)
    assert (said.reply.action, said.reply.by) == ("rewrite", "model")
    (attempt,) = said.attempts
    assert (attempt.outcome, attempt.model) == ("passed", "drafting")
    assert (attempt.tokens_in, attempt.tokens_out) == (100, 20)


def test_a_draft_without_a_fault_costs_no_second_request(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    server.script(Answer(FINE))
    client = wrapped(OpenAI(base_url=server.url, api_key="k"))

    client.chat.completions.create(
        model="drafting", messages=[{"role": "user", "content": "What time is it in Lisbon?"}]
    )

    assert len(server.seen) == 1


def test_without_being_asked_for_no_model_rewrites(server: OpenAIServer, wrapped: Wrapping) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), None)

    completion = ask(client)

    assert len(server.seen) == 1
    assert [one.by for one in report(completion).attempts] == ["offline"]


def test_async_clients_are_asked_in_their_own_loop(server: OpenAIServer, wrapped: Wrapping) -> None:
    async def run() -> Any:
        async with wrapped(AsyncOpenAI(base_url=server.url, api_key="the-key")) as client:
            return await ask(client)

    completion = asyncio.run(run())

    assert text_of(completion) == GOOD
    assert server.seen[1].headers["authorization"] == "Bearer the-key"


def test_replies_that_stream_are_rewritten_too(server: OpenAIServer, wrapped: Wrapping) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), streaming="full")

    stream = ask(client, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    assert text == GOOD
    assert "stream" not in server.seen[1].body
    assert report(stream).reply.by == "model"


def test_async_streams_are_rewritten_too(server: OpenAIServer, wrapped: Wrapping) -> None:
    async def run() -> str:
        bare = AsyncOpenAI(base_url=server.url, api_key="k")
        async with wrapped(bare, streaming="full") as client:
            stream = await ask(client, stream=True)
            return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

    assert asyncio.run(run()) == GOOD


def test_one_connection_is_enough(server: OpenAIServer, wrapped: Wrapping) -> None:
    http: Any = httpx.Client(limits=httpx.Limits(max_connections=1), timeout=5)
    client = wrapped(OpenAI(base_url=server.url, api_key="k", http_client=http))

    completion = ask(client)

    assert [one.outcome for one in report(completion).attempts] == ["passed"]


@RESPONSES
def test_replies_of_the_responses_api_are_rewritten_by_their_model(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    server.script(Answer(raw=json.dumps(says(SOOTHING)).encode()), REWRITES)
    client = wrapped(OpenAI(base_url=server.url, api_key="the-key"))

    response = client.responses.create(
        model="drafting", input=LOSS, reasoning={"effort": "low"}, store=False
    )

    assert response.output_text == GOOD
    asked = server.seen[1]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer the-key"
    assert asked.body["model"] == "drafting"
    assert (asked.body["reasoning_effort"], asked.body["store"]) == ("low", False)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_azure_is_asked_at_the_same_deployment(
    server: OpenAIServer, wrapped: Wrapping, asynchronous: bool
) -> None:
    kind: Any = AsyncAzureOpenAI if asynchronous else AzureOpenAI
    bare = kind(azure_endpoint=f"http://{server.host}", api_key="the-key", api_version="2024-10-21")
    client = wrapped(bare)

    async def run() -> Any:
        async with client:
            return await ask(client)

    completion = asyncio.run(run()) if asynchronous else ask(client)

    drafted, rewritten = server.seen
    assert text_of(completion) == GOOD
    assert "/deployments/drafting/chat/completions?api-version=2024-10-21" in rewritten.path
    assert rewritten.path == drafted.path
    assert rewritten.headers["api-key"] == "the-key"
    assert rewritten.headers.get("authorization") == drafted.headers.get("authorization")


@RESPONSES
def test_azures_responses_are_rewritten_at_the_deployment_of_their_model(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    server.script(Answer(raw=json.dumps(says(SOOTHING)).encode()), REWRITES)
    address = f"http://{server.host}"
    bare = AzureOpenAI(azure_endpoint=address, api_key="the-key", api_version="2025-03-01-preview")

    wrapped(bare).responses.create(model="drafting", input=LOSS)

    drafted, rewritten = server.seen
    assert drafted.path == "/openai/responses?api-version=2025-03-01-preview"
    assert rewritten.path == (
        "/openai/deployments/drafting/chat/completions?api-version=2025-03-01-preview"
    )


def test_copies_of_a_client_are_asked_with_their_own_key_and_headers(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="first", organization="org-1"))
    theirs = client.with_options(
        api_key="second", default_headers={"X-Tenant": "t"}, default_query={"zone": "eu"}
    )

    ask(theirs, extra_headers={"X-Request-Of": "r", "OpenAI-Organization": "org-2"})

    asked = server.seen[1]
    assert asked.path == "/v1/chat/completions?zone=eu"
    said = {"authorization", "x-tenant", "x-request-of", "openai-organization"}
    assert {name: asked.headers[name] for name in said} == {
        "authorization": "Bearer second",
        "x-tenant": "t",
        "x-request-of": "r",
        "openai-organization": "org-2",
    }


def test_what_belongs_to_one_call_alone_is_not_sent_again(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"))

    ask(
        client,
        extra_headers={"Idempotency-Key": "once", "Accept": "text/event-stream"},
        temperature=0.9,
        user="u-1",
        n=1,
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
    )

    asked = server.seen[1]
    assert "idempotency-key" not in asked.headers
    assert asked.headers["accept"] == "application/json"
    assert {"temperature", "n", "tools"}.isdisjoint(asked.body)
    assert asked.body["user"] == "u-1"
    assert len(asked.raw) == int(asked.headers["content-length"])


def test_a_framework_that_is_given_an_http_client_needs_nothing_else(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    http = wrapped(httpx.Client())
    client = OpenAI(base_url=server.url, api_key="the-key", http_client=http)

    completion = ask(client)

    assert text_of(completion) == GOOD
    assert server.seen[1].headers["authorization"] == "Bearer the-key"


def test_a_rewrite_is_recorded_as_no_turn_of_its_own(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    noted: list[Report] = []
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), record=noted.append)

    ask(client)

    assert len(noted) == 1


def test_where_the_model_fails_the_offline_rewriter_has_its_turn(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    server.script(Answer(SOOTHING), Answer(status=401))
    breaker = Breaker(trip=Trip(window=2, least=2))
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), SameModel(breaker=breaker))

    completion = ask(client)

    said = report(completion)
    assert [(one.by, one.outcome) for one in said.attempts] == [
        ("model", "error"),
        ("offline", "passed"),
    ]
    assert text_of(completion) == said.reply.text != SOOTHING
    assert breaker.state.bad == 1


def test_the_address_shares_one_breaker_whoever_asks(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"))
    ask(client)
    server.script(Answer(SOOTHING), REWRITES)

    ask(client.with_options(api_key="another"))

    assert circuits()[f"{server.url}/"].calls == 2


def test_the_form_that_a_server_takes_is_remembered_between_turns(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"))
    server.script(Answer(SOOTHING), Answer(status=400), REWRITES, Answer(SOOTHING), REWRITES)

    ask(client)
    ask(client)

    forms = [(one.body.get("response_format") or {}).get("type") for one in server.seen]
    assert forms == [None, "json_schema", "json_object", None, "json_object"]


def test_cost_and_number_of_versions_can_be_set(server: OpenAIServer, wrapped: Wrapping) -> None:
    one = SameModel(candidates=3, prices=Prices(read=10_000, written=100_000))
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), one)

    completion = ask(client)

    assert "3 versions" in server.seen[1].prompt
    assert report(completion).attempts[0].cost == pytest.approx(1 + 2)


def test_a_slow_model_is_left_at_its_deadline(server: OpenAIServer, wrapped: Wrapping) -> None:
    server.script(Answer(SOOTHING), Answer(json.dumps({"replies": [GOOD]}), delay=30))
    one = SameModel(seconds=0.5, breaker=Breaker())
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), one)

    completion = ask(client)

    assert [one.outcome for one in report(completion).attempts] == ["timeout", "passed"]


def test_a_redirect_is_not_followed_with_the_key(server: OpenAIServer, wrapped: Wrapping) -> None:
    with OpenAIServer(REWRITES) as elsewhere:
        away = Answer(status=307, headers={"Location": f"{elsewhere.url}/chat/completions"})
        server.script(Answer(SOOTHING), away)
        client = wrapped(OpenAI(base_url=server.url, api_key="k"))

        completion = ask(client)

        assert elsewhere.seen == []
    assert [one.by for one in report(completion).attempts] == ["model", "offline"]


def test_a_check_that_came_through_no_client_says_what_to_give(making: Making) -> None:
    guard = making()

    with structlog.testing.capture_logs() as events:
        said = guard.check(Turn.of(LOSS, SOOTHING))
        guard.check(Turn.of(LOSS, SOOTHING))

    assert [(one.by, one.outcome) for one in said.attempts] == [
        ("model", "error"),
        ("offline", "passed"),
    ]
    assert "ModelRewriter(model, client=...)" in said.attempts[0].reason
    assert [one["event"] for one in events].count("drafter_unknown") == 1


def test_a_client_that_does_not_speak_the_form_is_refused_when_it_is_wrapped(
    making: Making,
) -> None:
    with pytest.raises(ModelSetupError, match="anthropic"):
        making().wrap(anthropic.Anthropic(api_key="k"))


def test_another_name_than_model_is_refused(making: Making) -> None:
    with pytest.raises(ValueError, match='must be a rewriter, "model" or None'):
        making("gpt-4.1-mini")


@pytest.mark.parametrize("wrong", [{"candidates": 0}, {"rounds": 3}, {"seconds": 0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        SameModel(**wrong)


def test_no_key_shows_in_what_is_known_of_who_wrote_a_draft(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    seen: list[Any] = []

    class Looking(SameModel):
        def rewrite(self, job: Any) -> Any:
            seen.append(job)
            return super().rewrite(job)

    ask(wrapped(OpenAI(base_url=server.url, api_key="the-secret-key"), Looking()))

    (job,) = seen
    assert job.drafter.model == "drafting"
    assert "the-secret-key" not in repr(job.drafter)


def test_a_model_without_a_name_is_not_asked(server: OpenAIServer, wrapped: Wrapping) -> None:
    http = wrapped(httpx.Client())
    body = {"messages": MESSAGES}

    answer = http.post(f"{server.url}/chat/completions", json=body)

    assert len(server.seen) == 1
    assert report(answer).attempts[0].outcome == "error"


def test_a_session_that_asks_for_rewrites_has_them_from_the_same_model(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), mode="annotate")

    with session(mode="rewrite"):
        completion = ask(client)
    server.script(Answer(SOOTHING))
    outside = ask(client)

    assert text_of(completion) == GOOD
    assert text_of(outside) == SOOTHING
    assert len(server.seen) == 3


def test_what_has_gone_out_of_a_stream_stays_and_the_rest_is_the_models(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), streaming="earned")

    stream = ask(client, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    assert text == report(stream).reply.text
    assert SOOTHING not in text
    assert [one.by for one in report(stream).attempts] == ["model"]


def test_many_turns_at_once_are_each_rewritten_by_whoever_wrote_them(
    server: OpenAIServer, wrapped: Wrapping
) -> None:
    server.script(lambda seen: REWRITES if "draft" in seen.prompt else Answer(SOOTHING))
    client = wrapped(OpenAI(base_url=server.url, api_key="k"), SameModel(breaker=Breaker()))

    def one(number: int) -> str:
        own = client.with_options(api_key=f"key-{number}")
        messages: Any = [{"role": "user", "content": LOSS}]
        return text_of(own.chat.completions.create(model=f"model-{number}", messages=messages))

    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(one, range(6)))

    assert texts == [GOOD] * 6
    pairs = sorted((one.headers["authorization"], one.body["model"]) for one in server.seen)
    assert pairs == sorted([(f"Bearer key-{i}", f"model-{i}") for i in range(6)] * 2)
