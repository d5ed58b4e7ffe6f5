"""An application of one's own, with one more line: replies of `/chat` are audited before they go
out. Any ASGI framework will do; here it is a plain ASGI application, called without a server.
"""

import asyncio
import json
from typing import Any

from guard import Guard
from guard.integrations.asgi import GuardMiddleware, Route

MODEL_SAYS = "Don't be sad! Everything happens for a reason. Sending hugs!"


async def chat(scope: Any, receive: Any, send: Any) -> None:
    """Answers POST /chat {"message": ...} with {"reply": ...}."""
    await receive()
    body = json.dumps({"reply": MODEL_SAYS, "model": "canned"}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


app = GuardMiddleware(
    chat, guard=Guard(mode="block"), routes=[Route("/chat", user="/message", reply="/reply")]
)


async def ask(message: str) -> bytes:
    """What a client of the application gets."""
    scope = {"type": "http", "method": "POST", "path": "/chat", "headers": []}
    request = {"type": "http.request", "body": json.dumps({"message": message}).encode()}
    got: list[bytes] = []

    async def receive() -> Any:
        return request

    async def send(sent: Any) -> None:
        got.append(sent.get("body", b""))

    await app(scope, receive, send)
    return b"".join(got)


if __name__ == "__main__":
    print(asyncio.run(ask("My dog died last night.")).decode())
