"""OpenAI Agents SDK: an output guardrail that trips, and a model that gives audited answers.

The SDK runs output guardrails when a stream has already gone out. Where answers are streamed, use
`GuardedModel`, which holds them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from guard.drafts import Where, drafts_in, places
from guard.errors import InputError, MissingExtraError
from guard.places import Path, found, put
from guard.turn import ROLES, Turn

try:
    from agents import GuardrailFunctionOutput, Model, ModelResponse, OutputGuardrail
except ImportError:
    raise MissingExtraError("the OpenAI Agents integration", "agents") from None

if TYPE_CHECKING:
    from guard.guard import Guard
    from guard.report import Report

Key = tuple[int, int]  # which output item, which part of its content
_SAID = ("output_text", "refusal")
_LEAVES = ("text", "refusal")
_PARTS = [("part",), ("item", "content", "*"), ("response", "output", "*", "content", "*")]
# What else tells of a text: its tokens, and offsets into it.
_ABOUT_TEXT = ("logprobs", "annotations")


def output_guardrail(
    guard: Guard | None = None, *, text: Where = None, name: str = "emotion-signal-guard"
) -> OutputGuardrail[Any]:
    """An output guardrail for `Agent(output_guardrails=[output_guardrail()])`.

    It trips where something else than the agent's output should go out: catch
    `OutputGuardrailTripwireTriggered` and send `reply_of(error)`. The report is in `output_info`.

    Args:
        guard: None: the one that `guard.check` uses.
        text: where an output that is no text has its text, as for `guard.protect`.
        name: what traces call it.
    """
    where = places(text)

    async def audited(context: Any, agent: Any, output: Any) -> GuardrailFunctionOutput:
        del agent
        drafts = drafts_in([output], where, streamed=False)
        turn = _turn(context.turn_input)
        reports = [await _report(guard, turn, draft.text) for draft in drafts.values()]
        tripped = [report for report in reports if report.reply.changed]
        told = next(iter(tripped or reports), None)
        return GuardrailFunctionOutput(output_info=told, tripwire_triggered=bool(tripped))

    return OutputGuardrail(guardrail_function=audited, name=name)


def reply_of(error: Any) -> str:
    """What goes out in place of the output at which this guardrail tripped.

    Raises:
        InputError: another guardrail tripped.
    """
    from guard.report import Report

    told = error.guardrail_result.output.output_info
    if not isinstance(told, Report):
        raise InputError("another guardrail than emotion-signal-guard's tripped")
    return told.reply.text


class GuardedModel(Model):  # type: ignore[misc]
    """A model for `Agent(model=GuardedModel(inner))` that gives audited answers.

    Streams are held until all of an answer was audited; then their events come at once, with what
    may go out in them. Tool calls and reasoning pass as they are.

    Args:
        inner: any model of the SDK.
        guard: None: the one that `guard.check` uses.
    """

    def __init__(self, inner: Model, guard: Guard | None = None) -> None:
        self._inner = inner
        self._guard = guard

    async def get_response(
        self,
        system_instructions: str | None,
        input: Any,  # noqa: A002 - the SDK's name
        *args: Any,
        **kwargs: Any,
    ) -> ModelResponse:
        """Ask the inner model, and audit what it answers."""
        answer = await self._inner.get_response(system_instructions, input, *args, **kwargs)
        whole = {"type": "response.completed", "response": {"output": answer.output}}
        audited = (await self._audited([whole], _turn(input)))[0]
        return replace(answer, output=audited["response"]["output"])

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Any,  # noqa: A002 - the SDK's name
        *args: Any,
        **kwargs: Any,
    ) -> AsyncIterator[Any]:
        """The same for a stream."""
        stream = self._inner.stream_response(system_instructions, input, *args, **kwargs)
        events = [event async for event in stream]
        for event in await self._audited(events, _turn(input)):
            yield event

    async def close(self) -> None:
        """Release what the inner model holds."""
        await self._inner.close()

    def get_retry_advice(self, request: Any) -> Any:
        """As the inner model advises."""
        return self._inner.get_retry_advice(request)

    async def _audited(self, events: Sequence[Any], turn: Turn) -> list[Any]:
        instead: dict[Key, str] = {}
        for key, texts in _texts(events).items():
            for text in texts:
                report = await _report(self._guard, turn, text)
                if report.reply.changed:
                    instead[key] = report.reply.text
        return [*_with(events, instead)]


@dataclass(frozen=True, slots=True)
class _Place:
    """A text in an event; `delta`: it is a piece of one."""

    key: Key
    path: Path
    text: str
    delta: bool = False


def _texts(events: Sequence[Any]) -> dict[Key, set[str]]:
    """The texts that the events tell, by where they stand: what came in pieces, and wholes."""
    pieces: dict[Key, list[str]] = {}
    wholes: dict[Key, set[str]] = {}
    for event in events:
        for place in _places(event):
            if place.delta:
                pieces.setdefault(place.key, []).append(place.text)
            else:
                wholes.setdefault(place.key, set()).add(place.text)
    for key, said in pieces.items():
        wholes.setdefault(key, set()).add("".join(said))
    return {key: texts - {""} for key, texts in wholes.items()}


def _places(event: Any) -> Iterator[_Place]:
    kind = str(_of(event, "type")).split(".")
    at = (_of(event, "output_index") or 0, _of(event, "content_index") or 0)
    if kind[1:2] and kind[1] in _SAID:
        for name in ("delta", *_LEAVES):
            if isinstance(text := _of(event, name), str):
                yield _Place(at, (name,), text, delta=name == "delta")
    for path in _PARTS:
        for part in found(event, path):
            if _of(part.value, "type") not in _SAID:
                continue
            numbers = tuple(int(step) for step in part.path if step.isdigit())
            key = (*at[: 2 - len(numbers)], *numbers)
            for name in _LEAVES:
                if isinstance(text := _of(part.value, name), str):
                    yield _Place((key[0], key[1]), (*part.path, name), text)


def _with(events: Sequence[Any], instead: Mapping[Key, str]) -> Iterator[Any]:
    """The events, with other texts; of pieces, the first has all of it."""
    begun: set[Key] = set()
    for event in events:
        key = (_of(event, "output_index"), _of(event, "content_index"))
        if key in instead and "annotation" in str(_of(event, "type")):
            continue  # tells of words that are not there any more
        for place in _places(event):
            if place.key not in instead or not (place.text or place.delta):
                continue
            text = "" if place.delta and place.key in begun else instead[place.key]
            if place.delta:
                begun.add(place.key)
            event = put(event, place.path, text)
            for name in _ABOUT_TEXT:
                about = (*place.path[:-1], name)
                if any(one.value for one in found(event, about)):
                    event = put(event, about, [])
        yield event


def _of(value: Any, name: str) -> Any:
    return next((one.value for one in found(value, (name,))), None)


def _turn(given: Any) -> Turn:
    """The conversation in the SDK's input; calls and their results are no messages."""
    if isinstance(given, str):
        return Turn.of(given)
    messages = [
        {"role": role, "content": _of(item, "content")}
        for item in given
        if (role := _of(item, "role")) in ROLES
    ]
    return Turn.from_messages(messages, "")


async def _report(guard: Guard | None, turn: Turn, text: str) -> Report:
    from guard._shared import ashared

    return await (guard or await ashared()).acheck(turn.with_draft(text))
