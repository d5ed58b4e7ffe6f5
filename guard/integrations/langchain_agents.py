"""LangChain's agents (langchain 1.0 and later): middleware that audits what the model answers.

Nothing unaudited reaches the agent's state, its streams or its event streams.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from guard.errors import MissingExtraError
from guard.integrations.langchain import GuardedChatModel

try:
    from langchain.agents.middleware import AgentMiddleware
except ImportError:
    raise MissingExtraError("the LangChain agent middleware", "langchain") from None

if TYPE_CHECKING:
    from langchain.agents.middleware import ModelRequest, ModelResponse

    from guard.guard import Guard


class GuardMiddleware(AgentMiddleware):  # type: ignore[misc]
    """Middleware for `create_agent(model, tools, middleware=[GuardMiddleware()])`.

    Every answer of the model is audited before the agent sees it. `stream_mode="messages"` gives
    an audited message in one piece. Put it last in the list: middleware after it works on drafts.
    With a response format, a flagged answer fails to parse, as text that is no such answer does.

    Args:
        guard: None: the one that `guard.check` uses.
        traced: callbacks and tracers outside see the inner run, and so drafts that were withheld.
    """

    def __init__(self, guard: Guard | None = None, *, traced: bool = False) -> None:
        super().__init__()
        self._guard = guard
        self._traced = traced

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Let the model answer behind the guard."""
        return handler(self._guarded(request))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """The same without blocking the event loop."""
        return await handler(self._guarded(request))

    def _guarded(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        if isinstance(request.model, GuardedChatModel):
            return request
        model = GuardedChatModel(inner=request.model, guard=self._guard, traced=self._traced)
        return request.override(model=model)
