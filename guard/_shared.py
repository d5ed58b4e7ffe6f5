"""One guard for a whole process, made when it is first needed: `guard.check` and `guard.use`.

It is what `Guard.configured()` makes. It holds no conversation; what differs between two people
belongs into `guard.session`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from guard.errors import InputError
from guard.guard import Guard
from guard.offload import awithin
from guard.repair.job import FOREVER
from guard.report import Report
from guard.turn import Turn

_lock = threading.Lock()
_guard: Guard | None = None


def use(guard: Guard | None) -> Guard | None:
    """Make this the guard that `guard.check`, `guard.acheck` and `guard.protect` use from now on.

    Calls that are under way end with the one they began with. None: the next call makes one anew,
    by `Guard.configured()`.

    Returns:
        The guard that was used until now; None if none was made yet.

    Raises:
        InputError: it is no guard.
    """
    global _guard
    if guard is not None and not isinstance(guard, Guard):
        raise InputError(f"guard.use needs a Guard, not {type(guard).__name__}")
    with _lock:
        before, _guard = _guard, guard
    return before


def made() -> Guard | None:
    """The guard in use; None if none was made yet."""
    return _guard


def shared() -> Guard:
    """The guard in use. The first call makes it; calls of other threads wait for it."""
    global _guard
    found = _guard
    if found is None:
        with _lock:
            found = _guard = _guard or Guard.configured()
    return found


async def ashared() -> Guard:
    """The same; if it must be made, that does not block the event loop."""
    found = _guard
    return await awithin(FOREVER, shared) if found is None else found


def check(
    turn: Turn | None = None,
    *,
    user: str | None = None,
    draft: str | None = None,
    messages: Iterable[Any] | None = None,
) -> Report:
    """`Guard.check` of the guard in use: no set-up. `report.reply.text` goes out.

    Raises:
        InputError: the arguments do not make a turn.
        SettingsFileError: a setting of the deployment is not valid (first call).
        PackError: a pack of the deployment is missing or not valid (first call).
    """
    return shared().check(turn, user=user, draft=draft, messages=messages)


async def acheck(
    turn: Turn | None = None,
    *,
    user: str | None = None,
    draft: str | None = None,
    messages: Iterable[Any] | None = None,
) -> Report:
    """`Guard.acheck` of the guard in use: the same without blocking the event loop.

    Raises:
        InputError: the arguments do not make a turn.
        SettingsFileError: a setting of the deployment is not valid (first call).
        PackError: a pack of the deployment is missing or not valid (first call).
    """
    return await (await ashared()).acheck(turn, user=user, draft=draft, messages=messages)
