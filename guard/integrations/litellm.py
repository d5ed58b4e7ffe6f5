"""LiteLLM's proxy: a guardrail that runs inside it, and audits answers and streams.

It is for the proxy. LiteLLM's functions have no hook that could hold a stream; protect those:
`completion = guard.protect(litellm.completion)`, and `litellm.acompletion` in the same way.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from guard.drafts import Places, drafts_in, is_answer, with_replies
from guard.errors import InputError, MissingExtraError
from guard.integrations.response_events import audited_events, of
from guard.turn import ROLES, Turn

try:
    from litellm.integrations.custom_guardrail import CustomGuardrail
except ImportError:
    raise MissingExtraError("the LiteLLM integration", "litellm") from None

if TYPE_CHECKING:
    from guard.guard import Guard
    from guard.report import Report

_USUAL = Places()


class LiteLLMGuardrail(CustomGuardrail):  # type: ignore[misc]
    """For the proxy's configuration:

        guardrails:
          - guardrail_name: emotion-signal-guard
            litellm_params:
              guardrail: guard.integrations.litellm.LiteLLMGuardrail
              mode: post_call
              default_on: true

    Chat and text completions and the Responses API are audited, whole and streamed; streams are
    held until they end. A stream in another form does not go out. The guard is the one of
    `guard.check`: `guard.toml` and the environment set it up.

    Args:
        guard: None: the one that `guard.check` uses.
        settings: as for LiteLLM's `CustomGuardrail`.
    """

    def __init__(self, guard: Guard | None = None, **settings: Any) -> None:
        self._guard = guard
        super().__init__(
            **{
                "guardrail_name": "emotion-signal-guard",
                "event_hook": "post_call",
                "default_on": True,
                **settings,
            }
        )

    async def async_post_call_success_hook(
        self, data: dict[str, Any], user_api_key_dict: Any, response: Any
    ) -> Any:
        """Audit an answer; what this returns goes out."""
        del user_api_key_dict
        if not is_answer(response):
            return response  # embeddings, images: nothing that is said
        drafts = drafts_in([response], _USUAL, streamed=False)
        turn = turn_of(data)
        replies = {
            key: (await self._report(turn, draft.text)).reply.text for key, draft in drafts.items()
        }
        return with_replies([response], drafts, replies, _USUAL)[0]

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: AsyncIterator[Any], request_data: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """Hold a stream, audit it, and let it go."""
        del user_api_key_dict
        items = [item async for item in response]
        turn = turn_of(request_data)
        if any(str(of(item, "type")).startswith("response.") for item in items):
            held = await audited_events(items, lambda text: self._report(turn, text))
        else:
            drafts = drafts_in(items, _USUAL, streamed=True)
            replies = {
                key: (await self._report(turn, draft.text)).reply.text
                for key, draft in drafts.items()
            }
            held = with_replies(items, drafts, replies, _USUAL)
        for item in held:
            yield item

    async def _report(self, turn: Turn, text: str) -> Report:
        from guard._shared import ashared

        return await (self._guard or await ashared()).acheck(turn.with_draft(text))


def turn_of(request: Mapping[str, Any]) -> Turn:
    """The conversation of a request: `messages`, or `input` of the Responses API, or a `prompt`.

    Raises:
        InputError: it has none of these, or not in a form that can be read.
    """
    said = next((request[n] for n in ("messages", "input", "prompt") if request.get(n)), None)
    if isinstance(said, str):
        return Turn.of(said)
    if isinstance(said, Sequence) and not isinstance(said, bytes):
        return Turn.from_messages(
            [
                {"role": "user", "content": item} if isinstance(item, str) else item
                for item in said
                if isinstance(item, str) or of(item, "role") in ROLES
            ],
            "",
        )
    raise InputError("the request has no messages, input or prompt to audit the answer against")
