"""Chat completions through a wrapped client: whatever the SDK can do, audited."""

from __future__ import annotations

import asyncio
import gzip
import json
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from pydantic import BaseModel

import guard
from benchmarks.conformance.marker import FALLBACK, INSTEAD, WORD, marking
from guard import Guard, Report, UnauditedError, report_of
from tests.clients.conftest import Noted
from tests.clients.scripts import CLEAN, FATAL, MARKED, MESSAGES, chat, sse
from tests.openai_server import Answer, OpenAIServer

# The SDK's 1.x and 2.x take clients of httpx, its 3.x those of httpx2 as well.
LIBRARIES = [
    import_module(name)
    for name in ("httpx", "httpx2")[: 1 + (int(openai.__version__[0]) >= 3)]
    if find_spec(name)
]
CHANGED = MARKED.replace(WORD, INSTEAD)


@pytest.fixture
def bare(server: OpenAIServer) -> OpenAI:
    return OpenAI(base_url=server.url, api_key="k", max_retries=0)


@pytest.fixture
def client(bare: OpenAI, marker_guard: Guard) -> OpenAI:
    return marker_guard.wrap(bare)


def ask(client: OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(model="m", messages=MESSAGES, **options)  # type: ignore[call-overload]


def helpers(client: OpenAI) -> Any:
    """Where `parse` and `stream` are: older SDKs have them in beta."""
    new: Any = client.chat.completions
    return new if hasattr(new, "parse") else client.beta.chat.completions


def text_of(completion: Any, choice: int = 0) -> Any:
    return completion.choices[choice].message.content


def test_a_wrapped_client_is_of_the_users_own_class(client: OpenAI, bare: OpenAI) -> None:
    assert type(client) is OpenAI
    assert client is not bare


def test_a_flagged_reply_is_rewritten_and_the_report_rides_along(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(MARKED))

    completion = ask(client)

    assert text_of(completion) == CHANGED
    assert completion.guard.verdict.outcome == "flag"
    assert completion.guard.reply.text == CHANGED
    assert completion.choices[0].guard is completion.guard
    assert "guard" not in completion.model_dump()
    assert [report.reply.text for report in noted] == [CHANGED]


def test_the_client_that_was_given_is_left_alone(
    bare: OpenAI, client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))

    assert text_of(ask(bare)) == MARKED
    assert text_of(ask(client)) == CHANGED


def test_a_client_that_was_used_before_is_audited_all_the_same(
    bare: OpenAI, marker_guard: Guard, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))
    ask(bare)
    bare.chat.completions.with_raw_response  # noqa: B018 - the SDK keeps it

    assert text_of(ask(marker_guard.wrap(bare))) == CHANGED


def test_a_reply_that_passes_is_byte_for_byte_what_came(
    bare: OpenAI, client: OpenAI, server: OpenAIServer
) -> None:
    body = b'{ "id":"c" , "choices":[{"index":0,"message":{"role":"assistant","content":"%s"},\n'
    body = body % CLEAN.encode() + b'"finish_reason":"stop","new":[1.50,"\\u00e9"]}],"more":{}}'
    server.script(Answer(raw=body))

    raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]

    assert raw.http_response.content == body
    assert raw.headers["x-guard-outcome"] == "pass"
    assert raw.headers["x-guard-action"] == "release"
    assert raw.parse() == ask(bare)


def test_a_rewrite_changes_the_text_alone(client: OpenAI, server: OpenAIServer) -> None:
    body = json.dumps({"id": "c", "x": [1.5, None], "choices": [
        {"index": 0, "message": {"role": "assistant", "content": MARKED},
         "finish_reason": "stop", "logprobs": {"content": []}}]}, indent=3).encode()  # fmt: skip
    server.script(Answer(raw=body))

    raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]

    expected = body.replace(b"marker", b"token").replace(b'{\n            "content": []', b"null")
    got = json.loads(raw.http_response.content)
    assert got == json.loads(body.replace(b"marker", b"token")) | {"choices": got["choices"]}
    assert got["choices"][0]["logprobs"] is None
    assert raw.http_response.content.startswith(expected[:60])


