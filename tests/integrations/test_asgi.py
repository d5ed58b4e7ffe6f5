"""The ASGI middleware, over HTTP on loopback, under uvicorn."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import LOSS, SOOTHING, TAKING_UP

from guard import Guard, InputError
from guard.drafts import pieces_of
from guard.integrations.asgi import GuardMiddleware, Route

httpx = pytest.importorskip("httpx", reason="NOT RUN: httpx is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="NOT RUN: uvicorn is not installed")

JSON = "application/json"
PACKED = gzip.compress(json.dumps({"reply": {"text": SOOTHING}}).encode())
EVENTS = "text/event-stream; charset=utf-8"


class Application:
    """A plain ASGI application that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.kind = JSON
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.fails_after: int | None = None
        self.asked: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": SOOTHING})
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.asked.append((headers, body))
        sent = {"content-type": self.kind, **self.headers}
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(k.encode(), v.encode()) for k, v in sent.items()],
            }
        )
        for n, chunk in enumerate(self.chunks):
            if n == self.fails_after:
                raise RuntimeError("the application broke")
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def says(self, body: bytes, kind: str = JSON, **headers: str) -> None:
        self.__init__()  # type: ignore[misc]
        self.kind, self.chunks = kind, [body]
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


ROUTES = [
    Route("/chat", user="/message", reply="/reply/text", event="/delta"),
    Route("/v1/{tenant}/choices", user="/messages", reply="/choices/*/message/content",
          event=["/choices/*/delta/content", "/full"]),
    Route("/plain", user="/message", reply="", event=""),
    Route("/maybe", user="/message", reply="/reply", optional=True),
]  # fmt: skip


@pytest.fixture(scope="module")
def application() -> Application:
    return Application()


@pytest.fixture(scope="module")
def client(application: Application, blocking: Guard) -> Iterator[Any]:
    app = GuardMiddleware(application, routes=ROUTES, guard=blocking)
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(10)


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


