"""Legacy completions and Anthropic's messages through wrapped clients."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import OpenAI

from benchmarks.conformance.marker import INSTEAD, WORD
from guard import Guard
from tests.clients import scripts
from tests.clients.conftest import Noted
from tests.clients.scripts import CLEAN, MARKED, MESSAGES, USER, sse
from tests.openai_server import Answer, OpenAIServer

CHANGED = MARKED.replace(WORD, INSTEAD)


@pytest.fixture
def client(server: OpenAIServer, marker_guard: Guard) -> OpenAI:
    return marker_guard.wrap(OpenAI(base_url=server.url, api_key="k", max_retries=0))


def test_legacy_completions_are_audited_whole_and_streamed(
    client: OpenAI, server: OpenAIServer
) -> None:
    choice = {"index": 0, "text": MARKED, "finish_reason": "stop", "logprobs": None}
    whole = json.dumps({"id": "c", "object": "text_completion", "choices": [choice]}).encode()
    server.script(Answer(raw=whole), Answer(raw=sse(scripts.legacy(MARKED))))

    done = client.completions.create(model="m", prompt=USER)
    stream = client.completions.create(model="m", prompt=USER, stream=True)

    assert done.choices[0].text == CHANGED
    assert "".join(chunk.choices[0].text for chunk in stream) == CHANGED


def test_each_prompt_of_a_legacy_call_is_audited_with_its_own_replies(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    choices = [{"index": i, "text": CLEAN, "finish_reason": "stop"} for i in range(2)]
    server.script(Answer(raw=json.dumps({"choices": choices}).encode()))

    client.completions.create(model="m", prompt=[USER, "I am so angry at my brother today."])

    first, second = noted
    assert first.reading != second.reading


def test_anthropics_messages_are_audited_whole_and_streamed(
    server: OpenAIServer, marker_guard: Guard
) -> None:
    anthropic = pytest.importorskip("anthropic")
    body = {"id": "m", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": MARKED}], "stop_reason": "end_turn",
            "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    server.script(
        Answer(raw=json.dumps(body).encode()),
        Answer(raw=sse(scripts.messages(MARKED), done=False)),
    )
    bare = anthropic.Anthropic(base_url=f"http://{server.host}", api_key="k", max_retries=0)
    client = marker_guard.wrap(bare)
    asked: dict[str, Any] = {"model": "m", "messages": MESSAGES, "max_tokens": 99}

    done = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)

    assert done.content[0].text == CHANGED
    assert done.guard.verdict.outcome == "flag"
    assert text == CHANGED