def test_a_blocked_reply_is_a_reply_with_the_fallback_text(
    client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(FATAL))

    completion = ask(client)

    assert text_of(completion) == FALLBACK
    assert completion.choices[0].finish_reason == "content_filter"
    assert len(server.seen) == 1


def test_every_choice_is_audited_and_has_its_own_report(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    body = {"choices": [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for i, text in enumerate([CLEAN, MARKED, FATAL])]}  # fmt: skip
    server.script(Answer(raw=json.dumps(body).encode()))

    completion = ask(client, n=3)

    assert [text_of(completion, i) for i in range(3)] == [CLEAN, CHANGED, FALLBACK]
    assert [c.guard.verdict.outcome for c in completion.choices] == ["pass", "flag", "flag"]
    assert completion.guard.reply.action == "fallback"
    assert len(noted) == 3


def test_a_refusal_is_audited(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(refusal="I can't talk about that marker of his, I am sorry to say."))

    completion = ask(client)

    assert WORD not in completion.choices[0].message.refusal
    assert text_of(completion) is None


def test_what_other_servers_add_is_audited_too(client: OpenAI, server: OpenAIServer) -> None:
    message = {"role": "assistant", "content": CLEAN, "reasoning_content": MARKED}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    server.script(Answer(raw=json.dumps(body).encode()))

    completion = ask(client)

    assert completion.choices[0].message.reasoning_content == CHANGED
    assert text_of(completion) == CLEAN


def test_arguments_of_tools_pass_untouched_unless_named(
    bare: OpenAI, marker_guard: Guard, server: OpenAIServer
) -> None:
    arguments = json.dumps({"to": "the marker", "text": MARKED, "parts": [{"say": MARKED}]})
    call = {"id": "c", "type": "function", "function": {"name": "send", "arguments": arguments}}
    server.script(Answer(tool_calls=[call], finish="tool_calls"))

    plain = ask(marker_guard.wrap(bare))
    named = ask(marker_guard.wrap(bare, audit_fields=["/text", "/parts/*/say"]))

    assert plain.choices[0].message.tool_calls[0].function.arguments == arguments
    got = json.loads(named.choices[0].message.tool_calls[0].function.arguments)
    assert got == {"to": "the marker", "text": CHANGED, "parts": [{"say": CHANGED}]}
    assert named.choices[0].finish_reason == "tool_calls"


class Answered(BaseModel):
    mood: str
    answer: str


def test_a_structured_reply_stays_valid_and_parses(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(json.dumps({"mood": "marker", "answer": MARKED})))

    completion = helpers(client).parse(
        model="m",
        messages=MESSAGES,  # type: ignore[arg-type]
        response_format=Answered,
    )

    assert completion.choices[0].message.parsed == Answered(mood="marker", answer=CHANGED)
    assert isinstance(completion.guard, Report)  # type: ignore[attr-defined]


def test_a_blocked_field_of_a_structured_reply_leaves_it_parseable(
    client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(json.dumps({"mood": "sad", "answer": FATAL})))

    completion = helpers(client).parse(
        model="m",
        messages=MESSAGES,  # type: ignore[arg-type]
        response_format=Answered,
    )

    assert completion.choices[0].message.parsed == Answered(mood="sad", answer=FALLBACK)


def test_streams_and_stream_helpers_work(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(MARKED))

    chunks = list(ask(client, stream=True))
    with helpers(client).stream(model="m", messages=MESSAGES) as stream:  # type: ignore[arg-type]
        for _ in stream:
            pass
        final = stream.get_final_completion()
        report = report_of(stream)

    assert "".join(c.choices[0].delta.content or "" for c in chunks) == CHANGED
    assert chunks[-1].guard.verdict.outcome == "flag"
    assert final.choices[0].message.content == CHANGED
    assert report is not None
    assert report.verdict.outcome == "flag"


def test_raw_and_streaming_responses_work(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(MARKED))

    with client.chat.completions.with_streaming_response.create(
        model="m",
        messages=MESSAGES,  # type: ignore[arg-type]
    ) as response:
        body = json.loads(b"".join(response.iter_bytes()))

        assert body["choices"][0]["message"]["content"] == CHANGED
        assert response.headers["x-guard-outcome"] == "flag"
        assert response.headers["x-guard-rules"] == "marker.word"


def test_async_clients_work(marker_guard: Guard, server: OpenAIServer) -> None:
    server.script(Answer(MARKED))

    async def run() -> tuple[Any, list[Any], Any]:
        async with marker_guard.wrap(AsyncOpenAI(base_url=server.url, api_key="k")) as client:
            done = await client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[call-overload]
            stream = await client.chat.completions.create(  # type: ignore[call-overload]
                model="m", messages=MESSAGES, stream=True
            )
            chunks = [chunk async for chunk in stream]
            return done, chunks, report_of(stream)

    done, chunks, report = asyncio.run(run())

    assert text_of(done) == CHANGED
    assert done.guard.verdict.outcome == "flag"
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == CHANGED
    assert report == chunks[-1].guard


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_users_own_http_client_is_wrapped_with_its_mounts(
    library: Any, marker_guard: Guard, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))
    transport = library.HTTPTransport(retries=1)
    with library.Client(mounts={"http://": transport}, headers={"x-own": "1"}) as http:
        client = OpenAI(base_url=server.url, api_key="k", http_client=http)

        assert text_of(ask(marker_guard.wrap(client))) == CHANGED
        assert server.seen[-1].headers["x-own"] == "1"
        assert text_of(ask(client)) == MARKED


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_http_client_can_be_wrapped_for_frameworks(
    library: Any, marker_guard: Guard, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))
    with marker_guard.wrap(library.Client()) as http:
        client = OpenAI(base_url=server.url, api_key="k", http_client=http)

        assert text_of(ask(client)) == CHANGED


