"""Whatever way a stream is cut, nothing goes out that wasn't audited, and what goes out adds up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.conformance.marker import FALLBACK, INSTEAD, WORD, marking
from guard import Report
from guard.clients.anthropic import MESSAGES as ANTHROPIC
from guard.clients.chat import CHAT, LEGACY
from guard.clients.drafts import Asked
from guard.clients.responses import RESPONSES
from guard.clients.seam import turn_of
from guard.clients.steps import BROKEN, Check, Done, Emit, Known, Need, Probe
from guard.clients.streams import Hold, Streaming
from tests.clients import scripts
from tests.clients.scripts import CLEAN, FATAL, FORMS, LATE, MARKED, events_of, read, said, sse

DIALECTS = {"chat": CHAT, "responses": RESPONSES, "legacy": LEGACY, "messages": ANTHROPIC}
ASKED = Asked(messages=({"role": "user", "content": scripts.USER},), streams=True)
POLICIES: tuple[Streaming, ...] = ("full", "earned")
TEXTS = {"clean": CLEAN, "marked": MARKED, "late": LATE, "fatal": FATAL}


@cache
def judging() -> Any:
    return marking(record=lambda _: None)


@cache
def probed(draft: str) -> Report:
    report: Report = judging().audit(turn_of(ASKED, 0, draft))
    return report


@cache
def checked(draft: str, delivery: Any) -> Report:
    report: Report = judging().check(turn_of(ASKED, 0, draft), delivery=delivery)
    return report


class Run:
    """One stream, driven from the first chunk to the last: what went out, and when."""

    def __init__(self, form: str, chunks: Sequence[Any], streaming: Streaming) -> None:
        self.sent: list[bytes] = []
        self.seen: list[bytes] = []  # what had gone out each time another chunk was asked for
        self.reports: list[Report] = []
        self.probes: list[str] = []
        self.hold = Hold(DIALECTS[form], ASKED, streaming)
        self._drive(iter(chunks))

    def _drive(self, chunks: Iterator[Any]) -> None:
        core = self.hold.run()
        answer: Any = None
        while True:
            try:
                step = core.send(answer)
            except StopIteration:
                return
            answer = None
            match step:
                case Need():
                    self.seen.append(self.content)
                    answer = next(chunks, None)
                case Emit():
                    self.sent.append(step.content)
                case Probe():
                    self.probes.append(step.draft.text)
                    answer = probed(step.draft.text)
                case Check():
                    answer = checked(step.draft.text, step.delivery)
                case Known():
                    pass
                case Done():
                    self.reports += [report for _, report in step.reports]

    @property
    def content(self) -> bytes:
        return b"".join(self.sent)


def cut(content: bytes, at: Sequence[int]) -> list[bytes]:
    places = sorted({place % (len(content) + 1) for place in at})
    return [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]


splits = st.lists(st.integers(0, 20_000), max_size=12)
ways = st.fixed_dictionaries(
    {
        "line": st.sampled_from(["\n", "\r\n", "\r"]),
        "comment": st.booleans(),
        "done": st.booleans(),
    }
)


@settings(max_examples=120)
@given(
    form=st.sampled_from(FORMS),
    name=st.sampled_from(sorted(TEXTS)),
    streaming=st.sampled_from(POLICIES),
    way=ways,
    at=splits,
)
def test_what_was_sent_is_always_a_prefix_of_the_final_text(
    form: str, name: str, streaming: Streaming, way: dict[str, Any], at: list[int]
) -> None:
    content = sse(events_of(form, TEXTS[name]), **way)

    run = Run(form, cut(content, at), streaming)

    final = said(form, read(run.content))
    report = run.reports[-1]
    assert final == report.reply.text
    assert all(final.startswith(said(form, read(part))) for part in run.seen)
    assert WORD not in run.content.decode()
    assert "forbidden" not in run.content.decode()


@given(form=st.sampled_from(FORMS), name=st.sampled_from(sorted(TEXTS)),
       streaming=st.sampled_from(POLICIES), way=ways, at=splits)  # fmt: skip
def test_every_split_gives_the_same_bytes_and_the_same_verdict(
    form: str, name: str, streaming: Streaming, way: dict[str, Any], at: list[int]
) -> None:
    content = sse(events_of(form, TEXTS[name]), **way)
    whole = Run(form, [content], streaming)

    run = Run(form, cut(content, at), streaming)

    assert run.content == whole.content
    assert run.reports == whole.reports


@given(form=st.sampled_from(FORMS), streaming=st.sampled_from([*POLICIES, "observe"]), way=ways,
       at=splits)  # fmt: skip
def test_a_stream_that_passes_is_byte_for_byte_what_came(
    form: str, streaming: Streaming, way: dict[str, Any], at: list[int]
) -> None:
    content = sse(events_of(form, CLEAN), **way)

    run = Run(form, cut(content, at), streaming)

    assert run.content == content
    assert run.reports[-1].verdict.outcome == "pass"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("streaming", POLICIES)
def test_a_changed_text_is_the_same_wherever_it_is_repeated(
    form: str, streaming: Streaming
) -> None:
    content = sse(events_of(form, MARKED))

    events = read(Run(form, [content], streaming).content)

    changed = said(form, events)
    assert changed == MARKED.replace(WORD, INSTEAD)
    assert len(events) == len(read(content))
    if form == "responses":
        assert events[-1]["response"]["output"][0]["content"][0]["text"] == changed
        assert events[-2]["item"]["content"][0]["text"] == changed
        assert events[-1]["response"]["status"] == "completed"


@pytest.mark.parametrize("form", FORMS)
def test_full_sends_no_byte_before_the_end(form: str) -> None:
    events = sse(events_of(form, CLEAN)).split(b"\n\n")

    run = Run(form, [event + b"\n\n" for event in events[:-1]], "full")

    assert not any(run.seen[:-2])


@pytest.mark.parametrize("form", FORMS)
def test_earned_sends_sentences_before_the_end_and_each_was_audited(form: str) -> None:
    events = sse(events_of(form, CLEAN)).split(b"\n\n")

    run = Run(form, [event + b"\n\n" for event in events[:-1]], "earned")

    before = said(form, read(run.seen[-3]))
    assert before.startswith("You had Rex")
    assert any(draft.startswith(before) for draft in run.probes)
    assert len(before) < len(CLEAN)


def test_a_fault_that_comes_late_leaves_what_was_released_and_replaces_the_rest() -> None:
    events = sse(scripts.chat(FATAL)).split(b"\n\n")

    run = Run("chat", [event + b"\n\n" for event in events[:-1]], "earned")

    final = said("chat", read(run.content))
    released = said("chat", read(run.seen[-3]))
    assert released
    assert final == f"{released.rstrip()}{final[len(released.rstrip()) :]}"
    assert final.endswith(FALLBACK)
    reasons = [one["choices"][0]["finish_reason"] for one in read(run.content) if one["choices"]]
    assert reasons[-1] == "content_filter"


def test_choices_of_one_stream_are_told_apart() -> None:
    run = Run("chat", [sse(scripts.chat(CLEAN, MARKED, FATAL))], "full")

    events = read(run.content)
    assert said("chat", events, 0) == CLEAN
    assert said("chat", events, 1) == MARKED.replace(WORD, INSTEAD)
    assert said("chat", events, 2) == FALLBACK
    finishes = {
        one["index"]: one["finish_reason"]
        for event in events
        for one in event["choices"]
        if one["finish_reason"]
    }
    assert finishes == {0: "stop", 1: "stop", 2: "content_filter"}
    assert events[-1]["usage"] == {"total_tokens": 12}
    probs = [one for event in events for one in event["choices"] if one["logprobs"]]
    assert {one["index"] for one in probs} == {0}


@given(form=st.sampled_from(FORMS), streaming=st.sampled_from(POLICIES), share=st.floats(0.1, 0.9))
def test_a_stream_that_breaks_off_is_unknown_and_never_a_pass(
    form: str, streaming: Streaming, share: float
) -> None:
    content = sse(events_of(form, CLEAN))
    most = content.index(b'"finish_reason": "stop"') if form in ("chat", "legacy") else len(content)
    part = content[: int(min(most, len(content) - 700) * share)]

    for end in ([part], [part, BROKEN]):
        run = Run(form, end, streaming)

        assert {report.verdict.outcome for report in run.reports} <= {"unknown"}
        assert {report.verdict.fault for report in run.reports} <= {"incomplete"}
        assert b"[DONE]" not in run.content


def test_tool_calls_pass_untouched_beside_a_text_that_changes() -> None:
    call = {"index": 0, "id": "c1", "type": "function",
            "function": {"name": "send", "arguments": '{"text": "a marker"}'}}  # fmt: skip
    chunks = scripts.chat(MARKED, finish="tool_calls", usage=False)
    head = {**chunks[0], "choices": [{**chunks[0]["choices"][0], "delta": {"tool_calls": [call]}}]}
    chunks.insert(-1, head)

    events = read(Run("chat", [sse(chunks)], "full").content)

    assert events[-2]["choices"][0]["delta"]["tool_calls"] == [call]
    assert events[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert said("chat", events) == MARKED.replace(WORD, INSTEAD)


def test_an_event_that_cannot_be_read_makes_the_reply_unknown() -> None:
    chunks = scripts.chat(CLEAN)
    content = sse(chunks[:5], done=False) + b'data: {"cut": \n\n' + sse(chunks[5:])

    run = Run("chat", [content], "earned")

    assert run.reports[-1].verdict.fault == "error"


def test_text_after_the_end_does_not_go_out() -> None:
    content = sse(scripts.chat(CLEAN)) + b": fine\n\n" + sse(scripts.chat(MARKED))

    run = Run("chat", [content], "full")

    assert run.content == sse(scripts.chat(CLEAN)) + b": fine\n\n" + b"data: [DONE]\n\n"


def test_a_summary_of_reasoning_is_audited_by_itself() -> None:
    reasoning = "The user lost a dog. I should find a marker of what he meant to them."
    content = sse(scripts.responses(CLEAN, reasoning=reasoning), done=False)

    events = read(Run("responses", [content], "full").content)

    assert WORD not in json.dumps(events)
    assert events[-1]["response"]["output"][0]["summary"][0]["text"] == reasoning.replace(
        WORD, INSTEAD
    )
    assert said("responses", events) == CLEAN
