"""One request and the bytes that come back, within a deadline and a size.

The time-outs of HTTP clients are for each read, so a server that drips holds a call for hours. Here
the whole of it ends in time: async calls are cancelled, sync ones wait for a thread of their own.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from guard.repair.job import Deadline
from guard.repair.model.answers import MOST_BYTES
from guard.repair.model.own import own_call

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

T = TypeVar("T")


class OversizeError(Exception):
    """The body is larger than any answer to what was asked."""


class BrokenError(Exception):
    """The connection broke off in the midst of the body."""


def fetch(client: OpenAI, body: dict[str, Any], deadline: Deadline) -> bytes:
    """The body of the answer, on a thread that is left behind at the deadline.

    Raises:
        TimeoutError: it was not there in time.
        openai.APIError, OversizeError, BrokenError: there is none.
    """
    return _thread(_read, client, body, deadline).result(deadline.left)


async def afetch(
    client: AsyncOpenAI | OpenAI | None, body: dict[str, Any], deadline: Deadline
) -> bytes:
    """The same in an event loop. Cancelling it closes the connection."""
    from openai import AsyncOpenAI

    async with asyncio.timeout(deadline.left):
        if isinstance(client, AsyncOpenAI):
            return await _aread(client, body, deadline)
        return await asyncio.wrap_future(_thread(_read, client, body, deadline))


def _read(client: Any, body: dict[str, Any], deadline: Deadline) -> bytes:
    received = bytearray()
    with (
        own_call(),
        client.chat.completions.with_streaming_response.create(**_call(body, deadline)) as answer,
        _translated(),
    ):
        for chunk in answer.iter_bytes():
            _take(received, chunk)
            if not deadline.left:
                raise TimeoutError
    return bytes(received)


async def _aread(client: AsyncOpenAI, body: dict[str, Any], deadline: Deadline) -> bytes:
    received = bytearray()
    create: Any = client.chat.completions.with_streaming_response.create
    with own_call():
        async with create(**_call(body, deadline)) as answer:
            with _translated():
                async for chunk in answer.iter_bytes():
                    _take(received, chunk)
    return bytes(received)


def _call(body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    known = {name: body[name] for name in ("model", "messages")}
    rest = {name: value for name, value in body.items() if name not in known}
    return {**known, "extra_body": rest, "timeout": deadline.left}


def _take(received: bytearray, chunk: bytes) -> None:
    received += chunk
    if len(received) > MOST_BYTES:
        raise OversizeError


@contextmanager
def _translated() -> Iterator[None]:
    """What goes wrong while a body is read, the SDK leaves to its HTTP library, of which there are
    two."""
    try:
        yield
    except (OversizeError, TimeoutError):
        raise
    except Exception as error:
        late = any("Timeout" in kind.__name__ for kind in type(error).__mro__)
        raise (TimeoutError() if late else BrokenError()) from None


def _thread(run: Callable[..., T], *args: Any) -> Future[T]:
    future: Future[T] = Future()
    context = contextvars.copy_context()
    # Once it runs it can't be cancelled, and nobody may find it so.
    future.set_running_or_notify_cancel()

    def body() -> None:
        try:
            future.set_result(context.run(run, *args))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=body, name="guard-model", daemon=True).start()
    return future
