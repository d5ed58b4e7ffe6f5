"""Clients of the `openai` package: those that the caller gives, or ones made for an address.

Addresses and keys come from whoever deploys the guard, never from a request.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from guard.errors import MissingExtraError, ModelSetupError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

KEY = "OPENAI_API_KEY"
DEFAULT_URL = "https://api.openai.com/v1"


class Clients:
    """How one address is reached, from threads and from event loops.

    Args:
        client: an `OpenAI`, an `AsyncOpenAI`, or None to make both for `base_url`. With the first
            alone, async calls run on threads; with the second alone, there are no sync ones.
        base_url: an address that ends in `/v1`, mostly; `https`, or `http` to this machine.
        key: the environment variable that holds the key.
        plain_http: whether `http` to other machines is let pass, in a network of one's own.

    Raises:
        MissingExtraError: the extra `openai` is not installed.
        ModelSetupError: the address is not safe, or there is no key.
    """

    def __init__(
        self,
        client: OpenAI | AsyncOpenAI | None = None,
        base_url: str | None = None,
        key: str = KEY,
        *,
        plain_http: bool = False,
    ) -> None:
        imported()
        import openai

        self._given: AsyncOpenAI | None = None
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = WeakKeyDictionary()
        self._settings: dict[str, Any] | None = None
        self.sync: OpenAI | None = None
        if client is not None and base_url is not None:
            raise ModelSetupError("give a client or a base_url, not both")
        if isinstance(client, openai.AsyncOpenAI):
            self._given = _still(client.with_options(max_retries=0))
        elif client is not None:
            self.sync = _still(client.with_options(max_retries=0))
        else:
            address = checked(base_url or DEFAULT_URL, plain_http=plain_http)
            self._settings = {
                "base_url": address,
                "api_key": _key(address, key),
                "max_retries": 0,
            }
            # Neither redirects nor proxies of the environment lead a conversation elsewhere.
            http = openai.DefaultHttpxClient(follow_redirects=False, trust_env=False)
            self.sync = openai.OpenAI(**self._settings, http_client=http)
        warmed(self.sync or self._given)

    @property
    def address(self) -> str:
        """Where it goes; neither a password nor a query, for it is logged."""
        either = self.sync or self._given
        if either is None:
            raise LookupError("there is no client")
        url = either.base_url
        return f"{url.scheme}://{url.host}{f':{url.port}' if url.port else ''}{url.path}"

    def here(self) -> AsyncOpenAI | OpenAI | None:
        """The client for the event loop that runs. Connections belong to the loop that opened
        them, so each loop has its own."""
        if self._given is not None or self._settings is None:
            return self._given or self.sync
        import openai

        loop = asyncio.get_running_loop()
        if loop not in self._made:
            http = openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=False)
            self._made[loop] = openai.AsyncOpenAI(**self._settings, http_client=http)
        return self._made[loop]

    def close(self) -> None:
        """Close the connections of the sync client, if it was made here."""
        if self._settings is not None and self.sync is not None:
            self.sync.close()

    async def aclose(self) -> None:
        """Close all connections that were made here from this event loop, and the sync ones."""
        made = self._made.pop(asyncio.get_running_loop(), None)
        if made is not None:
            await made.close()
        self.close()


class _Still:
    """An HTTP client as it is, but for redirects: it follows none."""

    def __init__(self, http: Any) -> None:
        self._http = http

    def __getattr__(self, name: str) -> Any:
        return getattr(self._http, name)

    def send(self, *request: Any, **how: Any) -> Any:
        return self._http.send(*request, **{**how, "follow_redirects": False})


def _still(copied: Any) -> Any:
    """The client, following no redirects. It is a copy of one that was given, and may."""
    copied._client = _Still(copied._client)
    return copied


def imported() -> None:
    """Import what a call needs.

    Raises:
        MissingExtraError: the extra `openai` is not installed.
    """
    try:
        import openai  # noqa: F401
        import tenacity  # noqa: F401
    except ImportError:
        raise MissingExtraError("asking a language model", "openai") from None


def warmed(client: Any) -> None:
    """Have the SDK import its parts: it does when they are first used, which takes a second, and no
    turn has one to spare."""
    _ = client.chat.completions.with_streaming_response


def checked(address: str, *, plain_http: bool = False) -> str:
    """The address, if conversations may be sent there.

    Raises:
        ModelSetupError: it is none, or `http` to another machine.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelSetupError("base_url must be an http or https address with a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ModelSetupError("base_url must hold no user, password, query or fragment")
    if parts.scheme == "http" and not plain_http and not _loopback(parts.hostname):
        raise ModelSetupError(
            f"base_url is http to {parts.hostname}: conversations would be sent in the clear; "
            "use https, or plain_http=True in a network of your own"
        )
    return address


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(address: str, variable: str) -> str:
    found = os.environ.get(variable)
    if found:
        return found
    if _loopback(urlsplit(address).hostname or ""):
        return "none"  # servers on this machine mostly ask for none
    raise ModelSetupError(f"there is no key: set the environment variable {variable}")
