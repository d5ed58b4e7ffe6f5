"""The Responses API through wrapped clients."""

from __future__ import annotations

import asyncio
import json
from importlib.util import find_spec
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from benchmarks.conformance.marker import FALLBACK, INSTEAD, WORD
from guard import Guard, report_of
from tests.clients import scripts
from tests.clients.conftest import Noted
from tests.clients.scripts import CLEAN, FATAL, MARKED, MESSAGES, USER, sse
from tests.openai_server import Answer, OpenAIServer

pytestmark = pytest.mark.skipif(
    not find_spec("openai.resources.responses"), reason="this SDK has no Responses"
)
CHANGED = MARKED.replace(WORD, INSTEAD)


@pytest.fixture
def client(server: OpenAIServer, marker_guard: Guard) -> OpenAI:
    return marker_guard.wrap(OpenAI(base_url=server.url, api_key="k", max_retries=0))


def said(*texts: str, **more: Any) -> Answer:
    parts = [
        {"type": "output_text", "text": text, "annotations": [], "logprobs": []} for text in texts
    ]
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
    output = [*more.get("before", ()), message | {"content": parts}]
    return Answer(raw=json.dumps(scripts.response(output)).encode())


def streamed(text: str, **more: Any) -> Answer:
    return Answer(raw=sse(scripts.responses(text, **more), done=False))


@pytest.mark.parametrize("given", [USER, MESSAGES])
def test_a_response_is_rewritten(client: OpenAI, server: OpenAIServer, given: Any) -> None:
    server.script(said(MARKED))

    response = client.responses.create(model="m", input=given)

    assert response.output_text == CHANGED
    assert response.guard.verdict.outcome == "flag"  # type: ignore[attr-defined]
    assert response.guard.reading.judged  # type: ignore[attr-defined]
    assert response.status == "completed"


def test_a_blocked_response_says_so(client: OpenAI, server: OpenAIServer) -> None:
    server.script(said(FATAL))

    response = client.responses.create(model="m", input=USER)

    assert response.output_text == FALLBACK
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "content_filter"


def test_parts_of_a_message_are_one_draft(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(said(CLEAN, MARKED))

    response = client.responses.create(model="m", input=USER)

    content = response.output[0].content  # type: ignore[union-attr]
    assert "".join(part.text for part in content).count(WORD) == 0  # type: ignore[union-attr,misc]
    assert len(noted) == 1


def test_reasoning_and_calls_are_kept(client: OpenAI, server: OpenAIServer) -> None:
    before = [
        {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "abc"},
        {"type": "function_call", "id": "f", "call_id": "c", "name": "send",
         "arguments": '{"text":"a marker"}', "status": "completed"},
    ]  # fmt: skip
    server.script(said(MARKED, before=before))

    response = client.responses.create(model="m", input=USER)

    assert [item.type for item in response.output] == ["reasoning", "function_call", "message"]
    assert response.output[0].encrypted_content == "abc"  # type: ignore[union-attr]
    assert response.output[1].arguments == '{"text":"a marker"}'  # type: ignore[union-attr]


class Answered(BaseModel):
    answer: str


def test_a_structured_response_parses(client: OpenAI, server: OpenAIServer) -> None:
    server.script(said(json.dumps({"answer": MARKED})))

    response = client.responses.parse(model="m", input=USER, text_format=Answered)

    assert response.output_parsed == Answered(answer=CHANGED)


def test_streams_and_stream_helpers_work(client: OpenAI, server: OpenAIServer) -> None:
    server.script(streamed(MARKED))

    events = list(client.responses.create(model="m", input=USER, stream=True))
    with client.responses.stream(model="m", input=USER) as stream:
        for _ in stream:
            pass
        final = stream.get_final_response()
        report = report_of(stream)

    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == CHANGED
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert final.output_text == CHANGED
    assert report is not None
    assert report.verdict.outcome == "flag"


def test_a_blocked_stream_ends_in_the_fallback_text(client: OpenAI, server: OpenAIServer) -> None:
    server.script(streamed(FATAL))

    with client.responses.stream(model="m", input=USER) as stream:
        final = stream.get_final_response()

    assert final.output_text.endswith(FALLBACK)
    assert "forbidden" not in final.output_text


def test_async_streams_work(server: OpenAIServer, marker_guard: Guard) -> None:
    server.script(streamed(MARKED))

    async def run() -> str:
        async with marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k")) as client:
            stream = await client.responses.create(model="m", input=USER, stream=True)
            return "".join(
                [e.delta async for e in stream if e.type == "response.output_text.delta"]
            )

    assert asyncio.run(run()) == CHANGED


def calling(*arguments: str) -> list[dict[str, Any]]:
    """Events of a call whose arguments are given anew, in these ways, from the first to the last
    event."""
    head = {"type": "function_call", "id": "f", "call_id": "c", "name": "send"}
    added, between, done, last = ({**head, "arguments": one} for one in arguments)
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": scripts.response([], "in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": added},
        {"type": "response.in_progress", "response": scripts.response([between], "in_progress")},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": scripts.response([last])},
    ]
    return [{**one, "sequence_number": i} for i, one in enumerate(events)]


