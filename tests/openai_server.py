"""A server on loopback that speaks the OpenAI protocol and does as it is told: real sockets.

    with OpenAIServer() as server:
        server.script(Answer(status=429, headers={"Retry-After": "1"}), Answer("Hello."))
        client = OpenAI(base_url=server.url, api_key="none")
        ...
        assert server.seen[1].body["model"] == "a-model"

Each request takes the next answer of the script; the last one repeats. An answer may also be a
function of the request. Requests with `"stream": true` get server-sent events. It judges nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

COUNTED_IN, COUNTED_OUT = 100, 20  # tokens, where an answer doesn't say otherwise


@dataclass(frozen=True)
class Seen:
    """A request as it came: path, headers (names in lower case), the body and what it parses to."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any

    @property
    def prompt(self) -> str:
        """The text of all messages, one after the other."""
        return "\n".join(str(message.get("content") or "") for message in self.body["messages"])


@dataclass(frozen=True)
class Answer:
    """What the server does with one request.

    Args:
        text: what the assistant says, in every choice.
        refusal: what it says in place of text.
        finish: `finish_reason` of every choice; `length` is a text that broke off.
        tool_calls: of every choice, in OpenAI's form.
        tokens: those counted (in, out); None leaves `usage` out.
        status: with another than 200 the body is an error in OpenAI's form, with `text`, if there
            is one, as its message.
        headers: sent beside the usual ones, and in their place.
        raw: the body, or in a stream everything after the headers, in place of all of the above.
        pieces: the deltas of a stream; by default a word each.
        events: what a stream says between `data: ` and the blank line, in place of deltas.
        delay: seconds before anything is sent.
        pause: seconds between the events of a stream.
        drip: seconds between the bytes of a body that is no stream.
        creep: seconds between the bytes of a header that never ends, in place of any answer.
        drop: the connection is closed at once, or in the midst of the body.
        done: whether a stream ends in `[DONE]`.
    """

    text: str | None = None
    refusal: str | None = None
    finish: str = "stop"
    tool_calls: Sequence[Mapping[str, Any]] | None = None
    tokens: tuple[int, int] | None = (COUNTED_IN, COUNTED_OUT)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    pieces: Sequence[str] | None = None
    events: Sequence[str] | None = None
    delay: float = 0.0
    pause: float = 0.0
    drip: float = 0.0
    creep: float = 0.0
    drop: Literal["at once", "midway"] | None = None
    done: bool = True


Script = Answer | Callable[[Seen], Answer]


