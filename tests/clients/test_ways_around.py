"""Replies that are not the first answer to a request, or stand beside an error: none of them leads
around the guard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI

from benchmarks.conformance.marker import INSTEAD, WORD
from guard import Guard
from tests.clients.conftest import Noted
from tests.clients.scripts import MARKED, MESSAGES, chat, said, sse
from tests.openai_server import Answer, OpenAIServer

REWRITTEN = MARKED.replace(WORD, INSTEAD)
Wrapping = Callable[[httpx.Client], httpx.Client]
BODY = {"model": "m", "messages": MESSAGES}


class Renewing(httpx.Auth):
    """Sends the same request again with a new token, as OAuth clients do."""

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["authorization"] = "Bearer old"
        response = yield request
        if response.status_code == 401:
            request.headers["authorization"] = "Bearer new"
            yield request


@pytest.fixture
def wrapped(marker_guard: Guard) -> Iterator[Wrapping]:
    with ExitStack() as open_:
        yield lambda client: open_.enter_context(marker_guard.wrap(client))


def moved(to: str, status: int = 307) -> Answer:
    return Answer(status=status, headers={"Location": to}, text="moved")


@pytest.mark.parametrize("status", [302, 303, 307, 308])
@pytest.mark.parametrize("to", ["/v1/chat/completions", "/v1/elsewhere"])
@pytest.mark.parametrize("streams", [False, True])
def test_what_comes_after_a_redirect_is_audited(
    server: OpenAIServer, wrapped: Wrapping, noted: Noted, status: int, to: str, streams: bool
) -> None:
    stream = sse(chat(MARKED))
    raw = Answer(raw=stream, headers={"Content-Type": "text/event-stream"})
    server.script(moved(to, status), raw if streams else Answer(MARKED))
    client = wrapped(httpx.Client(follow_redirects=True))

    response = client.post(f"{server.url}/chat/completions", json=BODY | {"stream": streams})

    assert WORD not in response.text
    assert len(noted) == 1
    assert noted[0].reply.text == REWRITTEN


def test_what_comes_after_a_redirect_is_audited_without_blocking(
    server: OpenAIServer, marker_guard: Guard, noted: Noted
) -> None:
    server.script(moved("/v1/elsewhere"), Answer(MARKED))

    async def run() -> str | None:
        async with marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k")) as client:
            reply = await client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]
            return reply.choices[0].message.content

    assert asyncio.run(run()) == REWRITTEN
    assert len(noted) == 1


def test_the_paragraph_goes_with_a_redirected_request_once(
    server: OpenAIServer, marker_guard: Guard
) -> None:
    server.script(moved("/v1/elsewhere"), Answer(MARKED))
    with marker_guard.wrap(OpenAI(base_url=server.url, api_key="k"), prevent=True) as client:
        client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]

    prompts = [[one["role"] for one in seen.body["messages"]] for seen in server.seen]
    assert prompts == [["system", "user"]] * 2


def test_a_request_that_is_sent_again_with_another_token_is_audited(
    server: OpenAIServer, wrapped: Wrapping, noted: Noted
) -> None:
    server.script(Answer(status=401, text="expired"), Answer(MARKED))
    client = wrapped(httpx.Client(auth=Renewing()))

    response = client.post(f"{server.url}/chat/completions", json=BODY)

    assert server.seen[1].headers["authorization"] == "Bearer new"
    assert response.json()["choices"][0]["message"]["content"] == REWRITTEN
    assert len(noted) == 1


def test_two_guards_one_over_the_other_still_audit_once(
    server: OpenAIServer, wrapped: Wrapping, noted: Noted
) -> None:
    server.script(Answer(MARKED))
    inner = wrapped(httpx.Client())
    outer = wrapped(httpx.Client(transport=_Through(inner._transport)))

    outer.post(f"{server.url}/chat/completions", json=BODY)

    assert len(noted) == 1


class _Through(httpx.BaseTransport):
    """A transport of the application's, over another one."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)


ERROR = {"message": "half of it failed", "code": 502}
BODIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/chat/completions", {
        "error": ERROR,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": MARKED}}],
    }),
    "legacy": ("/completions", {"error": ERROR, "choices": [{"index": 0, "text": MARKED}]}),
    "messages": ("/messages", {
        "type": "error", "error": ERROR, "content": [{"type": "text", "text": MARKED}],
    }),
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(BODIES))
def test_text_beside_an_error_is_audited(
    server: OpenAIServer, wrapped: Wrapping, noted: Noted, form: str
) -> None:
    path, body = BODIES[form]
    server.script(Answer(raw=json.dumps(body).encode()))
    client = wrapped(httpx.Client())

    response = client.post(f"{server.url}{path}", json=BODY | {"prompt": MESSAGES[0]["content"]})

    assert WORD not in response.text
    assert response.json()["error"] == ERROR
    assert [report.reply.text for report in noted] == [REWRITTEN]


def test_text_beside_an_error_in_a_stream_is_audited(
    server: OpenAIServer, wrapped: Wrapping, noted: Noted
) -> None:
    events = chat(MARKED)
    events[-2] |= {"error": ERROR, "choices": [{"index": 0, "delta": {"content": f" {WORD}"}}]}
    server.script(Answer(raw=sse(events)))
    client = wrapped(httpx.Client())

    response = client.post(f"{server.url}/chat/completions", json=BODY | {"stream": True})

    assert noted[0].verdict.fault == "incomplete"
    assert noted[0].reply.text.endswith(WORD)
    assert said("chat", [json.loads(one[6:]) for one in response.text.split("\n\n")
                         if one.startswith("data: {")]) == noted[0].reply.text  # fmt: skip
