"""A stand-in for the API, written after the SDK's own types, for its `api_resources` tests on chat
and responses: each path answers with a small body that the SDK's strict validation takes."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SAID = "The dog was with you for fourteen years, and that is the love you miss."
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None,
                 "message": {"role": "assistant", "content": SAID, "refusal": None}}],
}  # fmt: skip
CHUNK = {
    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "delta": {"content": SAID}}],
}  # fmt: skip
RESPONSE: dict[str, Any] = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed",
    "error": None, "incomplete_details": None, "instructions": None, "metadata": {},
    "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto",
    "tools": [],
    "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": SAID, "annotations": [],
                             "logprobs": []}]}],
}  # fmt: skip
PAGE = {"object": "list", "data": [], "first_id": "a", "last_id": "b", "has_more": False}
LEGACY = {
    "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "text": SAID}],
}  # fmt: skip
COMPACTED = {"id": "resp_1", "object": "response.compaction", "created_at": 1, "output": [],
             "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
                       "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                       "output_tokens_details": {"reasoning_tokens": 0}}}  # fmt: skip
_ANSWERS: tuple[tuple[str, str, Any], ...] = (
    ("GET", r"/chat/completions/[^/]+/messages$", PAGE),
    ("GET", r"/chat/completions$", PAGE),
    ("DELETE", r"/chat/completions/[^/]+$",
     {"id": "c", "object": "chat.completion.deleted", "deleted": True}),
    (".*", r"/chat/completions(/[^/]+)?$", CHAT),
    ("GET", r"/responses/[^/]+/input_items$", PAGE),
    ("POST", r"/responses/input_tokens$", {"object": "response.input_tokens", "input_tokens": 3}),
    ("POST", r"/responses/compact$", COMPACTED),
    (".*", r"/responses(/[^/]+(/cancel)?)?$", RESPONSE),
    ("POST", r"/completions$", LEGACY),
)  # fmt: skip


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        found = next(
            (body for method, pattern, body in _ANSWERS
             if re.fullmatch(method, self.command) and re.search(pattern, path)),
            None,
        )  # fmt: skip
        asked = json.loads(raw) if raw.startswith(b"{") else {}
        streams = asked.get("stream") is True or "stream=true" in self.path
        if self.command == "DELETE" and "/responses" in path:
            self._send(200, b"", "application/json")
        elif found is None:
            self._send(404, b'{"error": {"message": "no such path"}}', "application/json")
        elif streams:
            event = CHUNK if found is CHAT else found
            if found is RESPONSE:
                event = {"type": "response.completed", "response": RESPONSE, "sequence_number": 0}
            said = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode()
            self._send(200, said, "text/event-stream")
        else:
            self._send(200, json.dumps(found).encode(), "application/json")

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def _send(self, status: int, body: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is written to standard error."""


def serve() -> ThreadingHTTPServer:
    """A server that answers until it is shut down."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Conversation)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