class OpenAIServer:
    """Listens on 127.0.0.1 while the `with` block runs. `url` is the base URL, ending in `/v1`.

    `seen` are the requests so far, `answered` how many were answered in full, `broken` on how many
    the client hung up.
    """

    def __init__(self, *answers: Script) -> None:
        self.seen: list[Seen] = []
        self.answered = 0
        self.broken = 0
        self._lock = threading.Lock()
        self._answers: list[Script] = list(answers)
        self._closing = threading.Event()
        self._http = _Server(self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def host(self) -> str:
        """Where it listens: host and port."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    def script(self, *answers: Script) -> None:
        """What comes next, in place of what was left of the script."""
        with self._lock:
            self._answers = list(answers)

    def start(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        """End all answers that are under way, and stop listening."""
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _next(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            if not self._answers:
                return Answer(status=500)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(seen) if callable(answer) else answer

    def _wait(self, seconds: float) -> None:
        if seconds and self._closing.wait(seconds):
            raise ConnectionAbortedError("the server is closing")

    def _ended(self, *, well: bool) -> None:
        with self._lock:
            if well:
                self.answered += 1
            else:
                self.broken += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: OpenAIServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up while its request was read is what many tests are about."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1  # one packet for the headers, not one a line

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Nothing is written to standard error."""

    def _answer(self) -> None:
        owner = self.server.owner
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, raw, _parsed(raw))
        answer = owner._next(seen)
        well = False
        try:
            owner._wait(answer.delay)
            well = self._send(answer, seen)
        except OSError:
            self.close_connection = True
        finally:
            owner._ended(well=well)

    def _send(self, answer: Answer, seen: Seen) -> bool:
        self.close_connection = self.close_connection or answer.drop is not None
        if answer.drop == "at once":
            return False
        if answer.creep:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Creep: ")
            while True:
                self.wfile.write(b"a")
                self.wfile.flush()
                self.server.owner._wait(answer.creep)
        asked = seen.body if isinstance(seen.body, dict) else {}
        if answer.status == 200 and asked.get("stream"):
            return self._stream(answer, asked)
        body = answer.raw if answer.raw is not None else _encoded(_body(answer, asked))
        self._headers(
            answer, {"Content-Type": "application/json", "Content-Length": str(len(body))}
        )
        body = body[: len(body) // 2] if answer.drop else body
        for piece in (body[i : i + 1] for i in range(len(body))) if answer.drip else [body]:
            self.wfile.write(piece)
            self.wfile.flush()
            self.server.owner._wait(answer.drip)
        return answer.drop is None

    def _stream(self, answer: Answer, asked: Mapping[str, Any]) -> bool:
        self._headers(answer, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        self.wfile.flush()
        events = [answer.raw] if answer.raw is not None else _events(answer, asked)
        stop = len(events) // 2 if answer.drop else len(events)
        for i, event in enumerate(events[:stop]):
            self.server.owner._wait(answer.pause if i else 0.0)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
        if answer.drop:
            return False
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
        return True

    def _headers(self, answer: Answer, usual: Mapping[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in (usual | dict(answer.headers)).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _body(answer: Answer, asked: Mapping[str, Any]) -> dict[str, Any]:
    if answer.status != 200:
        return {
            "error": {"message": answer.text or "as scripted", "type": "scripted", "code": None}
        }
    message = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if answer.tool_calls is not None:
        message["tool_calls"] = list(answer.tool_calls)  # type: ignore[assignment]
    choices = [
        {"index": i, "message": message, "finish_reason": answer.finish, "logprobs": None}
        for i in range(asked.get("n") or 1)
    ]
    return _shared("chat.completion", asked) | {"choices": choices, "usage": _usage(answer)}


def _events(answer: Answer, asked: Mapping[str, Any]) -> list[bytes]:
    if answer.events is not None:
        said = list(answer.events)
    else:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if answer.refusal is not None:
            deltas.append({"refusal": answer.refusal})
        deltas += [{"content": piece} for piece in _pieces(answer)]
        if answer.tool_calls is not None:
            calls = [{"index": i, **call} for i, call in enumerate(answer.tool_calls)]
            deltas.append({"tool_calls": calls})
        chunks = [
            {"index": i, "delta": delta, "finish_reason": finish, "logprobs": None}
            for delta, finish in [*((delta, None) for delta in deltas), ({}, answer.finish)]
            for i in range(asked.get("n") or 1)
        ]
        said = [json.dumps(_chunk(asked) | {"choices": [one]}) for one in chunks]
        if (asked.get("stream_options") or {}).get("include_usage"):
            said.append(json.dumps(_chunk(asked) | {"choices": [], "usage": _usage(answer)}))
    if answer.done:
        said.append("[DONE]")
    return [f"data: {event}\n\n".encode() for event in said]


def _pieces(answer: Answer) -> Sequence[str]:
    if answer.pieces is not None:
        return answer.pieces
    return [] if answer.text is None else answer.text.replace(" ", " \0").split("\0")


def _chunk(asked: Mapping[str, Any]) -> dict[str, Any]:
    return _shared("chat.completion.chunk", asked)


def _shared(kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    model = asked.get("model", "none")
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": model}


def _usage(answer: Answer) -> dict[str, int] | None:
    if answer.tokens is None:
        return None
    given, made = answer.tokens
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
