"""A pytest plug-in for other packages' tests: every client of the SDK that they make is wrapped.

    GUARD_CONFORMANCE=observe pytest -p benchmarks.conformance.guarded ...

`bare` leaves them as they are; `observe` audits, and changes and refuses nothing; `marker` puts
letters before one word wherever it stands; `restored` before every word of every reply, and takes
them away again from the bytes that the SDK is about to read. What became of each test, and of the
replies, goes into the file that GUARD_CONFORMANCE_OUT names. Only for such runs: the package
patches nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from benchmarks.conformance import compare
from benchmarks.conformance.marker import marking
from benchmarks.conformance.outcomes import Outcomes
from guard import Guard
from guard.clients import transport
from guard.clients.seam import Plan, Seam
from guard.clients.wrapping import install
from guard.errors import UnauditedError
from guard.report import Report

MODE = os.environ.get("GUARD_CONFORMANCE", "bare")
OUT = os.environ.get("GUARD_CONFORMANCE_OUT", os.devnull)
ONLY = os.environ.get("GUARD_CONFORMANCE_ONLY")
WORD = "the"
BEFORE = "zqxjkzqv"  # put before words; stands in no base64 by chance
FOUND = Outcomes()


def _noted(report: Report) -> None:
    FOUND.audited += 1
    FOUND.rewritten += report.reply.changed


def _seam() -> Seam:
    if MODE == "observe":
        return Seam(Guard(mode="observe", record=_noted), refuse=False)
    word = WORD if MODE == "marker" else None
    return Seam(
        marking(word, lambda found: BEFORE + found, record=_noted, emotion_inference="off"), "full"
    )


def _patched(kind: Any, seam: Seam) -> None:
    made: Callable[..., None] = kind.__init__

    @wraps(made)
    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        install(self, seam)

    kind.__init__ = init


def _refusals() -> None:
    """Note the test in which the guard refuses a call, be it by raising or with an error 400."""
    made, answered = UnauditedError.__init__, transport.Wrapped._refusal

    def init(self: Any, *args: Any) -> None:
        made(self, *args)
        FOUND.refused.add(FOUND.test)

    def refusal(self: Any, plan: Plan) -> Any:
        FOUND.refused.add(FOUND.test)
        return answered(self, plan)

    UnauditedError.__init__ = init  # type: ignore[method-assign]
    transport.Wrapped._refusal = refusal  # type: ignore[method-assign]


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    if ONLY is None:
        return
    wanted = set(json.loads(Path(ONLY).read_text()))
    config.hook.pytest_deselected(items=[one for one in items if one.nodeid not in wanted])
    items[:] = [one for one in items if one.nodeid in wanted]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    FOUND.test = item.nodeid
    return (yield)


def pytest_runtest_logreport(report: Any) -> None:
    FOUND.take(report.nodeid, report.outcome)


def pytest_sessionfinish() -> None:
    Path(OUT).write_text(json.dumps(FOUND.written(), indent=1))


if os.environ.get("GUARD_CONFORMANCE_HASTE"):
    # Most of the tests that fail bare try to reach the API three times; nobody need wait for that.
    from openai import _base_client

    _base_client.INITIAL_RETRY_DELAY = _base_client.MAX_RETRY_DELAY = 0.01

if MODE != "bare":
    from openai._base_client import AsyncAPIClient, SyncAPIClient

    SEAM = _seam()
    _refusals()
    for one in (SyncAPIClient, AsyncAPIClient):
        _patched(one, SEAM)
    if MODE != "observe":
        compare.bodies(BEFORE.encode(), FOUND, restored=MODE == "restored")
    if MODE == "marker":
        compare.requests(BEFORE.encode())
    if MODE == "restored":
        compare.keep_annotations()
