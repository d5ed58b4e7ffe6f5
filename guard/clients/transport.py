"""Transports: the seam's I/O, once sync and once async, for httpx and httpx2 alike.

Nothing is raised in here that the inner transport hasn't raised: an SDK would take it for a lost
connection, and try again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from guard.clients.body import AsyncBody, SyncBody
from guard.clients.drafter import drafter_of
from guard.clients.paths import concerns
from guard.clients.seam import MARK, Plan, Receipt, Seam
from guard.repair.model.own import is_own_call

PREVENTED = "x-guard-prevented"
RECEIPT = "guard"
"""Extension of a response under which its receipt is found."""

PLAN = "guard.plan"
"""Extension of a request that was sent: what is done about it. A client that is redirected, or has
to log in anew, sends it again, perhaps elsewhere and with its body left out."""

_DECODED = ("content-encoding", "content-length", "transfer-encoding")


class Wrapped:
    """What sync and async transports share. `inner` is the client's own transport."""

    def __init__(self, inner: Any, seam: Seam, library: Any) -> None:
        self.inner = inner
        self.seam = seam
        self.library = library

    def __getattr__(self, name: str) -> Any:
        # Whoever looks into a transport, for its pool or proxy, finds that of the inner one.
        if name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)

    def _concerned(self, request: Any) -> bool:
        if is_own_call():  # a rewriter that was given a wrapped client: its answer is no draft
            return False
        if request.extensions.get(MARK):
            return False
        return PLAN in request.extensions or concerns(request.method, request.url.path)

    def _by(self, seam: Seam, request: Any, plan: Plan, *, sync: bool) -> Seam:
        """The seam that knows who is asked, where a rewriter would ask them again."""
        if not seam.asks_drafter:
            return seam
        by = drafter_of(request, plan, self.inner, self.library, sync=sync)
        return replace(seam, drafter=by)

    def _sent(self, request: Any, plan: Plan) -> Any:
        """The request that goes upstream: the one that came, unless the prompt was added to."""
        if not plan.prevented or request.method == "GET":
            return request
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name.lower() not in (b"content-length", b"transfer-encoding")
        ]
        return self.library.Request(
            request.method,
            request.url,
            headers=headers,
            content=plan.content,
            extensions=request.extensions,
        )

    def _refusal(self, plan: Plan) -> Any:
        error = {"message": plan.refused, "type": "guard_refused", "param": None, "code": None}
        return self.library.Response(400, json={"error": error})

    def _dressed(self, response: Any, plan: Plan, seam: Seam, kind: Callable[..., Any]) -> Any:
        """The response with its body audited as it is read."""
        if not 200 <= response.status_code < 300:
            return response
        core, left = seam.core(plan, response.headers.get("content-type", "").lower())
        receipt = Receipt(plan.prevented)
        body = kind(response, core, left, seam, receipt, plan)
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.decode("ascii", "replace").lower() not in _DECODED
        ]
        dressed = self.library.Response(
            response.status_code,
            headers=headers,
            stream=body,
            extensions={**response.extensions, RECEIPT: receipt},
        )
        if plan.prevented:
            dressed.headers[PREVENTED] = "true"
        body.dressed = dressed
        return dressed


class Sync(Wrapped):
    """A transport whose audited replies are read through the guard."""

    def handle_request(self, request: Any) -> Any:
        if not self._concerned(request):
            return self.inner.handle_request(request)
        plan = request.extensions.get(PLAN)
        plan = plan or self.seam.plan(request.method, request.url.path, request.read())
        if plan is None:
            return self.inner.handle_request(request)
        if plan.refused:
            return self._refusal(plan)
        seam = self._by(self.seam.here(), request, plan, sync=True)
        with _taken_care_of(request, plan):
            response = self.inner.handle_request(self._sent(request, plan))
        return self._dressed(response, plan, seam, _classes(self.library.__name__)[2])

    def close(self) -> None:
        self.inner.close()

    def __enter__(self) -> Self:
        self.inner.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.inner.__exit__(kind, error, trace)


class Async(Wrapped):
    """The same, without blocking the event loop."""

    async def handle_async_request(self, request: Any) -> Any:
        if not self._concerned(request):
            return await self.inner.handle_async_request(request)
        plan = request.extensions.get(PLAN)
        plan = plan or self.seam.plan(request.method, request.url.path, await request.aread())
        if plan is None:
            return await self.inner.handle_async_request(request)
        if plan.refused:
            return self._refusal(plan)
        seam = self._by(await self.seam.ahere(), request, plan, sync=False)
        with _taken_care_of(request, plan):
            response = await self.inner.handle_async_request(self._sent(request, plan))
        return self._dressed(response, plan, seam, _classes(self.library.__name__)[3])

    async def aclose(self) -> None:
        await self.inner.aclose()

    async def __aenter__(self) -> Self:
        await self.inner.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.inner.__aexit__(kind, error, trace)


@contextmanager
def _taken_care_of(request: Any, plan: Plan) -> Iterator[None]:
    """While it is sent, the request is marked, so that no other guard audits its reply as well. The
    mark must not stay: what is sent again would go by this guard, too."""
    before = request.extensions
    request.extensions = {**before, MARK: True}
    try:
        yield
    finally:
        request.extensions = {**before, PLAN: plan}


@cache
def _classes(library: str) -> tuple[type[Sync], type[Async], type[SyncBody], type[AsyncBody]]:
    """The same classes as children of the library's own, which it asks for."""
    of = import_module(library)
    return (
        type("GuardTransport", (Sync, of.BaseTransport), {}),
        type("AsyncGuardTransport", (Async, of.AsyncBaseTransport), {}),
        type("GuardBody", (SyncBody, of.SyncByteStream), {}),
        type("AsyncGuardBody", (AsyncBody, of.AsyncByteStream), {}),
    )


def wrapped(inner: Any, seam: Seam, library: str, *, sync: bool) -> Any:
    """A transport with the seam around it; in place of another one, if it has one."""
    if isinstance(inner, Wrapped):
        inner = inner.inner
    one, other, _, _ = _classes(library)
    kind: type[Wrapped] = one if sync else other
    return kind(inner, seam, import_module(library))
