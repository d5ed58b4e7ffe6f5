"""The Responses API: where its requests, bodies and events hold text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from guard.clients.drafts import Asked, Key, Kind
from guard.clients.jsontext import Pointer
from guard.clients.parts import NOTHING, Dialect, Edit, Finish, Part, Piece

_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_WHOLE = {"response.created", "response.queued", "response.in_progress", *_ENDS}
# Events that carry text in a field of their own: the field, what stands there, and the index that,
# beside that of the output, says which text it is.
_SAID: Mapping[str, tuple[str, Kind, str]] = {
    "response.output_text": ("text", "text", "content_index"),
    "response.refusal": ("refusal", "text", "content_index"),
    "response.reasoning_text": ("text", "aside", "content_index"),
    "response.reasoning_summary_text": ("text", "aside", "summary_index"),
    "response.audio.transcript": ("transcript", "text", "content_index"),
    "response.function_call_arguments": ("arguments", "arguments", ""),
    "response.mcp_call_arguments": ("arguments", "arguments", ""),
    "response.custom_tool_call_input": ("input", "arguments", ""),
}
_PARTS: Mapping[str, tuple[str, Kind]] = {
    "output_text": ("text", "text"),
    "refusal": ("refusal", "text"),
    "reasoning_text": ("text", "aside"),
    "summary_text": ("text", "aside"),
}
_NO_TEXT = {"response.audio", "response.code_interpreter_call_code"}
_SCOPE = {"content": "content_index", "summary": "summary_index"}


def _asked(request: Mapping[str, Any]) -> Asked:
    given = request.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else _list(given)
    spoken = [one for one in items if isinstance(one, Mapping) and "role" in one]
    instructions = request.get("instructions")
    if isinstance(instructions, str):
        spoken = [{"role": "system", "content": instructions}, *spoken]
    text = request.get("text")
    form = text.get("format") if isinstance(text, Mapping) else None
    form = form if isinstance(form, Mapping) else {}
    return Asked(
        messages=tuple(spoken),
        streams=request.get("stream") is True,
        document=form.get("type") in ("json_schema", "json_object"),
        schema=form.get("schema"),
        model=str(request.get("model", "")),
        later=request.get("background") is True,
    )


def _body(body: Mapping[str, Any], asked: Asked) -> Part:
    return Part(
        tuple(_outputs(body, (), asked)),
        _finishes(body, ()),
        failed=bool(body.get("error")),
        key=str(body.get("id", "")),
    )


def _event(event: Mapping[str, Any], asked: Asked) -> Part:
    kind = event.get("type")
    if kind == "error":
        return Part(failed=True)
    if not isinstance(kind, str):
        return NOTHING
    if kind in _WHOLE and isinstance(response := event.get("response"), Mapping):
        last = kind in _ENDS
        finishes = _finishes(response, ("response",)) if last else ()
        pieces = tuple(_outputs(response, ("response",), asked))
        name = str(response.get("id", "")) if kind == "response.created" else ""
        return Part(pieces, finishes, last, kind == "response.failed", name)
    output = event.get("output_index")
    output = output if isinstance(output, int) else 0
    subject, _, tense = kind.rpartition(".")
    if subject in _SAID and tense in ("delta", "done"):
        field, what, scope = _SAID[subject]
        field = "delta" if tense == "delta" else field
        if not isinstance(said := event.get(field), str):
            return NOTHING
        key = (output, scope, event.get(scope, 0)) if scope else (output, "arguments", 0)
        clear = _clear(event, ())
        piece = Piece(key, 0, _kind(what, field, asked), (field,), said, tense == "done", clear)
        return Part((piece,) if said or tense == "delta" else ())
    if isinstance(item := event.get("item"), Mapping):
        return Part(tuple(_item(item, output, ("item",), asked)))
    if isinstance(part := event.get("part"), Mapping):
        scope = "summary_index" if "summary_index" in event else "content_index"
        key = (output, scope, event.get(scope, 0))
        return Part(tuple(_inner(part, key, ("part",), asked)))
    said = event.get("delta")
    if tense == "delta" and isinstance(said, str) and subject not in _NO_TEXT:
        # What the API may add one day: a person may see it.
        return Part((Piece((output, subject, 0), 0, "aside", ("delta",), said),))
    return NOTHING


def _items_body(body: Mapping[str, Any], asked: Asked) -> Part:
    """Items of a conversation: what was said for the assistant, each as a draft of its own."""
    return Part(
        tuple(
            replace(piece, choice=at)
            for at, item in enumerate(_list(body.get("data")))
            for piece in _said_before(item, at, ("data", at), asked)
        )
    )


def _said_before(item: Any, at: int, place: Pointer, asked: Asked) -> Iterator[Piece]:
    if isinstance(item, Mapping) and item.get("role", "assistant") == "assistant":
        yield from _item(item, at, place, asked)


def _outputs(response: Mapping[str, Any], place: Pointer, asked: Asked) -> Iterator[Piece]:
    for at, item in enumerate(_list(response.get("output"))):
        if isinstance(item, Mapping):
            yield from _item(item, at, (*place, "output", at), asked)


def _item(item: Mapping[str, Any], output: int, place: Pointer, asked: Asked) -> Iterator[Piece]:
    for name, scope in _SCOPE.items():
        for at, part in enumerate(_list(item.get(name))):
            if isinstance(part, Mapping):
                yield from _inner(part, (output, scope, at), (*place, name, at), asked)
    for name in ("arguments", "input"):
        if isinstance(said := item.get(name), str) and said:
            yield Piece((output, "arguments", 0), 0, "arguments", (*place, name), said, whole=True)


def _inner(part: Mapping[str, Any], key: Key, place: Pointer, asked: Asked) -> Iterator[Piece]:
    field, kind = _PARTS.get(str(part.get("type")), ("text", "text"))
    if isinstance(said := part.get(field), str) and said:
        what = _kind(kind, field, asked)
        yield Piece(key, 0, what, (*place, field), said, whole=True, clear=_clear(part, place))


def _kind(kind: Kind, field: str, asked: Asked) -> Kind:
    return "json" if asked.document and kind == "text" and field != "refusal" else kind


def _clear(holder: Mapping[str, Any], place: Pointer) -> tuple[Edit, ...]:
    return tuple(((*place, name), []) for name in ("logprobs", "annotations") if holder.get(name))


def _finishes(response: Mapping[str, Any], place: Pointer) -> tuple[Finish, ...]:
    if response.get("status") not in ("completed", "incomplete"):
        return ()
    why = {"reason": "content_filter"}
    edits = ((*place, "status"), "incomplete"), ((*place, "incomplete_details"), why)
    calls = any(
        isinstance(item, Mapping) and str(item.get("type")).endswith("_call")
        for item in _list(response.get("output"))
    )
    return (Finish(0, () if calls else edits),)


def _instructed(request: Mapping[str, Any], paragraph: str) -> Mapping[str, Any]:
    given = request.get("instructions")
    both = f"{given}\n\n{paragraph}" if isinstance(given, str) and given.strip() else paragraph
    return {**request, "instructions": both}


def _message(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A message without its content, and that."""
    message = {"type": "message", "id": "withheld", "role": "assistant", "status": "completed"}
    return message, {"type": "output_text", "text": text, "annotations": []}