class TestJson:
    def test_a_flagged_reply_is_replaced_and_the_rest_is_kept(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        given = {"reply": {"text": SOOTHING, "n": 1}, "id": 7}
        body = dumped(given)
        application.says(body, content_length=str(len(body)), etag='"1"', x_kept="yes")

        response = client.post("/chat", json={"message": LOSS})

        assert response.json() == {"reply": {"text": fallback, "n": 1}, "id": 7}
        assert response.headers["content-length"] == str(len(response.content))
        assert response.headers["x-kept"] == "yes"
        assert "etag" not in response.headers
        assert json.loads(application.asked[0][1]) == {"message": LOSS}

    def test_a_reply_that_may_go_out_is_the_same_to_the_byte(
        self, client: Any, application: Application
    ) -> None:
        body = b' {"reply" : {"text":"' + TAKING_UP.encode() + b'"},\n "n": 1.50} '
        application.says(body, etag='"1"')

        response = client.post("/chat/", json={"message": LOSS})

        assert response.content == body
        assert response.headers["etag"] == '"1"'

    def test_every_choice_is_audited_with_the_conversation(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        choices = [{"message": {"content": text}} for text in (TAKING_UP, SOOTHING, None)]
        application.says(dumped({"choices": choices}))

        messages = [{"role": "user", "content": LOSS}]
        response = client.post("/v1/acme/choices", json={"messages": messages})

        said = [choice["message"]["content"] for choice in response.json()["choices"]]
        assert said == [TAKING_UP, fallback, None]

    @pytest.mark.parametrize(
        ("body", "kind", "headers"),
        [
            (dumped({"answer": SOOTHING}), JSON, {}),
            (dumped({"reply": {"text": {"said": SOOTHING}}}), JSON, {}),
            (b"{", JSON, {}),
            (SOOTHING.encode(), "text/html", {}),
            (SOOTHING.encode(), "", {}),
            (PACKED, JSON, {"content_encoding": "gzip"}),
            (b'data: {"delta": "I\'m so sorry!"\n\n', EVENTS, {}),
            (b"data: " + b"x" * (1 << 20) + b"\n\n", EVENTS, {}),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_not_sent(
        self, client: Any, application: Application, body: bytes, kind: str, headers: dict[str, str]
    ) -> None:
        application.says(body, kind, **headers)

        response = client.post("/chat", json={"message": LOSS})

        assert response.status_code == 500
        assert response.json()["error"]["type"] == "guard"
        assert "sorry" not in response.text

    def test_a_route_may_also_have_replies_without_a_text(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        application.says(dumped({"tool": "search"}))
        without = client.post("/maybe", json={"message": LOSS}).json()
        application.says(dumped({"reply": SOOTHING}))
        flagged = client.post("/maybe", json={"message": LOSS}).json()

        assert without == {"tool": "search"}
        assert flagged == {"reply": fallback}

    @pytest.mark.parametrize("status", [302, 404, 500])
    def test_errors_of_the_application_pass(
        self, client: Any, application: Application, status: int
    ) -> None:
        application.says(b"whatever", "text/html")
        application.status = status

        response = client.post("/chat", json={"message": LOSS})

        assert (response.status_code, response.content) == (status, b"whatever")

    def test_the_application_is_not_asked_to_compress(
        self, client: Any, application: Application
    ) -> None:
        application.says(dumped({"reply": {"text": TAKING_UP}}))

        client.post("/chat", json={"message": LOSS})

        assert "accept-encoding" not in application.asked[0][0]


class TestRequests:
    @pytest.mark.parametrize(
        "body", [b"", b"{", b"{}", b'{"message": 5}', b'{"message": null}', b"[" * 100_000]
    )
    def test_without_a_readable_message_the_application_is_not_asked(
        self, client: Any, application: Application, body: bytes
    ) -> None:
        application.says(dumped({"reply": {"text": SOOTHING}}))

        response = client.post("/chat", content=body)

        assert response.status_code == 422
        assert not application.asked

    def test_one_that_is_too_large_is_refused(self, client: Any, application: Application) -> None:
        application.says(b"")

        response = client.post("/chat", content=b"x" * ((1 << 20) + 1))

        assert response.status_code == 413
        assert not application.asked

    @pytest.mark.parametrize(("method", "path"), [("GET", "/chat"), ("POST", "/other")])
    def test_other_routes_pass(
        self, client: Any, application: Application, method: str, path: str
    ) -> None:
        application.says(dumped({"reply": {"text": SOOTHING}}))

        response = client.request(method, path, json={"message": LOSS})

        assert response.json() == {"reply": {"text": SOOTHING}}

    @pytest.mark.parametrize(
        ("path", "root", "meets"),
        [
            ("/chat", "", True),
            ("/chat/", "", True),
            ("/api/chat", "/api", True),
            ("/chat", "/api", True),
            ("/api/chat", "", False),
            ("/chats", "", False),
            ("/chat/x", "", False),
        ],
    )
    def test_a_route_is_met_below_a_root_path_too(self, path: str, root: str, meets: bool) -> None:
        scope = {"type": "http", "method": "POST", "path": path, "root_path": root}

        assert ROUTES[0].meets(scope) is meets

    def test_what_is_no_pointer_is_told_at_once(self) -> None:
        with pytest.raises(InputError, match="must start with a slash"):
            Route("/chat", user="message", reply="/reply")


class TestEvents:
    def test_a_flagged_stream_is_replaced_as_a_whole(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        events = [b": hello\n\n", *(event({"delta": piece}) for piece in pieces_of(SOOTHING)),
                  b"event: end\nid: 4\ndata: {}\n\n", b"data: [DONE]\n\n"]  # fmt: skip
        application.says(b"".join(events), EVENTS)

        body = client.post("/chat", json={"message": LOSS}).content

        assert "".join(one["delta"] for one in read(body) if "delta" in one) == fallback
        assert body.startswith(events[0])
        assert body.endswith(events[-2] + events[-1])

    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_a_stream_that_may_go_out_is_the_same_to_the_byte(
        self, client: Any, application: Application, end: bytes
    ) -> None:
        events = b"".join(event({"delta": piece}) for piece in pieces_of(TAKING_UP))
        body = events.replace(b"\n", end) + b"data: [DONE]"
        application.says(body, EVENTS)

        assert client.post("/chat", json={"message": LOSS}).content == body

    def test_the_whole_text_at_the_end_is_replaced_as_well(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        deltas = [
            event({"choices": [{"index": i, "delta": {"content": piece}}]})
            for i, text in ((0, SOOTHING), (1, TAKING_UP))
            for piece in pieces_of(text)
        ]
        application.says(b"".join([*deltas, event({"full": SOOTHING})]), EVENTS)

        body = client.post("/v1/acme/choices", json={"messages": LOSS}).content

        said = {0: "", 1: ""}
        for one in read(body):
            for choice in one.get("choices", ()):
                said[choice["index"]] += choice["delta"]["content"]
        assert said == {0: fallback, 1: TAKING_UP}
        assert read(body)[-1] == {"full": fallback}

    def test_events_of_plain_text(
        self, client: Any, application: Application, fallback: str
    ) -> None:
        application.says(
            b"".join(b"data: %b\n\n" % p.encode() for p in pieces_of(SOOTHING)), EVENTS
        )

        response = client.post("/plain", json={"message": LOSS})

        assert response.text == f"data: {fallback}\n\n"

    def test_a_plain_text(self, client: Any, application: Application, fallback: str) -> None:
        application.says(SOOTHING.encode(), "text/plain")

        assert client.post("/plain", json={"message": LOSS}).text == fallback

    def test_of_a_stream_that_breaks_off_nothing_is_sent(
        self, client: Any, application: Application
    ) -> None:
        application.says(b"", EVENTS)
        application.chunks = [event({"delta": piece}) for piece in pieces_of(SOOTHING)]
        application.fails_after = 2

        response = client.post("/chat", json={"message": LOSS})

        assert response.status_code == 500
        assert "sorry" not in response.text

    @given(cuts=st.sets(st.integers(1, 150), max_size=12))
    @settings(max_examples=15)
    def test_however_the_application_cuts_it_the_same_goes_out(
        self, client: Any, application: Application, fallback: str, cuts: set[int]
    ) -> None:
        body = b"".join(event({"delta": piece}) for piece in pieces_of(SOOTHING))
        application.says(b"", EVENTS)
        ends = [*sorted(cuts), len(body)]
        application.chunks = [body[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]

        out = client.post("/chat", json={"message": LOSS}).content

        assert "".join(one["delta"] for one in read(out)) == fallback


def test_a_websocket_on_an_audited_path_is_refused(
    application: Application, blocking: Guard
) -> None:
    import asyncio

    app = GuardMiddleware(application, routes=ROUTES, guard=blocking)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"type": "websocket", "path": "/chat", "headers": []}, receive, send))

    assert [message["type"] for message in sent] == ["websocket.close"]


def event(value: Any) -> bytes:
    return b"data: " + dumped(value) + b"\n\n"


def read(body: bytes) -> list[Any]:
    lines = [line.removeprefix(b"data: ") for line in body.splitlines() if line.startswith(b"data")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]
