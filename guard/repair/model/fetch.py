"""One request and the bytes that come back, within a deadline and a size.

The time-outs of HTTP clients are for each read, so a server that drips holds a call for hours. Here
the whole of it ends in time: async calls are cancelled, sync ones wait for a thread of their own.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
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
MOST_LEFT = 8
"""Calls to one address that were left at their deadline, and have not ended yet."""
# What fits a read of these does not fill the memory when it is unpacked; of newer ones it may.
_CODINGS = frozenset(("", "identity", "gzip", "deflate"))
_left: dict[tuple[int, str], set[Future[bytes]]] = {}  # by process and address


class OversizeError(Exception):
    """The body is larger than any answer to what was asked."""


class BrokenError(Exception):
    """The connection broke off in the midst of the body."""


class CrowdedError(Exception):
    """So many calls hang already that no more are made: each holds a thread and a connection."""


def fetch(client: OpenAI, body: dict[str, Any], deadline: Deadline) -> bytes:
    """The body of the answer, on a thread that is left behind at the deadline.

    Raises:
        TimeoutError: it was not there in time.
        openai.APIError, OversizeError, BrokenError, CrowdedError: there is none.
    """
    with _leaving(client, body, deadline) as running:
        return running.result(deadline.left)


async def afetch(
    client: AsyncOpenAI | OpenAI | None, body: dict[str, Any], deadline: Deadline
) -> bytes:
    """The same in an event loop. Cancelling it closes the connection."""
    from openai import AsyncOpenAI

    async with asyncio.timeout(deadline.left):
        if isinstance(client, AsyncOpenAI):
            return await _aread(client, body, deadline)
        with _leaving(client, body, deadline) as running:
            return await asyncio.wrap_future(running)


@contextmanager
def _leaving(client: Any, body: dict[str, Any], deadline: Deadline) -> Iterator[Future[bytes]]:
    """A call that runs on a thread. Whoever stops waiting leaves it behind: a server that sends its
    headers byte by byte holds it for as long as it likes."""
    key = (os.getpid(), str(client.base_url))
    left = _left.setdefault(key, set())
    if len(left) >= MOST_LEFT:
        raise CrowdedError
    running = _thread(_read, client, body, deadline)
    try:
        yield running
    finally:
        if not running.done():
            left.add(running)
            running.add_done_callback(left.discard)


def _read(client: Any, body: dict[str, Any], deadline: Deadline) -> bytes:
    received = bytearray()
    with (
        own_call(),
        client.chat.completions.with_streaming_response.create(**_call(body, deadline)) as answer,
        _translated(),
    ):
        _readable(answer)
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
                _readable(answer)
                async for chunk in answer.iter_bytes():
                    _take(received, chunk)
    return bytes(received)


def _call(body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    known = {name: body[name] for name in ("model", "messages")}
    rest = {name: value for name, value in body.items() if name not in known}
    return {
        **known,
        "extra_body": rest,
        "extra_headers": {"Accept-Encoding": "identity"},
        "timeout": deadline.left,
    }


def _readable(answer: Any) -> None:
    if answer.headers.get("content-encoding", "").strip().lower() not in _CODINGS:
        raise BrokenError


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
    except (OversizeError, TimeoutError, BrokenError):
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
