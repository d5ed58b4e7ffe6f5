"""Who wrote the draft of a reply: which model, and how it was asked, read from the request.

A rewrite can then be asked for in the same way; who asks, and for what, is not decided here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import quote

from guard.clients.anthropic import MESSAGES
from guard.clients.seam import Plan
from guard.delivery import Drafter

_ASKED_AT = re.compile(rb"^(.*?)/(?:chat/completions|completions|responses)(?:/[^/]+)?/?$")
_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)$")
# What tells of one body, one connection or one call, and not of who asks and who is asked.
_OF_THE_CALL = re.compile(
    rb"content-.*|transfer-encoding|accept|accept-encoding|connection|te|trailer|upgrade"
    rb"|expect|range|if-.*|idempotency-key|x-stainless-.*|traceparent|tracestate",
    re.IGNORECASE,
)
_OF_THE_BODY = re.compile(
    rb"content-.*|transfer-encoding|accept|accept-encoding|x-stainless-.*", re.IGNORECASE
)


def drafter_of(request: Any, plan: Plan, inner: Any, library: Any, *, sync: bool) -> Drafter | None:
    """Who was asked by this request; None where that cannot be told, or where a rewrite cannot be
    asked for in OpenAI's form.

    Args:
        request: of httpx or httpx2, as it goes to the transport: with its key.
        plan: what was read in it.
        inner: the transport that sends it.
        library: the one that both are of.
        sync: whether the transport is.
    """
    raw, _, query = request.url.raw_path.partition(b"?")
    found = _ASKED_AT.match(raw)
    if plan.dialect is MESSAGES or found is None:
        return None
    path = found[1].decode("ascii")
    deployment = _DEPLOYMENT.search(path)
    model = plan.asked.model or (deployment[1] if deployment else "")
    if not model:
        return None
    if deployment is None and path.endswith("/openai") and b"api-version=" in query:
        # Azure has responses beside its deployments, and chat completions within them.
        path += f"/deployments/{quote(model, safe='')}"

    def connect() -> Any:
        headers = [(k, v) for k, v in request.headers.raw if not _OF_THE_CALL.fullmatch(k)]
        shell, client = _classes(library.__name__)[0 if sync else 1]
        # The client's own would audit, follow redirects, and read proxies from the environment.
        return client(
            transport=shell(inner, headers, query, library),
            follow_redirects=False,
            trust_env=False,
        )

    address = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}{path}"
    return Drafter(model, address, plan.settings, connect, sync)


class _Same:
    """A transport that sends with the headers and the query of another request. It closes nothing:
    the inner one is in use."""

    def __init__(
        self, inner: Any, headers: list[tuple[bytes, bytes]], query: bytes, library: Any
    ) -> None:
        self._inner = inner
        self._headers = headers
        self._query = query
        self._library = library

    def _sent(self, request: Any) -> Any:
        own = [(k, v) for k, v in request.headers.raw if _OF_THE_BODY.fullmatch(k)]
        return self._library.Request(
            request.method,
            request.url.copy_with(query=self._query or None),
            headers=[*self._headers, *own],
            stream=request.stream,
            extensions=request.extensions,
        )


class _Sync(_Same):
    def handle_request(self, request: Any) -> Any:
        return self._inner.handle_request(self._sent(request))


class _Async(_Same):
    async def handle_async_request(self, request: Any) -> Any:
        return await self._inner.handle_async_request(self._sent(request))


@cache
def _classes(library: str) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The transports as children of the library's own, each with the client that takes it."""
    of = import_module(library)
    return (
        (type("GuardShell", (_Sync, of.BaseTransport), {}), of.Client),
        (type("AsyncGuardShell", (_Async, of.AsyncBaseTransport), {}), of.AsyncClient),
    )
