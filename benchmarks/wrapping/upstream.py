"""A scripted upstream in a process of its own, so that it takes nothing from the client's."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.conformance.marker import WORD
from tests.clients.scripts import CLEAN
from tests.openai_server import Answer, OpenAIServer, Script, Seen

PAUSE = 0.01  # seconds between events of a timed stream: a hundred tokens a second


def numbered(i: int) -> str:
    """A text that no other stream has; every second one has the word that is rewritten."""
    return CLEAN.replace("Rex", f"Rex{i}x") + ("" if i % 2 else f" It is a {WORD} of love.")


def _numbered(seen: Seen) -> Answer:
    return Answer(numbered(int(seen.body["user"])), pause=0.001)


def _short(seen: Seen) -> Answer:
    return Answer(f"What was dog {seen.body['user']} like?", tokens=None)


SCRIPTS: Mapping[str, Script] = {
    "clean": Answer(CLEAN),
    "slow": Answer(CLEAN, pause=PAUSE),
    "numbered": _numbered,
    "short": _short,
}


def _serve(kind: str, urls: Any) -> None:
    sys.setswitchinterval(0.0005)
    with OpenAIServer(SCRIPTS[kind]) as server:
        urls.put(server.url)
        while True:
            time.sleep(1)
            server.seen.clear()


@contextmanager
def upstream(kind: str) -> Iterator[str]:
    """Where one of the scripts is answered."""
    spawn = multiprocessing.get_context("spawn")
    urls = spawn.Queue()
    process = spawn.Process(target=_serve, args=(kind, urls), daemon=True)
    process.start()
    try:
        yield urls.get(timeout=60)
    finally:
        process.kill()
        process.join()
