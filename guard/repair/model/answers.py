"""What an endpoint answered, made of bytes. Nothing of it is trusted: sizes, forms and reasons for
ending are looked at before any text is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from guard.report import AttemptOutcome

MOST_BYTES = 1 << 20
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking. `text` is there where `outcome` is None."""

    text: str = ""
    outcome: AttemptOutcome | None = None
    reason: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    ms: float = 0.0


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Message(_Lenient):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class _Usage(_Lenient):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(_Lenient):
    choices: list[_Choice]
    usage: _Usage | None = None


def answer_of(body: bytes) -> Answer:
    """Read the body of a chat completion."""
    try:
        read = _Completion.model_validate_json(body)
    except ValidationError:
        return Answer(outcome="malformed", reason="the body is no chat completion")
    usage = read.usage or _Usage()
    said = _first(read)
    return replace(
        said,
        tokens_in=max(0, usage.prompt_tokens),
        tokens_out=max(0, usage.completion_tokens),
    )


def _first(read: _Completion) -> Answer:
    if not read.choices:
        return Answer(outcome="malformed", reason="no choice in it")
    first = read.choices[0]
    if first.message.refusal:
        return Answer(outcome="refused", reason="the model refused")
    if first.finish_reason == "content_filter":
        return Answer(outcome="refused", reason="content filter")
    if first.finish_reason == "length":
        return Answer(outcome="malformed", reason="it broke off at its longest")
    if not (first.message.content or "").strip():
        return Answer(outcome="empty", reason="no text in it")
    return Answer(first.message.content or "")


def formed(text: str, form: type[Form]) -> Form | None:
    """What a text says in the form that was asked for; None if it does not have that form.

    Servers that cannot hold a model to a form give it in a fenced block, or among other words.
    """
    fenced = _FENCED.search(text)
    inner = text[text.find("{") : text.rfind("}") + 1]
    for candidate in (text, fenced[1] if fenced else "", inner):
        value = _json(candidate)
        if isinstance(value, dict):
            try:
                return form.model_validate(value)
            except ValidationError:
                continue
    return None


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
