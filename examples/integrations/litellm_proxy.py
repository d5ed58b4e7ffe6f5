"""The endpoint that a LiteLLM proxy asks (its generic guardrail API), called here without a server.

Serve it with `uvicorn litellm_proxy:app`; `docs/integrations.md` has the proxy's configuration.
"""

import asyncio
import json
from typing import Any

from guard import Guard
from guard.integrations.litellm_api import PATH, GuardrailAPI

app = GuardrailAPI(Guard(mode="block"), key="a key of yours")


async def ask(question: dict[str, Any]) -> Any:
    """What the proxy would be told."""
    scope = {"type": "http", "method": "POST", "path": PATH,
             "headers": [(b"x-api-key", b"a key of yours")]}  # fmt: skip
    said: list[bytes] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": json.dumps(question).encode()}

    async def send(message: Any) -> None:
        said.append(message.get("body", b""))

    await app(scope, receive, send)
    return json.loads(b"".join(said))


if __name__ == "__main__":
    asked = [{"role": "user", "content": "My dog died last night."}]
    before = {"input_type": "request", "litellm_call_id": "1", "structured_messages": asked}
    after = {"input_type": "response", "litellm_call_id": "1", "texts": ["Don't be sad!"]}
    print(asyncio.run(ask(before)))
    print(asyncio.run(ask(after)))
