"""Replies of an upstream, as streams of events, and what a client reads out of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

USER = "My dog Rex died last night. We had him for fourteen years."
MESSAGES = [{"role": "user", "content": USER}]
CLEAN = (
    "You had Rex for fourteen years, and last night he died. "
    "That is a long time to share a home with a dog. "
    "What was he like? I would like to hear about his last day."
)
MARKED = CLEAN.replace("That is", "That, a marker of love, is")
LATE = CLEAN + " It is a marker of what he was to you."
FATAL = CLEAN + " That is forbidden. Nobody may say so."
FORMS = ("chat", "responses", "legacy", "messages")


def words(text: str) -> list[str]:
    return text.replace(" ", " \0").split("\0") if text else []


def chat(*texts: str, finish: str = "stop", usage: bool = True) -> list[dict[str, Any]]:
    """Chunks of a chat completion with these choices, which take turns."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [
        _choice(head, i, {"role": "assistant", "content": ""}, None) for i in range(len(texts))
    ]
    said = [words(text) for text in texts]
    for at in range(max(map(len, said))):
        chunks += [
            _choice(head, i, {"content": one[at]}, None, {"content": [{"token": one[at]}]})
            for i, one in enumerate(said)
            if at < len(one)
        ]
    chunks += [_choice(head, i, {}, finish) for i in range(len(texts))]
    if usage:
        chunks.append({**head, "choices": [], "usage": {"total_tokens": 12}})
    return chunks


def _choice(
    head: Mapping[str, Any],
    index: int,
    delta: Mapping[str, Any],
    finish: str | None,
    probs: Any = None,
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": probs}
    return {**head, "choices": [choice]}


def legacy(text: str) -> list[dict[str, Any]]:
    head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
    said: list[tuple[str, str | None]] = [(one, None) for one in words(text)]
    return [
        {**head, "choices": [{"index": 0, "text": one, "logprobs": None, "finish_reason": finish}]}
        for one, finish in [*said, ("", "stop")]
    ]


def responses(text: str, *, reasoning: str = "") -> list[dict[str, Any]]:
    """Events of a response with one message."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    at = {"item_id": "msg_1", "output_index": int(bool(reasoning)), "content_index": 0}
    done = message | {"content": [part]}
    output = [done]
    before: list[dict[str, Any]] = []
    if reasoning:
        item = {"type": "reasoning", "id": "rs_1"}
        summary = [{"type": "summary_text", "text": reasoning}]
        where = {"item_id": "rs_1", "output_index": 0, "summary_index": 0}
        before = [
            {"type": "response.output_item.added", "output_index": 0,
             "item": {**item, "summary": []}},
            *({"type": "response.reasoning_summary_text.delta", **where, "delta": one}
              for one in words(reasoning)),
            {"type": "response.reasoning_summary_text.done", **where, "text": reasoning},
            {"type": "response.output_item.done", "output_index": 0,
             "item": {**item, "summary": summary}},
        ]  # fmt: skip
        output = [{**item, "summary": summary}, done]
    index = at["output_index"]
    events = [
        {"type": "response.created", "response": response([], "in_progress")},
        *before,
        {"type": "response.output_item.added", "output_index": index,
         "item": message | {"status": "in_progress", "content": []}},
        {"type": "response.content_part.added", **at, "part": part | {"text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": one, "logprobs": []}
          for one in words(text)),
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": index, "item": done},
        {"type": "response.completed", "response": response(output)},
    ]  # fmt: skip
    return [{**one, "sequence_number": i} for i, one in enumerate(events)]


def response(output: Sequence[Any], status: str = "completed") -> dict[str, Any]:
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": status,
        "output": list(output), "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {},
        "temperature": 1.0, "top_p": 1.0, "usage": None,
    }  # fmt: skip


def messages(text: str) -> list[dict[str, Any]]:
    """Events of Anthropic's Messages API."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
               "stop_reason": None, "stop_sequence": None, "usage": usage}  # fmt: skip
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": one}}
          for one in words(text)),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
         "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]  # fmt: skip


def events_of(form: str, text: str) -> list[dict[str, Any]]:
    made = {"chat": chat, "responses": responses, "legacy": legacy, "messages": messages}
    return made[form](text)  # type: ignore[operator,no-any-return]


def sse(
    events: Sequence[Mapping[str, Any]],
    *,
    line: str = "\n",
    comment: bool = False,
    done: bool = True,
) -> bytes:
    """The same as bytes."""
    out = []
    for one in events:
        if comment:
            out.append(f": keep-alive{line}{line}")
        if "type" in one:
            out.append(f"event: {one['type']}{line}")
        out.append(f"data: {json.dumps(one, ensure_ascii=False)}{line}{line}")
    if done:
        out.append(f"data: [DONE]{line}{line}")
    return "".join(out).encode()


def read(content: bytes) -> list[dict[str, Any]]:
    """The events in these bytes, by a reader that shares nothing with the one that is tested."""
    text = content.decode().replace("\r\n", "\n").replace("\r", "\n")
    found = []
    for block in text.split("\n\n"):
        data = [one[5:].lstrip(" ") for one in block.split("\n") if one.startswith("data:")]
        if data and data[0] != "[DONE]":
            found.append(json.loads("\n".join(data)))
    return found


def said(form: str, events: Sequence[Mapping[str, Any]], choice: int = 0) -> str:
    """The text that the deltas make."""
    return "".join(_deltas(form, events, choice))


def _deltas(form: str, events: Sequence[Mapping[str, Any]], choice: int) -> Iterator[str]:
    for event in events:
        if form == "chat":
            for one in event["choices"]:
                if one["index"] == choice:
                    yield one["delta"].get("content") or ""
        elif form == "legacy":
            yield from (one["text"] for one in event["choices"])
        elif form == "responses" and event["type"] == "response.output_text.delta":
            yield event["delta"]
        elif form == "messages" and event["type"] == "content_block_delta":
            yield event["delta"].get("text", "")
