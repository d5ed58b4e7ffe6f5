"""An agent of the OpenAI Agents SDK behind the guard: its model gives audited answers, streams
included; the output guardrail is for agents whose model you cannot wrap.

`Canned` stands for the model that you have, so that this runs without a network.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from agents import (
    Agent,
    Model,
    ModelResponse,
    OutputGuardrailTripwireTriggered,
    Runner,
    Usage,
    set_tracing_disabled,
)
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from guard import Guard
from guard.integrations.openai_agents import GuardedModel, output_guardrail, reply_of

MODEL_SAYS = "Don't be sad! Everything happens for a reason. Sending hugs!"
ASKED = "My dog died last night."


class Canned(Model):
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        text = ResponseOutputText(text=MODEL_SAYS, type="output_text", annotations=[])
        message = ResponseOutputMessage(
            id="m", content=[text], role="assistant", status="completed", type="message"
        )
        return ModelResponse(output=[message], usage=Usage(), response_id=None)

    def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        raise NotImplementedError("this one does not stream")


async def main() -> None:
    set_tracing_disabled(True)
    guard = Guard(mode="block")

    guarded = Agent(name="listener", model=GuardedModel(Canned(), guard))
    print((await Runner.run(guarded, ASKED)).final_output)

    watched = Agent(name="listener", model=Canned(), output_guardrails=[output_guardrail(guard)])
    try:
        print((await Runner.run(watched, ASKED)).final_output)
    except OutputGuardrailTripwireTriggered as tripped:
        print("instead:", reply_of(tripped))


if __name__ == "__main__":
    asyncio.run(main())
