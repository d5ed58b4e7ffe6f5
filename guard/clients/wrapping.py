"""wrap: a client that people have, with the guard under it. The client given is left as it was."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, get_args

from guard._shared import shared
from guard.clients.jsontext import pointer
from guard.clients.receipts import hook
from guard.clients.seam import Seam
from guard.clients.streams import Streaming
from guard.clients.transport import Wrapped, wrapped
from guard.errors import ModelSetupError, UnauditedError
from guard.guard import Guard
from guard.policy import HIGH_RISK

Client = TypeVar("Client")
STREAMING: tuple[Streaming, ...] = get_args(Streaming)
SDKS = ("openai", "anthropic")
LIBRARIES = ("httpx2", "httpx")
_RAW = ("with_raw_response", "with_streaming_response")
_FIELD = "a client of the openai or anthropic package, or an httpx client"


def wrap(
    client: Client,
    guard: Guard | None = None,
    *,
    streaming: Streaming | None = None,
    audit_fields: Iterable[str] = (),
    prevent: bool = False,
    packs: Sequence[str | Path] = (),
    asides: bool = True,
    dump: bool = False,
) -> Client:
    """A client like the one given, all of whose replies are audited.

    Args:
        client: of the `openai` or `anthropic` package, sync or async, or an httpx client that is
            handed to such a client or to a framework. It is left as it was.
        guard: who audits; by default the one that `guard.check` uses at this moment.
        streaming: `earned`, sentences go out as soon as no later one can undo them; `full`, nothing
            before the end, which packs that concern danger to life insist on; `observe`, all at
            once, audited at the end. None: `earned`, and `observe` where the guard only observes.
        audit_fields: JSON pointers to the fields of tools' arguments and of JSON replies that users
            see, as `/answer` or `/steps/*/text`. Without any, texts of three words or more in JSON
            replies are audited, and no arguments.
        prevent: adds the packs' paragraph to the system prompt.
        packs: whose paragraph that is; by default those that the guard always uses.
        asides: whether text beside the reply, as summaries of reasoning, is audited too.
        dump: whether the report is part of what `model_dump()` gives.

    Raises:
        TypeError: it is no client of these.
        ModelSetupError: the guard rewrites with the model that wrote the draft, and that cannot be
            asked over this client.
        ValueError: `streaming` is none of the names above, or less than the packs insist on, or a
            pointer is not valid.
    """
    guard = guard or shared()
    if streaming is not None and streaming not in STREAMING:
        raise ValueError(f"streaming must be one of {', '.join(STREAMING)}, not {streaming!r}")
    grave = HIGH_RISK & guard.judge.certain
    if streaming in ("earned", "observe") and grave:
        raise ValueError(
            f"streaming must be 'full' with the packs {', '.join(sorted(grave))}: nothing that "
            "concerns danger to life goes out before all of it was audited"
        )
    seam = Seam(
        guard,
        streaming,
        tuple(pointer(one) for one in audit_fields),
        asides,
        guard.prompt(packs) if prevent else None,
        dump,
    )
    if seam.asks_drafter and _package(client) == "anthropic":
        raise ModelSetupError(
            'rewriter="model" asks the model that wrote the draft in the form of OpenAI\'s chat '
            "completions, which an anthropic client has not: give Guard(rewriter="
            "ModelRewriter(model, base_url=...)) an endpoint that has"
        )
    return _wrapped(client, seam)


def _package(client: object) -> str:
    packages = [kind.__module__.partition(".")[0] for kind in type(client).__mro__]
    return next((one for one in packages if one in SDKS), "")


def _wrapped(client: Client, seam: Seam) -> Client:
    if _library(client) is not None:
        return _http(client, seam)
    if _library(getattr(client, "_client", None)) is None:
        raise TypeError(f"wrap takes {_FIELD}, not {type(client).__name__}")
    return _sdk(client, seam)


def _library(client: object) -> str | None:
    """The library that an HTTP client is of."""
    for kind in type(client).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in LIBRARIES and kind.__name__ in ("Client", "AsyncClient"):
            return package
    return None


def _http(client: Client, seam: Seam) -> Client:
    """An HTTP client with the seam around its transports, those of mounts and proxies too."""
    library = _library(client) or LIBRARIES[0]
    ours: Any = client
    if isinstance(ours._transport, Wrapped) and ours._transport.seam is seam:
        return client
    if (before := seam.kept.get(id(client))) is not None:
        return before  # type: ignore[no-any-return]
    ours = seam.kept[id(client)] = copy.copy(client)
    sync = hasattr(ours, "close")
    ours._transport = wrapped(ours._transport, seam, library, sync=sync)
    ours._mounts = {
        pattern: transport and wrapped(transport, seam, library, sync=sync)
        for pattern, transport in ours._mounts.items()
    }
    # Some clients close their connections when they are collected; these are now ours as well.
    ours._guarded = client
    return ours  # type: ignore[no-any-return]


def _sdk(client: Client, seam: Seam) -> Client:
    """A client of an SDK on such an HTTP client."""
    ours = copy.copy(client)
    _renew(ours, client)
    install(ours, seam)
    return ours


def _renew(ours: Any, client: object) -> None:
    """Make a copy's resources anew: they know the client that they were made by, and would go on
    calling that one. Newer SDKs make them when they are first asked for, older ones at once."""
    lazy = {
        name
        for kind in type(ours).__mro__
        for name, made in vars(kind).items()
        if isinstance(made, cached_property)
    }
    for name, value in list(vars(ours).items()):
        if name in lazy:
            del ours.__dict__[name]
        elif getattr(value, "_client", None) is client or name in _RAW:
            setattr(ours, name, type(value)(ours))


def install(ours: Any, seam: Seam) -> None:
    """Put the seam under this very client, and under those that are copied from it."""
    for name in ("copy", "with_options", "_process_response", "_process_response_data"):
        ours.__dict__.pop(name, None)  # those of an earlier wrap
    ours._client = _http(ours._client, seam)
    if hasattr(ours, "websocket_base_url"):
        ours.websocket_base_url = NoWebsocket("wss://refused.invalid")
    hook(ours, dump=seam.dump)
    made_copy = ours.copy

    def copied(**options: Any) -> Any:
        http = options.get("http_client")
        if http is not None:
            options["http_client"] = _http(http, seam)
        another = made_copy(**options)
        install(another, seam)
        return another

    ours.copy = ours.with_options = copied


class NoWebsocket(str):
    """Stands where a client has the address of its websockets, which the guard can't look into.

    Every websocket of the SDK asks for it before it connects; whoever does is refused.
    """

    __slots__ = ()

    def __len__(self) -> int:
        raise UnauditedError(
            "Websockets (realtime, responses.connect) are refused by a wrapped client: what comes "
            "through them is not audited. Use HTTP calls, or a client that is not wrapped."
        )

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        len(self)
        return ""
