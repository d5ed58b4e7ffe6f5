"""Which calls of an SDK are audited, which are refused, and which pass as though nobody looked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from benchmarks.conformance.marker import INSTEAD, WORD, marking
from guard import Guard
from guard.clients.chat import STORED
from guard.clients.drafts import Asked
from guard.clients.jsontext import edited
from guard.clients.paths import concerns, route
from guard.clients.whole import edits_of
from tests.clients import scripts
from tests.clients.conftest import Noted
from tests.clients.scripts import CLEAN, FATAL, MARKED, USER
from tests.openai_server import Answer, OpenAIServer

CHANGED = MARKED.replace(WORD, INSTEAD)


@pytest.fixture
def client(server: OpenAIServer, marker_guard: Guard) -> Iterator[OpenAI]:
    bare = OpenAI(base_url=server.url, api_key="k", max_retries=0)
    with marker_guard.wrap(bare) as client:
        yield client


@pytest.fixture(scope="module")
def strict(all_noted: Noted) -> Guard:
    """A guard that sends its fallback text in place of what it cannot read."""
    return marking(mode="block", record=all_noted.append)


def completion(*texts: str) -> dict[str, Any]:
    choices = [
        {"index": i, "finish_reason": "stop", "logprobs": None,
         "message": {"role": "assistant", "content": text, "refusal": None}}
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}


def message(text: str, role: str = "assistant") -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    part = {"type": kind, "text": text, "annotations": []}
    return {"type": "message", "id": "i", "role": role, "status": "completed", "content": [part]}


def page(*items: dict[str, Any]) -> Answer:
    return Answer(raw=json.dumps({"object": "list", "data": items, "has_more": False}).encode())


def get(client: OpenAI, path: str) -> Any:
    return client.get(path, cast_to=object)


HOSTED = [
    ("POST", "/threads/runs"),
    ("POST", "/threads/t/runs"),
    ("POST", "/threads/t/runs/r/submit_tool_outputs"),
    ("GET", "/threads/t/messages"),
    ("GET", "/threads/t/messages/m"),
    ("GET", "/threads/t/runs/r/steps"),
    ("GET", "/threads/t/runs/r/steps/s"),
    ("POST", "/agents/sessions"),
    ("GET", "/agents/sessions/s/items"),
    ("GET", "/agents/sessions/s/turns/t/items"),
    ("POST", "/agents/sessions/s/events"),
    ("POST", "/chatkit/sessions"),
    ("GET", "/chatkit/threads/t/items"),
    ("POST", "/realtime/sessions"),
    ("POST", "/realtime/client_secrets"),
    ("POST", "/realtime/calls"),
    ("POST", "/realtime/calls/c/accept"),
    ("POST", "/live/sessions"),
    ("POST", "/v1/messages/batches"),
    ("GET", "/v1/messages/batches/b/results"),
    ("GET", "/v1/sessions/s/events/stream"),
    ("POST", "/v1/complete"),
]


@pytest.mark.parametrize(("method", "path"), HOSTED)
def test_what_could_not_be_audited_is_refused_before_it_is_sent(
    client: OpenAI, server: OpenAIServer, method: str, path: str
) -> None:
    call = client.get if method == "GET" else client.post

    with pytest.raises(openai.BadRequestError, match="refused by the guard"):
        call(path, cast_to=object)

    assert not server.seen


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_runs_of_assistants_are_refused_streamed_or_not(
    client: OpenAI, server: OpenAIServer
) -> None:
    threads = client.beta.threads

    with pytest.raises(openai.BadRequestError, match="Assistants are refused"):
        threads.runs.create("t", assistant_id="a")
    with (
        pytest.raises(openai.BadRequestError, match="Assistants are refused"),
        threads.runs.stream(thread_id="t", assistant_id="a"),
    ):
        pass
    with pytest.raises(openai.BadRequestError, match="Assistants are refused"):
        list(threads.messages.list("t"))

    assert not server.seen


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/threads"),
        ("POST", "/v1/threads/t/messages"),
        ("GET", "/v1/threads/t/runs/r"),
        ("POST", "/v1/threads/t/runs/r/cancel"),
        ("DELETE", "/v1/threads/t/messages/m"),
        ("POST", "/v1/realtime/transcription_sessions"),
        ("POST", "/v1/images/generations"),
        ("POST", "/v1/audio/speech"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/moderations"),
        ("POST", "/v1/responses/input_tokens"),
        ("POST", "/v1/responses/compact"),
        ("POST", "/v1/messages/count_tokens"),
        ("GET", "/v1/batches"),
        ("DELETE", "/v1/responses/r"),
        ("GET", "/v1/chat/completions/c/messages"),
    ],
)
def test_what_holds_no_reply_is_not_looked_at(method: str, path: str) -> None:
    assert not concerns(method, path)


def test_what_passes_bears_no_sign_of_an_audit(client: OpenAI, server: OpenAIServer) -> None:
    body = json.dumps({"created": 1, "data": [{"url": "u", "revised_prompt": MARKED}]}).encode()
    server.script(Answer(raw=body))

    raw = client.images.with_raw_response.generate(prompt="a dog", model="m")

    assert raw.http_response.content == body
    assert not any(name.startswith("x-guard") for name in raw.headers)


@pytest.mark.parametrize("endpoint", ["/v1/chat/completions", "/v1/responses", "/v1/completions"])
def test_batches_of_replies_are_refused_and_others_are_not(endpoint: str) -> None:
    refused = route("POST", "/v1/batches", {"endpoint": endpoint})

    assert refused is not None
    assert refused.refused
    assert route("POST", "/v1/batches", {"endpoint": "/v1/embeddings"}) is None


def test_stored_completions_are_audited_when_they_are_listed(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    answer = page(completion(CLEAN, MARKED), completion(MARKED))
    server.script(answer)

    listed = client.get("/chat/completions", cast_to=object)

    assert listed == json.loads(answer.raw or b"")
    assert [report.verdict.outcome for report in noted] == ["unknown"] * 3


def test_texts_of_listed_completions_are_found_and_changed_each_in_its_place() -> None:
    listed = {"data": [completion(CLEAN, MARKED), {"choices": None}, completion(FATAL)]}

    part = STORED.body(listed, Asked())
    edits = [edit for piece in part.pieces for edit in edits_of(piece, piece.text.upper())]
    edits += [edit for finish in part.finishes for edit in finish.withheld]
    changed = json.loads(edited(json.dumps(listed), edits))

    choices = [*changed["data"][0]["choices"], *changed["data"][2]["choices"]]
    assert [one["message"]["content"] for one in choices] == [
        one.upper() for one in (CLEAN, MARKED, FATAL)
    ]
    assert {one["finish_reason"] for one in choices} == {"content_filter"}
    assert len({piece.choice for piece in part.pieces}) == 3


def test_a_stored_completion_is_audited_when_it_is_changed(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(raw=json.dumps(completion(MARKED)).encode()))

    client.post("/chat/completions/c", body={"metadata": {"a": "b"}}, cast_to=object)

    assert server.seen[0].body == {"metadata": {"a": "b"}}
    assert [report.verdict.fault for report in noted] == ["empty_user"]


@pytest.mark.parametrize("path", ["/conversations/c/items", "/responses/r/input_items"])
def test_items_of_a_conversation_are_audited_where_the_assistant_said_them(
    client: OpenAI, server: OpenAIServer, noted: Noted, path: str
) -> None:
    server.script(page(message(FATAL, "user"), message(MARKED), message(CLEAN)))

    texts = [one["content"][0]["text"] for one in get(client, path)["data"]]

    assert texts == [FATAL, MARKED, CLEAN]
    assert [report.reply.text for report in noted] == [MARKED, CLEAN]
    assert {report.verdict.outcome for report in noted} == {"unknown"}


def test_an_item_of_a_conversation_is_audited(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(raw=json.dumps(message(MARKED)).encode()))

    get(client, "/conversations/c/items/i")

    assert [report.reply.text for report in noted] == [MARKED]


@pytest.mark.parametrize("path", ["/conversations/c/items", "/conversations/c/items/i"])
def test_items_that_cannot_be_read_are_replaced_by_the_fallback_text(
    server: OpenAIServer, strict: Guard, noted: Noted, path: str
) -> None:
    server.script(Answer(raw=b'{"data": [{"role": "assistant", "content": [{"text": "cut o'))

    with strict.wrap(OpenAI(base_url=server.url, api_key="k", max_retries=0)) as client:
        got = get(client, path)

    item = got["data"][0] if "data" in got else got
    assert [report.reply.text for report in noted] == [item["content"][0]["text"]]


def test_a_response_that_is_cancelled_is_audited_with_its_messages(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    waiting = Answer(raw=json.dumps(scripts.response([], "queued")).encode())
    ended = scripts.response([message(MARKED)], "cancelled")
    server.script(waiting, Answer(raw=json.dumps(ended).encode()))
    asked = {"model": "m", "input": USER, "background": True}
    started: Any = client.post("/responses", body=asked, cast_to=object)

    got: Any = client.post(f"/responses/{started['id']}/cancel", cast_to=object)

    assert got["output"][0]["content"][0]["text"] == CHANGED
    assert noted[-1].reading.judged
