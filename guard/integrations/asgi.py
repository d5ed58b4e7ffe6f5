"""ASGI middleware: replies of an application's own routes are audited before they are sent.

It needs no framework. Which routes, and where in their JSON the texts stand, is declared; other
routes pass untouched. Replies are held until they are complete, server-sent events as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guard.clients.sse import Event, Events
from guard.drafts import Places, drafts_in, with_replies
from guard.errors import InputError
from guard.integrations.http import (
    MOST_REQUEST,
    App,
    Held,
    Receive,
    Response,
    Scope,
    Send,
    dumped,
    error_response,
    refuse,
    replayed,
    whole_body,
)
from guard.log.events import logger
from guard.places import Path, found, pointer
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.guard import Guard

_DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class Route:
    """A route whose replies are audited, and where the texts stand.

    Args:
        path: of the request; `{name}` stands for one segment.
        user: JSON pointer, in the request's body, to the user's message: a text, or a list of
            messages in OpenAI's form.
        reply: JSON pointer or pointers to texts in a JSON reply, `*` for each item of a list.
        event: the same in the data of each server-sent event, whose texts are joined; the empty
            pointer where the data is the text. By default as `reply`.
        methods: of the request.
        optional: replies of this route may also be without a text.
    """

    path: str
    user: str
    reply: str | Sequence[str]
    event: str | Sequence[str] | None = None
    methods: Sequence[str] = ("POST",)
    optional: bool = False
    pattern: re.Pattern[str] = field(init=False, repr=False)
    user_path: Path = field(init=False, repr=False)
    replies: Places = field(init=False, repr=False)
    events: Places = field(init=False, repr=False)

    def __post_init__(self) -> None:
        steps = (
            "[^/]+" if re.fullmatch(r"\{\w+\}", step) else re.escape(step)
            for step in self.path.rstrip("/").split("/")
        )
        found_ = {
            "pattern": re.compile("/".join(steps)),
            "user_path": pointer(self.user),
            "replies": _pointers(self.reply),
            "events": _pointers(self.reply if self.event is None else self.event),
        }
        for name, value in found_.items():
            object.__setattr__(self, name, value)

    def meets(self, scope: Scope) -> bool:
        """Whether a request is one for this route, below the application's root path or in all."""
        if scope["type"] == "http" and scope["method"] not in self.methods:
            return False
        whole: str = scope["path"].rstrip("/")
        below = whole.removeprefix(scope.get("root_path", "").rstrip("/"))
        return any(self.pattern.fullmatch(path) is not None for path in (whole, below))


