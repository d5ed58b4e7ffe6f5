"""HTTP over ASGI: whole requests and responses, with bounds. It knows nothing of drafts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

MOST_REQUEST = 1 << 20  # bytes
MOST_REPLY = 8 << 20
# Of what was sent in place of these, they would be wrong.
_ABOUT_THE_BODY = {b"content-length", b"etag", b"content-md5", b"digest", b"content-digest",
                   b"repr-digest"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def with_body(self, body: bytes) -> Response:
        had_length = bool(self.header(b"content-length"))
        headers = [(k, v) for k, v in self.headers if k.lower() not in _ABOUT_THE_BODY]
        if had_length:
            headers.append((b"content-length", str(len(body)).encode()))
        return replace(self, headers=headers, body=body)


class Held:
    """`send` for the application: keeps a response until it is complete, then sends another."""

    def __init__(self, audited: Callable[[Response], Awaitable[Response]], send: Send) -> None:
        self._audited = audited
        self._send = send
        self._start: Message = {}
        self._chunks: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            chunk = message.get("body", b"")
            self._size += len(chunk)
            if self._size <= MOST_REPLY:
                self._chunks.append(chunk)
            if not message.get("more_body", False):
                await self._finish()
        # There are no other messages: the extensions that have them were not offered.

    async def _finish(self) -> None:
        given = Response(
            self._start["status"], list(self._start.get("headers", ())), b"".join(self._chunks)
        )
        if self._size > MOST_REPLY:
            given = error_response(500, "the reply could not be audited")
        else:
            given = await self._audited(given)
        await answer(self._send, given)


async def whole_body(receive: Receive) -> bytes | None:
    """All of it, or a little more than the most that is allowed; None if the client is gone."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MOST_REQUEST or not message.get("more_body", False):
            return b"".join(chunks)


def replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` for the application: the body that was read, then whatever comes."""
    given = False

    async def first_the_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return first_the_body


def dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def error_response(status: int, why: str) -> Response:
    body = dumped({"error": {"type": "guard", "message": why}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    return Response(status, headers, body)


async def answer(send: Send, given: Response) -> None:
    start = {"type": "http.response.start", "status": given.status, "headers": given.headers}
    await send(start)
    await send({"type": "http.response.body", "body": given.body, "more_body": False})


async def refuse(send: Send, status: int, why: str) -> None:
    await answer(send, error_response(status, why))