def received(client: OpenAI) -> bytes:
    """All that a stream of the client's gives, as bytes."""
    with (
        client,
        client.responses.with_streaming_response.create(model="m", input=USER, stream=True) as got,
    ):
        return got.read()


@pytest.mark.parametrize("streaming", ["earned", "full"])
def test_arguments_that_are_not_audited_pass_even_where_they_contradict_themselves(
    server: OpenAIServer, marker_guard: Guard, streaming: Any
) -> None:
    wire = sse(calling('{"text": "once"}', '{"text": "two"}', '{"text": "once"}', '{"text": "x"}'))
    server.script(Answer(raw=wire))
    bare = OpenAI(base_url=server.url, api_key="k")

    assert received(marker_guard.wrap(bare, streaming=streaming)) == wire


def test_arguments_that_are_audited_are_what_was_audited_wherever_they_stand(
    server: OpenAIServer, marker_guard: Guard
) -> None:
    last = json.dumps({"text": MARKED})
    server.script(Answer(raw=sse(calling("{}", "{}", '{"text": "not audited"}', last))))
    bare = OpenAI(base_url=server.url, api_key="k")

    content = received(marker_guard.wrap(bare, audit_fields=["/text"]))

    assert b"not audited" not in content
    texts = [
        json.loads(item["arguments"])
        for event in scripts.read(content)
        for item in (event.get("item"), *event.get("response", {}).get("output", ()))
        if item
    ]
    assert texts == [{"text": CHANGED}] * 4


def restated(text: str) -> list[dict[str, Any]]:
    """Events of a response whose end says another text than its deltas."""
    events = scripts.responses(CLEAN)
    last = events[-1]["response"]["output"][0]
    last = {**last, "content": [{**last["content"][0], "text": text}]}
    return [*events[:-1], {**events[-1], "response": scripts.response([last])}]


def test_a_text_that_is_given_anew_otherwise_is_what_was_audited(
    client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(raw=sse(restated(FATAL), done=False)))

    with client.responses.stream(model="m", input=USER) as stream:
        final = stream.get_final_response()

    assert final.output_text == CLEAN


@pytest.mark.parametrize(("end", "outcome"), [(CLEAN, "pass"), (FATAL, "unknown")])
def test_a_text_that_was_given_otherwise_before_the_audit_is_unknown(
    server: OpenAIServer, marker_guard: Guard, noted: Noted, end: str, outcome: str
) -> None:
    server.script(Answer(raw=sse(restated(end), done=False)))
    bare = OpenAI(base_url=server.url, api_key="k")

    list(marker_guard.wrap(bare, streaming="observe").responses.create(
        model="m", input=USER, stream=True
    ))  # fmt: skip

    assert [report.verdict.outcome for report in noted] == [outcome]


def test_prevention_goes_into_the_instructions(server: OpenAIServer, marker_guard: Guard) -> None:
    server.script(said(CLEAN))
    bare = OpenAI(base_url=server.url, api_key="k")

    response = marker_guard.wrap(bare, prevent=True).responses.create(
        model="m", input=USER, instructions="Be kind."
    )

    assert server.seen[0].body["instructions"] == f"Be kind.\n\n{marker_guard.prompt()}"
    assert response.guard.prevented  # type: ignore[attr-defined]


def test_a_response_that_is_fetched_later_is_audited_with_its_messages(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    waiting = Answer(raw=json.dumps(scripts.response([], "queued")).encode())
    server.script(waiting, waiting, said(MARKED))
    started = client.responses.create(model="m", input=USER, background=True)

    early = client.responses.retrieve(started.id)
    fetched = client.responses.retrieve(started.id)

    assert early.status == "queued"
    assert fetched.output_text == CHANGED
    assert [report.verdict.outcome for report in noted] == ["flag"]


def test_a_response_whose_messages_are_not_known_is_unknown(
    client: OpenAI, server: OpenAIServer
) -> None:
    server.script(said(CLEAN))

    fetched = client.responses.retrieve("resp_other")

    assert fetched.guard.verdict.outcome == "unknown"  # type: ignore[attr-defined]