class GuardMiddleware:
    """Wraps an ASGI application.

        app = GuardMiddleware(app, routes=[Route("/chat", user="/message", reply="/reply")])

    A request to such a route that has no readable user's message gets 422, one that is too large
    413; a reply with status 2xx in which no text can be found is not sent, and the client gets 500.
    Replies with other statuses pass. Websockets on such a path are refused.

    Args:
        app: the application.
        routes: which routes are audited.
        guard: None: the one that `guard.check` uses.

    Raises:
        InputError: a JSON pointer is none.
    """

    def __init__(self, app: App, *, routes: Iterable[Route], guard: Guard | None = None) -> None:
        self._app = app
        self._routes = tuple(routes)
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = None
        if scope["type"] in ("http", "websocket"):
            route = next((one for one in self._routes if one.meets(scope)), None)
        if route is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "not audited here"})
        else:
            await self._audited(route, scope, receive, send)

    async def _audited(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        if body is None:
            return
        if len(body) > MOST_REQUEST:
            await refuse(send, 413, f"the body has more than {MOST_REQUEST} bytes")
            return
        try:
            turn = _turn(body, route)
        except InputError as error:
            await refuse(send, 422, str(error))
            return
        # Nothing below may hide the body: no compression, no extension that sends files by itself.
        headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"accept-encoding"]
        inner = {**scope, "headers": headers, "extensions": {}}
        held = Held(self._reply(route, turn), send)
        await self._app(inner, replayed(body, receive), held)

    def _reply(self, route: Route, turn: Turn) -> Callable[[Response], Awaitable[Response]]:
        async def audited(given: Response) -> Response:
            if not 200 <= given.status < 300 or not given.body:
                return given
            try:
                return await self._checked(given, route, turn)
            except InputError as error:
                # Says what kind of value stood where, never what it was.
                logger().error("reply_not_read", path=route.path, error=str(error))
                return error_response(500, "the reply could not be audited")

        return audited

    async def _checked(self, given: Response, route: Route, turn: Turn) -> Response:
        kind = given.header(b"content-type").partition(b";")[0].strip().lower()
        if given.header(b"content-encoding") not in (b"", b"identity"):
            raise InputError("the reply is compressed")
        if kind == b"application/json" or kind.endswith(b"+json"):
            whole = _json(given.body, "the reply")
            changed = (await self._replies([whole], route, route.replies, turn, streamed=False))[0]
            body = given.body if changed is whole else dumped(changed).encode()
        elif kind == b"text/event-stream":
            body = await self._events(given.body, route, turn)
        elif kind.startswith(b"text/") and () in (route.replies.paths or ()):
            text = _decoded(given.body)
            changed = (await self._replies([text], route, route.replies, turn, streamed=False))[0]
            body = given.body if changed is text else changed.encode()
        else:
            raise InputError(f"the reply is {kind.decode('latin-1') or 'of no declared type'}")
        return given if body == given.body else given.with_body(body)

    async def _events(self, body: bytes, route: Route, turn: Turn) -> bytes:
        reader = Events()
        try:
            events = [*reader.feed(body)]
        except OverflowError:
            raise InputError("an event of the reply is too large") from None
        if (last := reader.end()) is not None:
            events.append(last)
        as_text = () in (route.events.paths or ())
        items = [_data(event, as_text=as_text) for event in events]
        changed = await self._replies(items, route, route.events, turn, streamed=True)
        return b"".join(
            event.raw if now is was else _event(event, now, as_text=as_text)
            for event, was, now in zip(events, items, changed, strict=True)
        )

    async def _replies(
        self,
        items: list[Any],
        route: Route,
        where: Places,
        turn: Turn,
        *,
        streamed: bool,
    ) -> list[Any]:
        from guard._shared import ashared

        guard = self._guard or await ashared()
        try:
            drafts = drafts_in(items, where, streamed=streamed)
        except InputError:
            if not route.optional or any(_stands(item, where) for item in items):
                raise
            return items
        replies = {
            key: (await guard.acheck(turn.with_draft(draft.text))).reply.text
            for key, draft in drafts.items()
        }
        return with_replies(items, drafts, replies, where)


def _turn(body: bytes, route: Route) -> Turn:
    given = _json(body, "the request")
    value = next((one.value for one in found(given, route.user_path)), None)
    if isinstance(value, str):
        return Turn.of(value)
    if isinstance(value, list):
        return Turn.from_messages(value, "")
    raise InputError(f"the request has no user's message at {route.user!r}")


def _json(body: bytes, whose: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InputError(f"{whose} is not JSON") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise InputError("the reply is not UTF-8") from None


def _data(event: Event, *, as_text: bool) -> Any:
    """What an event says; None for comments and the mark of the end."""
    if event.data is None or event.data.strip() == _DONE:
        return None
    return event.data if as_text else _json(event.data.encode(), "an event of the reply")


def _event(event: Event, value: Any, *, as_text: bool) -> bytes:
    """The event with another value; nothing for a text that went into an earlier one."""
    if not as_text:
        return event.with_data(dumped(value)).raw
    if not value:
        return b""
    kept = [
        line for line in event.raw.splitlines() if line and not line.startswith((b"data:", b"data"))
    ]
    data = [b"data: " + line.encode() for line in value.split("\n")]
    return b"\n".join([*kept, *data]) + b"\n\n"


def _pointers(given: str | Sequence[str]) -> Places:
    return Places([pointer(one) for one in ([given] if isinstance(given, str) else given)])


def _stands(item: Any, where: Places) -> bool:
    """Whether anything stands at one of these places."""
    return any(next(found(item, path), None) is not None for path in where.paths or ())
