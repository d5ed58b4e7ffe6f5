"""What an endpoint answered, made of bytes. Nothing of it is trusted: sizes, forms and reasons for
ending are looked at before any text is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from guard.report import AttemptOutcome

MOST_BYTES = 1 << 20
MOST_TOKENS = 10**9  # of one answer; more are a fault of the server
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
    content: str | list[Any] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """What it says; some servers give it in parts, some what the model thought before."""
        parts = self.content if isinstance(self.content, list) else [{"text": self.content}]
        texts = (part.get("text") for part in parts if isinstance(part, dict))
        said = "".join(one for one in texts if isinstance(one, str))
        return said.rpartition("</think>")[2]


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class _Completion(_Lenient):
    choices: list[_Choice]
    usage: Any = None


def answer_of(body: bytes) -> Answer:
    """Read the body of a chat completion."""
    try:
        read = _Completion.model_validate_json(body)
    except ValidationError:
        return Answer(outcome="malformed", reason="the body is no chat completion")
    usage = read.usage if isinstance(read.usage, dict) else {}
    return replace(
        _first(read),
        tokens_in=_counted(usage.get("prompt_tokens")),
        tokens_out=_counted(usage.get("completion_tokens")),
    )


def _counted(tokens: Any) -> int:
    """How many tokens an endpoint says it counted; what cannot be is none."""
    whole = isinstance(tokens, int | float) and not isinstance(tokens, bool)
    return int(tokens) if whole and 0 <= tokens <= MOST_TOKENS else 0


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
    text = first.message.text
    if not text.strip():
        return Answer(outcome="empty", reason="no text in it")
    return Answer(text)


def formed(text: str, form: type[Form]) -> Form | None:
    """What a text says in the form that was asked for; None if it does not have that form.

    Servers that cannot hold a model to a form give it in a fenced block, or among other words.
    """
    inner = text[text.find("{") : text.rfind("}") + 1]
    for candidate in (text, _fenced(text), inner):
        value = _json(candidate)
        if isinstance(value, dict):
            try:
                return form.model_validate(value)
            except ValidationError:
                continue
    return None


def _fenced(text: str) -> str:
    """What stands in the first fenced block. No pattern: those take long over a text of blanks."""
    _, _, rest = text.partition("```")
    _, _, block = rest.partition("\n")
    inner, closed, _ = block.partition("```")
    return inner if closed else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
