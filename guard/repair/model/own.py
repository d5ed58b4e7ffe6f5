"""Marks the calls that the guard makes itself, so that they are neither audited nor logged as a
turn.

A client that is guarded lets them pass: else rewriting a draft would audit the rewrite as a draft.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

_OWN: ContextVar[bool] = ContextVar("guard_own_call", default=False)


def is_own_call() -> bool:
    """Whether the guard itself is making the call that goes on in this context."""
    return _OWN.get()


@contextmanager
def own_call() -> Iterator[None]:
    """What is called in here, the guard calls."""
    _quiet()
    token = _OWN.set(True)
    try:
        yield
    finally:
        _OWN.reset(token)


@cache
def _quiet() -> None:
    # At level DEBUG some versions of the SDK write whole requests, which hold the conversation.
    logging.getLogger("openai._base_client").addFilter(lambda _: not _OWN.get())
