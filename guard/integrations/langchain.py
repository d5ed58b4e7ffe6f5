"""LangChain: chat models and chains whose answers are audited before anybody gets them.

Tokens, callbacks and event streams inside the audited part are not shown outside, because they have
the draft in them. The agent middleware is in `guard.integrations.langchain_agents`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from guard.drafts import Places, drafts_in, with_replies
from guard.errors import InputError, MissingExtraError
from guard.places import Path, dotted, found
from guard.turn import ROLES, Message, Role, Turn

try:
    from langchain_core.callbacks import AsyncCallbackManager, CallbackManager
    from langchain_core.callbacks.manager import AsyncRunManager
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.prompt_values import PromptValue
    from langchain_core.runnables import Runnable, RunnableConfig, patch_config
    from langchain_core.runnables.config import set_config_context
except ImportError:
    raise MissingExtraError("the LangChain integration", "langchain") from None

if TYPE_CHECKING:
    from guard.guard import Guard

_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant"}
_TEXTS = Places([("content",), ("additional_kwargs", "refusal")])
_NOSTREAM = "nostream"  # LangGraph then keeps messages of a run to itself


class GuardedChatModel(BaseChatModel):  # type: ignore[misc]
    """A chat model that gives audited answers: `GuardedChatModel(inner=ChatOpenAI(...))`.

    It can stand wherever the inner one can: in chains, agents and graphs, with tools bound. Streams
    come in one piece, when all of it was audited. Tool calls pass as they are.

    Args:
        inner: the model, or the model with something bound to it.
        guard: None: the one that `guard.check` uses.
        traced: callbacks and tracers outside see the inner run, and so drafts that were withheld.
    """

    inner: Any
    guard: Any = None
    traced: bool = False
    cache: Any = False  # an answer from a cache would not be audited; the inner model may have one

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        if getattr(self, "profile", None) is None:
            profile = getattr(self.inner, "profile", None)
            if profile is not None and "profile" in type(self).model_fields:
                self.profile = profile

    @property
    def _llm_type(self) -> str:
        return f"guarded-{getattr(self.inner, '_llm_type', 'model')}"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(getattr(self.inner, "_identifying_params", {}))

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> GuardedChatModel:
        """The same with tools bound to the inner model."""
        bound: GuardedChatModel = self.model_copy(
            update={"inner": self.inner.bind_tools(tools, **kwargs)}
        )
        return bound

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        given = {"stop": stop, **kwargs} if stop else kwargs
        config = _apart(None, run_manager, traced=self.traced)
        answer = _invoke(self.inner, messages, config, given)
        return _result(_audited(self.guard, answer, turn_of(messages)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        given = {"stop": stop, **kwargs} if stop else kwargs
        config = _apart(None, run_manager, traced=self.traced)
        answer = await _ainvoke(self.inner, messages, config, given)
        return _result(await _aaudited(self.guard, answer, turn_of(messages)))


class GuardedRunnable(Runnable[Any, Any]):  # type: ignore[misc]
    """A chain that gives audited answers: `GuardedRunnable(prompt | model, user="question")`.

    The chain answers with a text or a message. Streams come in one piece, when all of it was
    audited.

    Args:
        inner: the chain.
        user: where its input has the user's message, as a path with dots (`question`); a text or a
            list of messages may stand there. None: the input is the message, the messages or a
            prompt, or has them under `messages`.
        guard: None: the one that `guard.check` uses.
        traced: callbacks and tracers outside see the inner run, and so drafts that were withheld.
    """

    def __init__(
        self,
        inner: Runnable[Any, Any],
        user: str | None = None,
        guard: Guard | None = None,
        *,
        traced: bool = False,
    ) -> None:
        self.inner = inner
        self.guard = guard
        self.traced = traced
        self.user: Path = dotted(user) if user else ()

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        """Run the chain and audit what it answers."""

        def run(given: Any, run_manager: Any, config: RunnableConfig) -> Any:
            turn = self._turn(given)
            apart = _apart(config, run_manager, traced=self.traced)
            answer = _invoke(self.inner, given, apart, kwargs)
            return _audited(self.guard, answer, turn)

        return self._call_with_config(run, input, config)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        """The same without blocking the event loop."""

        async def run(given: Any, run_manager: Any, config: RunnableConfig) -> Any:
            turn = self._turn(given)
            apart = _apart(config, run_manager, traced=self.traced)
            answer = await _ainvoke(self.inner, given, apart, kwargs)
            return await _aaudited(self.guard, answer, turn)

        return await self._acall_with_config(run, input, config)

    def _turn(self, given: Any) -> Turn:
        value = next((one.value for one in found(given, self.user)), None)
        if not self.user and isinstance(value, dict):
            value = value.get("messages")
        if isinstance(value, str):
            return Turn.of(value)
        if isinstance(value, PromptValue):
            return turn_of(value.to_messages())
        if isinstance(value, BaseMessage):
            return turn_of([value])
        if isinstance(value, list | tuple):
            return turn_of(value)
        where = ".".join(self.user) or "the input"
        raise InputError(
            f"there is no user's message at {where!r} (a {type(value).__name__}); say where: "
            'GuardedRunnable(chain, user="question")'
        )


def turn_of(messages: Sequence[Any]) -> Turn:
    """The conversation of LangChain's messages; others are taken in OpenAI's form.

    Raises:
        InputError: one can be read as neither.
    """
    return Turn.from_messages([_message(one) for one in messages], "")


def _message(one: Any) -> Any:
    if not isinstance(one, BaseMessage):
        return {"role": one[0], "content": one[1]} if isinstance(one, tuple) else one
    role = _ROLES.get(one.type, getattr(one, "role", one.type))
    known: Role = next((name for name in ROLES if name == role), "user")
    return Message(role=known, content=str(one.text))


def _apart(config: RunnableConfig | None, run_manager: Any, *, traced: bool) -> RunnableConfig:
    """The configuration of the inner run: nobody outside listens, unless that was asked for."""
    # A manager without handlers, as an empty list counts for nothing where lists are merged.
    silent: RunnableConfig = patch_config(config, callbacks=CallbackManager(handlers=[]))
    if not traced:
        silent["tags"] = [*silent.get("tags", ()), _NOSTREAM]
        return silent
    is_async = isinstance(run_manager, AsyncRunManager)
    manager = (AsyncCallbackManager if is_async else CallbackManager)(
        handlers=[], parent_run_id=run_manager.run_id
    )
    manager.set_handlers(run_manager.inheritable_handlers)
    return patch_config(config, callbacks=manager)


def _invoke(inner: Any, given: Any, config: RunnableConfig, kwargs: dict[str, Any]) -> Any:
    # In a context of its own: what is bound to a model else takes up the callbacks of this one.
    with set_config_context(config) as context:
        return context.run(inner.invoke, given, config, **kwargs)


async def _ainvoke(inner: Any, given: Any, config: RunnableConfig, kwargs: dict[str, Any]) -> Any:
    with set_config_context(config) as context:
        return await asyncio.create_task(inner.ainvoke(given, config, **kwargs), context=context)


def _audited(guard: Guard | None, answer: Any, turn: Turn) -> Any:
    from guard._shared import shared

    drafts = drafts_in([answer], _TEXTS, streamed=False)
    check = (guard or shared()).check
    replies = {key: check(turn.with_draft(one.text)).reply.text for key, one in drafts.items()}
    return _without_tokens(answer, with_replies([answer], drafts, replies, _TEXTS)[0])


async def _aaudited(guard: Guard | None, answer: Any, turn: Turn) -> Any:
    from guard._shared import ashared

    drafts = drafts_in([answer], _TEXTS, streamed=False)
    check = (guard or await ashared()).acheck
    replies = {
        key: (await check(turn.with_draft(one.text))).reply.text for key, one in drafts.items()
    }
    return _without_tokens(answer, with_replies([answer], drafts, replies, _TEXTS)[0])


def _without_tokens(before: Any, after: Any) -> Any:
    """Where the text was changed, the log of its tokens would still hold the draft."""
    metadata = getattr(after, "response_metadata", None)
    if after is before or not metadata or "logprobs" not in metadata:
        return after
    kept = {name: value for name, value in metadata.items() if name != "logprobs"}
    return after.model_copy(update={"response_metadata": kept})


def _result(message: BaseMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])