def _item_substitute(_: Asked, text: str) -> bytes:
    message, part = _message(text)
    return json.dumps(message | {"content": [part]}).encode()


def _items_substitute(_: Asked, text: str) -> bytes:
    message, part = _message(text)
    ends = {"first_id": "withheld", "last_id": "withheld", "has_more": False}
    return json.dumps({"object": "list", "data": [message | {"content": [part]}], **ends}).encode()


def _substitute(asked: Asked, text: str) -> bytes:
    message, part = _message(text)
    response = {
        "id": "withheld",
        "object": "response",
        "created_at": 0,
        "model": asked.model,
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "output": [message | {"content": [part]}],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }
    if not asked.streams:
        return json.dumps(response).encode()
    where = {"item_id": "withheld", "output_index": 0, "content_index": 0}
    empty = part | {"text": ""}
    added: dict[str, Any] = {**message, "content": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response | {"output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": added},
        {"type": "response.content_part.added", **where, "part": empty},
        {"type": "response.output_text.delta", **where, "delta": text, "logprobs": []},
        {"type": "response.output_text.done", **where, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **where, "part": part},
        {"type": "response.output_item.done", "output_index": 0,
         "item": message | {"content": [part]}},
        {"type": "response.completed", "response": response},
    ]  # fmt: skip
    return b"".join(
        f"event: {one['type']}\ndata: {json.dumps(one | {'sequence_number': i})}\n\n".encode()
        for i, one in enumerate(events)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


RESPONSES = Dialect("responses", _asked, _body, _event, _instructed, _substitute)
ITEMS = Dialect(
    "items",
    lambda _: Asked(),
    _items_body,
    lambda *_: NOTHING,
    lambda *_: None,
    _items_substitute,
)
ITEM = Dialect(
    "items",
    lambda _: Asked(),
    lambda body, asked: Part(tuple(_said_before(body, 0, (), asked))),
    lambda *_: NOTHING,
    lambda *_: None,
    _item_substitute,
)