def test_wrapping_twice_audits_once(client: OpenAI, server: OpenAIServer, noted: Noted) -> None:
    server.script(Answer(MARKED))
    twice = guard.wrap(client, marking(record=noted.append))
    nested = OpenAI(base_url=server.url, api_key="k", http_client=twice._client)

    assert text_of(ask(twice)) == CHANGED
    assert len(noted) == 1
    assert text_of(ask(guard.wrap(nested, marking(record=noted.append)))) == CHANGED
    assert len(noted) == 2


@pytest.mark.parametrize("library", LIBRARIES)
def test_copies_stay_wrapped_even_with_another_http_client(
    library: Any, client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))

    with library.Client() as http:
        other = client.copy(http_client=http).with_options(timeout=5)

        assert text_of(ask(other)) == CHANGED
        assert ask(other).guard.verdict.outcome == "flag"
        assert text_of(ask(client.with_options(max_retries=3))) == CHANGED
        assert other.timeout == 5


def test_azure_works(marker_guard: Guard, server: OpenAIServer) -> None:
    server.script(Answer(MARKED))
    azure = AzureOpenAI(
        azure_endpoint=f"http://{server.host}", api_key="k", api_version="2024-10-21"
    )

    assert text_of(ask(marker_guard.wrap(azure))) == CHANGED
    assert server.seen[-1].path.startswith("/openai/deployments/m/chat/completions")


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_errors_of_the_upstream_reach_the_caller_unchanged(
    status: int, bare: OpenAI, client: OpenAI, server: OpenAIServer
) -> None:
    server.script(Answer(status=status))

    with pytest.raises(openai.APIStatusError) as wrapped:
        ask(client)
    with pytest.raises(openai.APIStatusError) as plain:
        ask(bare)

    assert type(wrapped.value) is type(plain.value)
    assert wrapped.value.response.content == plain.value.response.content


def test_a_lost_connection_is_one(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(CLEAN, drop="midway"))

    with pytest.raises(openai.APIConnectionError):
        ask(client)


def test_a_stream_that_breaks_off_raises_and_is_recorded_as_unknown(
    bare: OpenAI, client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(CLEAN, drop="midway"))
    got: list[str] = []

    with pytest.raises(Exception) as plain:  # noqa: PT011 - another in each SDK
        list(ask(bare, stream=True))
    with pytest.raises(type(plain.value)):
        got.extend(chunk.choices[0].delta.content or "" for chunk in ask(client, stream=True))

    assert CLEAN.startswith("".join(got))
    assert [report.verdict.fault for report in noted] == ["incomplete"]


def test_other_paths_pass_byte_for_byte(
    bare: OpenAI, client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(raw=b'{"object":"list","data":[{"id":"a marker"}]}'))

    raw = client.models.with_raw_response.list()

    assert raw.http_response.content == b'{"object":"list","data":[{"id":"a marker"}]}'
    assert not noted


