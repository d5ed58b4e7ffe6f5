"""OpenAI Agents SDK: an output guardrail that trips, and a model that gives audited answers.

The SDK runs output guardrails when a stream has already gone out. Where answers are streamed, use
`GuardedModel`, which holds them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guard.drafts import Where, drafts_in, places
from guard.errors import InputError, MissingExtraError
from guard.integrations.response_events import audited_events, of
from guard.turn import ROLES, Turn

try:
    from agents import GuardrailFunctionOutput, Model, ModelResponse, OutputGuardrail
except ImportError:
    raise MissingExtraError("the OpenAI Agents integration", "agents") from None

if TYPE_CHECKING:
    from guard.guard import Guard
    from guard.report import Report


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
        return await audited_events(events, lambda text: _report(self._guard, turn, text))


def _turn(given: Any) -> Turn:
    """The conversation in the SDK's input; calls and their results are no messages."""
    if isinstance(given, str):
        return Turn.of(given)
    messages = [
        {"role": role, "content": of(item, "content")}
        for item in given
        if (role := of(item, "role")) in ROLES
    ]
    return Turn.from_messages(messages, "")


async def _report(guard: Guard | None, turn: Turn, text: str) -> Report:
    from guard._shared import ashared

    return await (guard or await ashared()).acheck(turn.with_draft(text))
