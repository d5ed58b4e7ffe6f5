"""LiteLLM's generic guardrail API: the endpoint under uvicorn, asked by LiteLLM's own client."""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from said import LOSS, SOOTHING, TAKING_UP

from guard import Guard, Turn
from guard.integrations.litellm_api import PATH, GuardrailAPI, Shown

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
httpx = pytest.importorskip("httpx", reason="NOT RUN: httpx is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="NOT RUN: uvicorn is not installed")

# LiteLLM's own code warns of much.
pytestmark = pytest.mark.filterwarnings("ignore")

KEY = "a key"
MESSAGES = [{"role": "user", "content": LOSS}]


@pytest.fixture(scope="module")
def url(blocking: Guard) -> Iterator[str]:
    config = uvicorn.Config(
        GuardrailAPI(blocking, key=KEY), port=0, log_level="critical", ws="none", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def told(url: str, body: Any, key: str = KEY) -> Any:
    return httpx.post(url + PATH, json=body, headers={"x-api-key": key}, timeout=30)


def show(url: str, call: str) -> None:
    told(url, {"input_type": "request", "litellm_call_id": call, "texts": [LOSS],
               "structured_messages": MESSAGES})  # fmt: skip


def test_litellms_own_client_gets_what_may_go_out(url: str, fallback: str) -> None:
    pytest.importorskip("litellm", reason="NOT RUN: litellm is not installed")
    hooks = "litellm.proxy.guardrails.guardrail_hooks"
    module = importlib.import_module(f"{hooks}.generic_guardrail_api.generic_guardrail_api")
    client = module.GenericGuardrailAPI(api_base=url, api_key=KEY, guardrail_name="g")
    call = SimpleNamespace(litellm_call_id="c-1", litellm_trace_id="t-1", model_call_details={})

    async def both() -> tuple[Any, Any]:
        before = await client.apply_guardrail(
            inputs={"texts": [LOSS], "structured_messages": MESSAGES}, request_data={},
            input_type="request", logging_obj=call,
        )  # fmt: skip
        after = await client.apply_guardrail(
            inputs={"texts": [TAKING_UP, SOOTHING]}, request_data={}, input_type="response",
            logging_obj=call,
        )  # fmt: skip
        return before, after

    before, after = asyncio.run(both())

    assert before["texts"] == [LOSS]
    assert after["texts"] == [TAKING_UP, fallback]


def test_an_answer_that_may_go_out_needs_nothing_done(url: str) -> None:
    show(url, "c-2")

    for _ in range(2):
        asked = {"input_type": "response", "litellm_call_id": "c-2", "texts": [TAKING_UP]}
        assert told(url, asked).json() == {"action": "NONE"}


@pytest.mark.parametrize("call", [None, "never shown"])
def test_an_answer_to_a_conversation_that_was_not_shown_does_not_go_out(
    url: str, call: str | None
) -> None:
    asked = {"input_type": "response", "litellm_call_id": call, "texts": [TAKING_UP]}

    said = told(url, asked).json()

    assert said["action"] == "GUARDRAIL_INTERVENED"
    assert said["texts"] != [TAKING_UP]


@pytest.mark.parametrize(
    "body",
    [{}, [], {"input_type": "both"}, {"input_type": "response", "texts": "x"},
     {"input_type": "request", "litellm_call_id": "1", "structured_messages": [{"role": "who"}]}],
)  # fmt: skip
def test_what_is_no_question_is_refused_without_quoting_it(url: str, body: Any) -> None:
    response = told(url, body)

    assert response.status_code == 422
    assert "who" not in response.text


@pytest.mark.parametrize("key", ["", "another", "a keys"])
def test_nobody_without_the_key_is_answered(url: str, key: str) -> None:
    assert told(url, {"input_type": "request"}, key).status_code == 401


def test_other_paths_are_not_answered(url: str) -> None:
    assert httpx.get(url + PATH).status_code == 404
    assert httpx.post(url + "/", json={}).status_code == 404


def test_of_conversations_only_the_newest_are_remembered_and_not_for_long() -> None:
    few, short = Shown(most=3), Shown(seconds=0.0)
    for i in range(10):
        few.keep(str(i), Turn.of(str(i)))
    short.keep("1", Turn.of("1"))

    remembered = [i for i in range(10) if few.of(str(i))]

    assert remembered == [7, 8, 9]
    assert short.of("1") is None
