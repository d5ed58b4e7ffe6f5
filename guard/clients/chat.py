"""Chat completions and legacy completions: where their requests, bodies and chunks hold text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from guard.clients.drafts import Asked, Kind
from guard.clients.jsontext import Pointer
from guard.clients.parts import NOTHING, Dialect, Edit, Finish, Part, Piece

WITHHELD = "content_filter"
_CHOICES = 1000  # more than one completion has
_NO_TEXT = {"role", "content", "refusal", "tool_calls", "function_call", "audio", "annotations"}
_FIELDS: tuple[tuple[str, Kind], ...] = (("content", "text"), ("refusal", "text"))


def _chat_asked(request: Mapping[str, Any]) -> Asked:
    wanted = request.get("response_format")
    form = wanted if isinstance(wanted, Mapping) else {}
    inner = form.get("json_schema")
    return Asked(
        messages=tuple(one for one in _list(request.get("messages")) if isinstance(one, Mapping)),
        streams=request.get("stream") is True,
        document=form.get("type") in ("json_schema", "json_object"),
        schema=inner.get("schema") if isinstance(inner, Mapping) else None,
        model=str(request.get("model", "")),
    )


def _chat_body(body: Mapping[str, Any], asked: Asked) -> Part:
    return _part(body, asked, "message", whole=True)


def _chat_event(event: Mapping[str, Any], asked: Asked) -> Part:
    return _part(event, asked, "delta", whole=False)


def _part(body: Mapping[str, Any], asked: Asked, name: str, *, whole: bool) -> Part:
    pieces: list[Piece] = []
    finishes = []
    for at, choice in enumerate(_list(body.get("choices"))):
        if not isinstance(choice, Mapping):
            continue
        index = choice.get("index")
        number = index if isinstance(index, int) else at
        message = choice.get(name)
        message = message if isinstance(message, Mapping) else {}
        place: Pointer = ("choices", at)
        clear = _clear(choice, message, place, name)
        pieces += _pieces(message, (*place, name), number, asked, clear, whole=whole)
        if choice.get("finish_reason") is not None:
            acts = choice["finish_reason"] in ("tool_calls", "function_call")
            withheld = () if acts else (((*place, "finish_reason"), WITHHELD),)
            finishes.append(Finish(number, withheld))
    return Part(tuple(pieces), tuple(finishes), failed=bool(body.get("error")))


def _stored_body(body: Mapping[str, Any], asked: Asked) -> Part:
    """A list of completions; the choices of each are counted after those before it."""
    pieces: list[Piece] = []
    finishes: list[Finish] = []
    for at, one in enumerate(_list(body.get("data"))):
        if not isinstance(one, Mapping):
            continue
        part, first, place = _chat_body(one, asked), at * _CHOICES, ("data", at)
        for piece in part.pieces:
            pieces.append(
                replace(
                    piece,
                    key=(at, *piece.key),
                    choice=first + piece.choice,
                    place=(*place, *piece.place),
                    clear=_within(place, piece.clear),
                )
            )
        finishes += [
            Finish(first + one.choice, _within(place, one.withheld)) for one in part.finishes
        ]
    return Part(tuple(pieces), tuple(finishes))


def _within(place: Pointer, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return tuple(((*place, *inner), value) for inner, value in edits)


def _clear(
    choice: Mapping[str, Any], message: Mapping[str, Any], place: Pointer, name: str
) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    if choice.get("logprobs") is not None:
        edits.append(((*place, "logprobs"), None))
    if message.get("annotations"):
        edits.append(((*place, name, "annotations"), []))
    audio = message.get("audio")
    if isinstance(audio, Mapping) and audio.get("data"):
        edits.append(((*place, name, "audio", "data"), ""))  # what is said aloud can't be changed
    return tuple(edits)


def _pieces(
    message: Mapping[str, Any],
    place: Pointer,
    choice: int,
    asked: Asked,
    clear: tuple[Edit, ...],
    *,
    whole: bool,
) -> Iterator[Piece]:
    for name, kind in _FIELDS:
        kind = "json" if asked.document and name == "content" else kind
        for inner, text in _texts(message.get(name)):
            key, where = (choice, name, *inner), (*place, name, *inner)
            yield Piece(key, choice, kind, where, text, whole, clear)
    audio = message.get("audio")
    if isinstance(audio, Mapping) and isinstance(audio.get("transcript"), str):
        where = (*place, "audio", "transcript")
        yield Piece((choice, "audio"), choice, "text", where, audio["transcript"], whole, clear)
    for at, call in enumerate(_list(message.get("tool_calls"))):
        if not isinstance(call, Mapping):
            continue
        number = call.get("index")
        key = (choice, "tool", number if isinstance(number, int) else at)
        for form, field in (("function", "arguments"), ("custom", "input")):
            inside = call.get(form)
            if isinstance(inside, Mapping) and isinstance(inside.get(field), str):
                where = (*place, "tool_calls", at, form, field)
                yield Piece(key, choice, "arguments", where, inside[field], whole)
    called = message.get("function_call")
    if isinstance(called, Mapping) and isinstance(called.get("arguments"), str):
        where = (*place, "function_call", "arguments")
        yield Piece((choice, "call"), choice, "arguments", where, called["arguments"], whole)
    for name, value in message.items():
        # What other servers add (`reasoning_content`, ...): a person may see it.
        if name not in _NO_TEXT and isinstance(value, str) and (not whole or " " in value):
            yield Piece((choice, name), choice, "aside", (*place, name), value, whole)


def _texts(content: Any) -> Iterator[tuple[Pointer, str]]:
    if isinstance(content, str):
        yield (), content
    for at, part in enumerate(_list(content)):
        if isinstance(part, Mapping) and isinstance(part.get("text"), str):
            yield (at, "text"), part["text"]


def _chat_instructed(request: Mapping[str, Any], paragraph: str) -> Mapping[str, Any] | None:
    messages = _list(request.get("messages"))
    first = messages[0] if messages and isinstance(messages[0], Mapping) else {}
    if first.get("role") not in ("system", "developer"):
        return {**request, "messages": [{"role": "system", "content": paragraph}, *messages]}
    content = first.get("content")
    if isinstance(content, str):
        added: Any = f"{content}\n\n{paragraph}" if content.strip() else paragraph
    else:
        added = [*_list(content), {"type": "text", "text": paragraph}]
    return {**request, "messages": [{**first, "content": added}, *messages[1:]]}


def _chat_substitute(asked: Asked, text: str) -> bytes:
    said = {"role": "assistant", "content": text, "refusal": None}
    return _substitute(asked, "chat.completion", {"message": said}, {"delta": said})


def _substitute(
    asked: Asked, kind: str, whole: Mapping[str, Any], delta: Mapping[str, Any]
) -> bytes:
    head = {"id": "withheld", "created": 0, "model": asked.model}
    ending = {"index": 0, "finish_reason": WITHHELD, "logprobs": None}
    if not asked.streams:
        return json.dumps({**head, "object": kind, "choices": [{**ending, **whole}]}).encode()
    kind = f"{kind}.chunk" if kind.startswith("chat") else kind
    chunk = json.dumps({**head, "object": kind, "choices": [{**ending, **delta}]})
    return f"data: {chunk}\n\ndata: [DONE]\n\n".encode()


def _legacy_asked(request: Mapping[str, Any]) -> Asked:
    prompt = request.get("prompt")
    prompts = [one for one in (prompt if isinstance(prompt, list) else [prompt]) if
               isinstance(one, str)]  # fmt: skip
    many = request.get("n")
    return Asked(
        messages=tuple({"role": "user", "content": one} for one in prompts),
        streams=request.get("stream") is True,
        many=many if isinstance(many, int) and many > 0 else 1,
        model=str(request.get("model", "")),
    )


def _legacy_part(body: Mapping[str, Any], *, whole: bool) -> Part:
    failed = bool(body.get("error"))
    pieces, finishes = [], []
    for at, choice in enumerate(_list(body.get("choices"))):
        if not isinstance(choice, Mapping) or not isinstance(choice.get("text"), str):
            continue
        index = choice.get("index")
        number = index if isinstance(index, int) else at
        place: Pointer = ("choices", at)
        has = choice.get("logprobs") is not None
        clear: tuple[Edit, ...] = (((*place, "logprobs"), None),) if has else ()
        where = (*place, "text")
        pieces.append(Piece((number,), number, "text", where, choice["text"], whole, clear))
        if choice.get("finish_reason") is not None:
            finishes.append(Finish(number, (((*place, "finish_reason"), WITHHELD),)))
    return Part(tuple(pieces), tuple(finishes), failed=failed) if pieces or failed else NOTHING


def _legacy_substitute(asked: Asked, text: str) -> bytes:
    return _substitute(asked, "text_completion", {"text": text}, {"text": text})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


CHAT = Dialect(
    "chat.completions", _chat_asked, _chat_body, _chat_event, _chat_instructed, _chat_substitute
)
STORED = Dialect(
    "chat.completions",
    lambda _: Asked(),
    _stored_body,
    lambda *_: NOTHING,
    lambda *_: None,
    lambda *_: b'{"object": "list", "data": [], "has_more": false}',
)
LEGACY = Dialect(
    "completions",
    _legacy_asked,
    lambda body, _: _legacy_part(body, whole=True),
    lambda event, _: _legacy_part(event, whole=False),
    lambda *_: None,
    _legacy_substitute,
)
