"""What an application hangs on the guard may fail: a flagged draft doesn't go out for that."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from structlog.testing import capture_logs

from benchmarks.conformance.marker import INSTEAD, WORD, marking
from guard import Guard, Report
from guard.log.events import record_all
from tests.clients.conftest import Noted
from tests.clients.scripts import MARKED, MESSAGES
from tests.openai_server import Answer, OpenAIServer

CANARY = "quokkaville"


def failing(_: Report) -> None:
    raise ValueError(f"no metric for {CANARY}")


class NoOpinion:
    """A second opinion that can't even say what it would be asked about."""

    @property
    def bands(self) -> Mapping[str, float]:
        raise ValueError(f"no answer about {CANARY}")

    def opinions(self, *_: Any) -> tuple[()]:
        return ()

    async def aopinions(self, *_: Any) -> tuple[()]:
        return ()


HOOKS: Mapping[str, tuple[dict[str, Any], str]] = {
    "record": ({"record": failing}, "recorder_failed"),
    "second opinion": (
        {"second_opinion": NoOpinion(), "record": lambda _: None},
        "second_opinion_failed",
    ),
}


@pytest.fixture(params=sorted(HOOKS))
def hooked(request: Any) -> tuple[Guard, str]:
    options, event = HOOKS[request.param]
    return marking(**options), event


@pytest.fixture
def upstream(server: OpenAIServer) -> str:
    server.script(Answer(MARKED))
    return server.url


@pytest.mark.parametrize("streaming", [None, "full", "earned"])
def test_what_was_decided_goes_out(
    upstream: str, hooked: tuple[Guard, str], streaming: str | None
) -> None:
    guard, event = hooked
    asked: dict[str, Any] = {"model": "m", "messages": MESSAGES}
    with (
        capture_logs() as events,
        guard.wrap(OpenAI(base_url=upstream, api_key="k"), streaming=streaming) as client,
    ):
        if streaming is None:
            text = client.chat.completions.create(**asked).choices[0].message.content
        else:
            chunks = client.chat.completions.create(stream=True, **asked)
            text = "".join(one.choices[0].delta.content or "" for one in chunks)

    assert text == MARKED.replace(WORD, INSTEAD)
    assert [one["event"] for one in events] == [event]
    assert CANARY not in str(events)


def test_what_was_decided_goes_out_without_blocking(
    upstream: str, hooked: tuple[Guard, str]
) -> None:
    async def run() -> str | None:
        async with hooked[0].wrap(AsyncOpenAI(base_url=upstream, api_key="k")) as client:
            reply = await client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]
            return reply.choices[0].message.content

    assert asyncio.run(run()) == MARKED.replace(WORD, INSTEAD)


def test_recorders_after_one_that_fails_are_told(upstream: str) -> None:
    noted = Noted()
    guard = marking(record=record_all(failing, noted.append))

    with guard.wrap(OpenAI(base_url=upstream, api_key="k")) as client:
        client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]

    assert [report.verdict.outcome for report in noted] == ["flag"]
