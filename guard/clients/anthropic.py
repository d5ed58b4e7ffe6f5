"""Anthropic's Messages API: where its requests, bodies and events hold text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from guard.clients.drafts import Asked, Kind
from guard.clients.jsontext import Pointer
from guard.clients.parts import NOTHING, Dialect, Edit, Finish, Part, Piece

WITHHELD = "refusal"
_BLOCKS: Mapping[str, tuple[str, Kind]] = {
    "text": ("text", "text"),
    "thinking": ("thinking", "aside"),
}
_DELTAS: Mapping[str, tuple[str, Kind]] = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "aside"),
    "input_json_delta": ("partial_json", "arguments"),
}


def _asked(request: Mapping[str, Any]) -> Asked:
    system = request.get("system")
    messages = [one for one in _list(request.get("messages")) if isinstance(one, Mapping)]
    if system:
        messages = [{"role": "system", "content": system}, *messages]
    form = request.get("output_config") or request.get("output_format")
    form = form.get("format", form) if isinstance(form, Mapping) else {}
    return Asked(
        messages=tuple(messages),
        streams=request.get("stream") is True,
        document=isinstance(form, Mapping) and form.get("type") == "json_schema",
        schema=form.get("schema") if isinstance(form, Mapping) else None,
        model=str(request.get("model", "")),
    )


def _body(body: Mapping[str, Any], asked: Asked) -> Part:
    pieces = [
        piece
        for at, block in enumerate(_list(body.get("content")))
        if isinstance(block, Mapping)
        for piece in _block(block, at, ("content", at), asked)
    ]
    return Part(tuple(pieces), _finishes(body, ()), failed=body.get("type") == "error")


def _block(block: Mapping[str, Any], at: int, place: Pointer, asked: Asked) -> Iterator[Piece]:
    field, kind = _BLOCKS.get(str(block.get("type")), ("text", "text"))
    if isinstance(said := block.get(field), str) and said:
        clear: tuple[Edit, ...] = (((*place, "citations"), None),) if block.get("citations") else ()
        yield Piece((at,), 0, _kind(kind, asked), (*place, field), said, True, clear)
    if block.get("type") == "tool_use" and block.get("input"):
        said = json.dumps(block["input"], ensure_ascii=False)
        yield Piece((at,), 0, "arguments", (*place, "input"), said, whole=True, document=True)


def _kind(kind: Kind, asked: Asked) -> Kind:
    return "json" if asked.document and kind == "text" else kind


def _event(event: Mapping[str, Any], asked: Asked) -> Part:
    kind, at = event.get("type"), event.get("index")
    at = at if isinstance(at, int) else 0
    if kind == "error":
        return Part(failed=True)
    if kind == "message_stop":
        return Part(last=True)
    if kind == "message_delta" and isinstance(delta := event.get("delta"), Mapping):
        return Part((), _finishes(delta, ("delta",)))
    if kind == "content_block_start" and isinstance(block := event.get("content_block"), Mapping):
        return Part(tuple(_block(block, at, ("content_block",), asked)))
    if kind != "content_block_delta" or not isinstance(delta := event.get("delta"), Mapping):
        return NOTHING
    field, what = _DELTAS.get(str(delta.get("type")), ("text", "text"))
    if not isinstance(said := delta.get(field), str):
        return NOTHING
    return Part((Piece((at,), 0, _kind(what, asked), ("delta", field), said),))


def _finishes(holder: Mapping[str, Any], place: Pointer) -> tuple[Finish, ...]:
    reason = holder.get("stop_reason")
    if reason is None:
        return ()
    acts = reason in ("tool_use", "pause_turn")
    return (Finish(0, () if acts else (((*place, "stop_reason"), WITHHELD),)),)


def _instructed(request: Mapping[str, Any], paragraph: str) -> Mapping[str, Any]:
    system = request.get("system")
    if isinstance(system, list):
        return {**request, "system": [*system, {"type": "text", "text": paragraph}]}
    both = f"{system}\n\n{paragraph}" if isinstance(system, str) and system.strip() else paragraph
    return {**request, "system": both}


def _substitute(asked: Asked, text: str) -> bytes:
    usage = {"input_tokens": 0, "output_tokens": 0}
    message: dict[str, Any] = {
        "id": "withheld", "type": "message", "role": "assistant", "model": asked.model,
        "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    ended = {"stop_reason": WITHHELD, "stop_sequence": None}
    if not asked.streams:
        content = {"content": [{"type": "text", "text": text}]}
        return json.dumps(message | content | ended).encode()
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 0}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


MESSAGES = Dialect("messages", _asked, _body, _event, _instructed, _substitute)