def test_compressed_replies_are_audited(client: OpenAI, server: OpenAIServer) -> None:
    body = gzip.compress(sse(chat(MARKED)))
    server.script(Answer(raw=body, headers={"Content-Encoding": "gzip"}))

    chunks = list(ask(client, stream=True))

    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == CHANGED


def test_what_is_no_json_is_not_audited_and_says_so(
    client: OpenAI, server: OpenAIServer, noted: Noted
) -> None:
    server.script(Answer(raw=b"<html>a proxy said something</html>"))

    raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]

    assert raw.headers["x-guard-outcome"] == "unknown"
    assert raw.headers["x-guard-fault"] == "error"
    assert [report.verdict.outcome for report in noted] == ["unknown"]


def test_prevention_adds_the_packs_paragraph_and_says_so(
    bare: OpenAI, marker_guard: Guard, server: OpenAIServer
) -> None:
    server.script(Answer(CLEAN))
    client = marker_guard.wrap(bare, prevent=True)
    system = {"role": "system", "content": "You are kind."}

    completion = ask(client)
    client.chat.completions.create(model="m", messages=[system, *MESSAGES])  # type: ignore[list-item]

    first, second = (seen.body["messages"] for seen in server.seen)
    assert first[0] == {"role": "system", "content": marker_guard.prompt()}
    assert second[0]["content"] == f"You are kind.\n\n{marker_guard.prompt()}"
    assert completion.guard.prevented


def test_prevention_is_off_by_default(bare: OpenAI, client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(CLEAN))

    completion = ask(client)
    ask(bare)

    assert server.seen[0].raw == server.seen[1].raw
    assert not completion.guard.prevented


def test_batches_are_refused_with_a_clear_error(client: OpenAI, server: OpenAIServer) -> None:
    with pytest.raises(openai.BadRequestError, match="refused by the guard"):
        client.batches.create(
            input_file_id="f", endpoint="/v1/chat/completions", completion_window="24h"
        )

    assert not server.seen


def test_websockets_are_refused_with_a_clear_error(client: OpenAI) -> None:
    pytest.importorskip("websockets")
    realtime: Any = client.realtime if hasattr(client, "realtime") else client.beta.realtime

    with pytest.raises(UnauditedError, match="Websockets"), realtime.connect(model="m"):
        pass


def test_a_fault_of_the_guard_is_unknown_and_raises_nothing(
    bare: OpenAI, server: OpenAIServer, marker_guard: Guard
) -> None:
    class Faulty(Guard):
        def check(self, *_: Any, **__: Any) -> Report:
            raise OSError("the disk is full")

    server.script(Answer(MARKED))
    blocking = Faulty(mode="block", encoder=marker_guard.judge.encoder)

    completion = ask(blocking.wrap(bare))

    assert completion.guard.verdict.outcome == "unknown"
    assert WORD not in text_of(completion)
    assert len(server.seen) == 1


def test_high_risk_packs_allow_no_streaming_but_full(bare: OpenAI) -> None:
    crisis = Guard(packs=["crisis"])

    with pytest.raises(ValueError, match="full"):
        crisis.wrap(bare, streaming="earned")
    crisis.wrap(bare, streaming="full")


def test_what_is_no_client_is_refused(marker_guard: Guard) -> None:
    with pytest.raises(TypeError, match="wrap takes"):
        marker_guard.wrap("a client")


def test_rewriting_what_was_rewritten_changes_nothing(client: OpenAI, server: OpenAIServer) -> None:
    server.script(Answer(FATAL), Answer(MARKED))
    once = [text_of(ask(client)), text_of(ask(client))]
    server.script(*map(Answer, once))

    assert [text_of(ask(client)), text_of(ask(client))] == once


def test_the_report_is_dumped_where_that_is_asked_for(
    bare: OpenAI, marker_guard: Guard, server: OpenAIServer
) -> None:
    server.script(Answer(MARKED))

    completion = ask(marker_guard.wrap(bare, dump=True))

    assert completion.model_dump()["guard"]["verdict"]["outcome"] == "flag"
    assert completion.guard.verdict.outcome == "flag"
