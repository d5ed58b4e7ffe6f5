"""A pytest plug-in for other packages' tests: every client of the SDK that they make is wrapped.

    GUARD_CONFORMANCE=observe pytest -p benchmarks.conformance.guarded ...

`bare` leaves them as they are; `observe` audits and changes nothing; `marker` rewrites one word
wherever it stands. Only for such runs: nothing in the package patches anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from benchmarks.conformance.marker import marking
from guard import Guard
from guard.clients.seam import Seam
from guard.clients.wrap import install

MODE = os.environ.get("GUARD_CONFORMANCE", "bare")


def _seam() -> Seam:
    if MODE == "observe":
        return Seam(Guard(mode="observe", record=lambda _: None))
    return Seam(marking(), "full")


def _patched(kind: Any, seam: Seam) -> None:
    made: Callable[..., None] = kind.__init__

    @wraps(made)
    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        install(self, seam)

    kind.__init__ = init


if MODE != "bare":
    from openai._base_client import AsyncAPIClient, SyncAPIClient

    SEAM = _seam()
    for one in (SyncAPIClient, AsyncAPIClient):
        _patched(one, SEAM)
