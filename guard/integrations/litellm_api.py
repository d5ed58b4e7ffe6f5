"""LiteLLM's generic guardrail API: an endpoint that a LiteLLM proxy elsewhere asks, as ASGI.

    uvicorn my_module:app   # app = GuardrailAPI(Guard(mode="rewrite"), key="...")

The proxy shows the conversation before the call and the answer after it, in two requests with one
id. In between the conversation is remembered here, in memory, for some minutes and not too many.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from guard.errors import InputError
from guard.integrations.http import (
    MOST_REQUEST,
    Receive,
    Response,
    Scope,
    Send,
    answer,
    dumped,
    refuse,
    whole_body,
)
from guard.log.events import logger
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.guard import Guard

PATH = "/beta/litellm_basic_guardrail_api"
KEPT, SECONDS = 5000, 900.0


class Asked(BaseModel):
    """What the proxy asks; it sends more, which is not looked at."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    input_type: Literal["request", "response"]
    litellm_call_id: str | None = None
    texts: list[str] | None = None
    structured_messages: list[dict[str, Any]] | None = None


class GuardrailAPI:
    """The endpoint. In the proxy's configuration:

        guardrails:
          - guardrail_name: emotion-signal-guard
            litellm_params:
              guardrail: generic_guardrail_api
              mode: [pre_call, post_call]
              default_on: true
              api_base: http://the-guard:8000
              api_key: the key
              streaming_transform_mode: incremental_diff
              streaming_end_of_stream_only: true

    Both modes are needed: the first shows the conversation. With the last two lines the proxy
    holds streams; without them it sends them as they come. An answer whose conversation was not
    shown here is not judged: in modes `rewrite` and `block` a fallback text takes its place. With
    several processes, each must get both requests of a call.

    Args:
        guard: None: the one that `guard.check` uses.
        key: what the header `x-api-key` must say; None: anybody may ask.
    """

    def __init__(self, guard: Guard | None = None, *, key: str | None = None) -> None:
        self._guard = guard
        self._key = key
        self._shown = Shown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] != PATH or scope["method"] != "POST":
            await refuse(send, 404, f"only POST {PATH} is answered here")
        elif not self._may_ask(scope):
            await refuse(send, 401, "the header x-api-key does not say the key")
        else:
            await self._answer(receive, send)

    async def _answer(self, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        if body is None:
            return
        if len(body) > MOST_REQUEST:
            await refuse(send, 413, f"the body has more than {MOST_REQUEST} bytes")
            return
        try:
            asked = Asked.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            await refuse(send, 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
            return
        try:
            said = await self._said(asked)
        except InputError as error:
            await refuse(send, 422, str(error))
            return
        raw = dumped(said).encode()
        await answer(send, Response(200, [(b"content-type", b"application/json")], raw))

    async def _said(self, asked: Asked) -> dict[str, Any]:
        texts = asked.texts or []
        if asked.input_type == "request":
            if asked.litellm_call_id:
                self._shown.keep(asked.litellm_call_id, _turn(asked))
            return {"action": "NONE"}
        turn = self._shown.of(asked.litellm_call_id)
        replies = [await self._reply(turn, text) for text in texts]
        if replies == texts:
            return {"action": "NONE"}
        return {"action": "GUARDRAIL_INTERVENED", "texts": replies}

    async def _reply(self, turn: Turn | None, text: str) -> str:
        from guard._shared import ashared

        guard = self._guard or await ashared()
        if turn is None:
            logger().error("conversation_not_shown")
            judge = guard.judge
            withheld = guard.mode in ("rewrite", "block")
            return judge.rules.fallbacks[None] if withheld else text
        return (await guard.acheck(turn.with_draft(text))).reply.text

    def _may_ask(self, scope: Scope) -> bool:
        given = next((v for k, v in scope["headers"] if k.lower() == b"x-api-key"), b"")
        return self._key is None or hmac.compare_digest(given, self._key.encode())


class Shown:
    """Conversations that were shown and whose answers are awaited, by the id of the call."""

    def __init__(self, most: int = KEPT, seconds: float = SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Turn]] = OrderedDict()

    def keep(self, call: str, turn: Turn) -> None:
        """Remember one; the oldest are forgotten."""
        now = time.monotonic()
        with self._lock:
            self._kept.pop(call, None)
            self._kept[call] = (now, turn)
            while self._kept and (len(self._kept) > self._most or self._oldest() < now):
                self._kept.popitem(last=False)

    def of(self, call: str | None) -> Turn | None:
        """One that was shown and not forgotten. It stays: streams are asked about many times."""
        with self._lock:
            found = self._kept.get(call or "")
        return found[1] if found and found[0] + self._seconds > time.monotonic() else None

    def _oldest(self) -> float:
        return next(iter(self._kept.values()))[0] + self._seconds


def _turn(asked: Asked) -> Turn:
    if asked.structured_messages:
        return Turn.from_messages(asked.structured_messages, "")
    return Turn.from_messages([{"role": "user", "content": text} for text in asked.texts or ()], "")


async def _lifespan(receive: Receive, send: Send) -> None:
    for done in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{done}.complete"})
