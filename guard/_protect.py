"""`protect`: whatever a function of yours answers is audited before its caller gets it.

Functions, coroutines, generators and async generators keep their signature, their type and their
exceptions. What is streamed is held until all of it was audited, so that nothing leaks.
"""

from __future__ import annotations

import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from guard._around import NOWHERE, Around
from guard._streaming import StreamingFunction
from guard.drafts import Places, Where, drafts_in, flowing, places, with_replies
from guard.errors import InputError
from guard.places import dotted, found
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.guard import Guard

F = TypeVar("F", bound=Callable[..., Any])
CONVENTION = "messages"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a call says what the user wrote."""

    signature: inspect.Signature
    name: str
    path: tuple[str, ...]

    @classmethod
    def of(cls, function: Callable[..., Any], user: str | None) -> Asked:
        """Find the argument.

        Raises:
            InputError: the function has no such argument.
        """
        called = getattr(function, "__qualname__", type(function).__name__)
        try:
            signature = inspect.signature(function)
        except ValueError:
            raise InputError(f"protect cannot see the arguments of {called}") from None
        name, *path = dotted(user or CONVENTION)
        if name not in signature.parameters and not _takes_any(signature):
            has = ", ".join(signature.parameters) or "none"
            raise InputError(
                f"protect cannot see the user's message: {called} has no argument {name!r} "
                f'(it has {has}); say which one holds it: protect(user="argument")'
            )
        return cls(signature, name, tuple(path))

    def turn(self, bound: inspect.BoundArguments) -> Turn:
        """The conversation of one call.

        Raises:
            InputError: the argument is missing, or is neither a text nor messages.
        """
        bound.apply_defaults()
        given = dict(bound.arguments)
        for parameter in self.signature.parameters.values():
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                given |= given.pop(parameter.name)
        value = next((one.value for one in found(given, (self.name, *self.path))), None)
        if isinstance(value, Turn):
            return value
        if isinstance(value, str):
            return Turn.of(value)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            return Turn.from_messages(value, "")
        if isinstance(value, Mapping):
            return Turn.from_messages([value], "")
        where = ".".join((self.name, *self.path))
        raise InputError(
            f"protect found no user's message at {where!r}: it must be a text, a message or a list "
            f"of messages, not {type(value).__name__}"
        )


class Protect:
    """Audits what a function answers before its caller gets it.

        @guard.protect
        def answer(messages): ...

        @guard.protect(user="question", text="choices.*.message.content")
        async def ask(question: str): ...

    The function may return or yield a text, a message (a dict or an object with `content`), an
    answer of OpenAI's SDK, or anything with a declared place for its text. Other attributes, tool
    calls among them, pass as they are. Only where the text changes is a copy made. Generators are
    held until they end; where the text changes, texts come out a few words at a time, and of
    objects the first has all of it. Exceptions pass unchanged, and what was held is then dropped.

    Args:
        user: the argument that holds the user's message, as a text or a list of messages; a path
            with dots goes into it (`body.question`). By default `messages`.
        text: where the text stands, as a path (`choices.0.message.content`, `*` for each item of a
            list), a list of paths, or two callables, `(read, write)`: `read(item)` gives the text
            or None, `write(item, text)` the item that goes out. By default the usual places.

    Raises:
        InputError: when decorating: the function has no such argument. When called: the argument
            holds no message, or there is no text where it should be; nothing goes out then.
    """

    def __init__(self, guard: Guard | None = None) -> None:
        self._guard = guard

    @overload
    def __call__(self, function: F, /) -> F: ...

    @overload
    def __call__(self, /, *, user: str | None = ..., text: Where = ...) -> Callable[[F], F]: ...

    def __call__(
        self, function: F | None = None, /, *, user: str | None = None, text: Where = None
    ) -> F | Callable[[F], F]:
        if function is None:
            return lambda function: self._protected(function, user, text)
        return self._protected(function, user, text)

    def _protected(self, function: F, user: str | None, text: Where) -> F:
        if isinstance(function, staticmethod | classmethod):
            inner = self._protected(function.__func__, user, text)
            return cast("F", type(function)(inner))
        if not callable(function):
            raise InputError(f"protect needs a function, not {type(function).__name__}")
        audits = Audits(self._guard, places(text))
        made = _wrapped(function, Asked.of(function, user), audits)
        return cast("F", made)


@dataclass(frozen=True, slots=True)
class Audits:
    """What is done with the answers of one function. `guard` None: the one in use."""

    guard: Guard | None
    where: Places
    around: Around = NOWHERE

    def audited(self, items: Sequence[Any], turn: Turn, *, streamed: bool) -> list[Any]:
        """What goes out in place of these."""
        from guard._shared import shared

        guard = self.guard or shared()
        drafts = drafts_in(items, self.where, streamed=streamed)
        with self.around.again():
            replies = {
                key: guard.check(turn.with_draft(draft.text)).reply.text
                for key, draft in drafts.items()
            }
        return with_replies(items, drafts, replies, self.where)

    async def aaudited(self, items: Sequence[Any], turn: Turn, *, streamed: bool) -> list[Any]:
        """The same without blocking the event loop."""
        from guard._shared import ashared

        guard = self.guard or await ashared()
        drafts = drafts_in(items, self.where, streamed=streamed)
        with self.around.again():
            replies = {
                key: (await guard.acheck(turn.with_draft(draft.text))).reply.text
                for key, draft in drafts.items()
            }
        return with_replies(items, drafts, replies, self.where)

    def answer(self, result: Any, turn: Turn) -> Any:
        """What the caller of a plain function gets."""
        if inspect.isawaitable(result):
            return self.awaited(result, turn)
        # Some streams are of both kinds: whoever called without awaiting reads without awaiting.
        if hasattr(result, "__next__"):
            return self.here().held(result, turn)
        if hasattr(result, "__anext__"):
            return self.here().aheld(result, turn)
        return self.audited([result], turn, streamed=False)[0]

    async def awaited(self, result: Awaitable[Any], turn: Turn) -> Any:
        """What the caller of a coroutine gets."""
        given = await result
        if hasattr(given, "__anext__"):
            return self.here().aheld(given, turn)
        if hasattr(given, "__next__"):
            return self.here().held(given, turn)
        return (await self.aaudited([given], turn, streamed=False))[0]

    def here(self) -> Audits:
        """The same with the guard in use and the session around the call, wherever the stream is
        read."""
        from guard._shared import made

        return Audits(self.guard or made(), self.where, Around.here())

    def held(self, stream: Iterator[Any], turn: Turn) -> Generator[Any, None, Any]:
        """A stream, when all of it was audited, with what the generator returns."""
        items: list[Any] = []
        try:
            while True:
                items.append(next(stream))
        except StopIteration as stop:
            value = stop.value
        finally:
            if close := getattr(stream, "close", None):
                close()
        yield from flowing(self.audited(items, turn, streamed=True), items)
        return value

    async def aheld(self, stream: AsyncIterator[Any], turn: Turn) -> AsyncGenerator[Any, None]:
        """The same, without blocking the event loop. Cancelling it closes the stream."""
        items: list[Any] = []
        try:
            async for item in stream:
                items.append(item)
        finally:
            if aclose := getattr(stream, "aclose", None) or getattr(stream, "close", None):
                await aclose()
        for item in flowing(await self.aaudited(items, turn, streamed=True), items):
            yield item


def _wrapped(function: Callable[..., Any], asked: Asked, audits: Audits) -> Callable[..., Any]:
    """A function of the same kind that gives audited answers."""

    def turn_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Turn:
        try:
            bound = asked.signature.bind(*args, **kwargs)
        except TypeError:
            # The function says it best itself.
            function(*args, **kwargs)
            raise
        return asked.turn(bound)

    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        sync = inspect.isgeneratorfunction(function)

        def stream(*args: Any, **kwargs: Any) -> Any:
            turn, here = turn_of(args, kwargs), audits.here()
            return (here.held if sync else here.aheld)(function(*args, **kwargs), turn)

        return StreamingFunction(function, stream)
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            turn = turn_of(args, kwargs)
            return await audits.awaited(function(*args, **kwargs), turn)

        return coroutine

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        turn = turn_of(args, kwargs)
        return audits.answer(function(*args, **kwargs), turn)

    return plain


def _takes_any(signature: inspect.Signature) -> bool:
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature.parameters.values())


protect = Protect()
