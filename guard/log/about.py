"""What an application knows of the turn in hand and the log should say: who the user is, which
request it belongs to. Said around the call, so that it reaches a check through any client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from guard.log.parts import Circumstances


@dataclass(frozen=True, slots=True)
class About:
    """See `about`."""

    subject: str | None = field(default=None, repr=False)
    client_request_id: str | None = None
    request_id: str | None = None
    circumstances: Circumstances | None = None
    errors: tuple[str, ...] = ()


NOTHING = About()
_CURRENT: ContextVar[About] = ContextVar("guard_about")


@contextmanager
def about(**known: Any) -> Iterator[None]:
    """Say what the records of turns that are checked inside should hold.

        with about(subject="u-17", request_id="req_1"):
            guard.check(user=..., draft=...)

    One within another adds to it. Holds for this thread or task, and what it awaits.

    Args:
        known: `subject`, who the user is (only a keyed hash is stored); `client_request_id`;
            `request_id`; `circumstances`, a `Circumstances`; `errors`, names of errors so far.

    Raises:
        TypeError: another name.
    """
    before = _CURRENT.set(replace(_CURRENT.get(NOTHING), **known))
    try:
        yield
    finally:
        _CURRENT.reset(before)


@contextmanager
def said_again(known: About) -> Iterator[None]:
    """Within, this holds in place of what is said around; where it is nothing, that stays."""
    if known is NOTHING:
        yield
        return
    before = _CURRENT.set(known)
    try:
        yield
    finally:
        with suppress(ValueError):  # torn down in another context, which is left alone
            _CURRENT.reset(before)


def current() -> About:
    """What was said around this call."""
    return _CURRENT.get(NOTHING)
