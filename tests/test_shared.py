"""The guard of the process: `guard.check` without set-up, and `guard.use`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import OpenAI

import guard as package
from guard import Guard, InputError, SettingsFileError, _shared
from tests.openai_server import Answer, OpenAIServer

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"


@pytest.fixture(autouse=True)
def none_in_use() -> Iterator[None]:
    before = package.use(None)
    yield
    package.use(before)


def test_a_check_needs_no_set_up() -> None:
    report = package.check(user=LOSS, draft=SOOTHING)

    assert report.verdict.outcome == "flag"
    assert report.reply.text == SOOTHING


def test_it_is_as_the_deployment_has_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_MODE", "block")

    report = asyncio.run(package.acheck(user=LOSS, draft=SOOTHING))

    assert (report.mode, report.reply.action) == ("block", "fallback")


def test_a_broken_setting_is_told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_MODE", "strict")

    for _ in range(2):
        with pytest.raises(SettingsFileError):
            package.check(user=LOSS, draft=SOOTHING)


def test_many_threads_at_once_make_one() -> None:
    at_once = threading.Barrier(8, timeout=10)

    def first() -> Guard:
        at_once.wait()
        return _shared.shared()

    with ThreadPoolExecutor(8) as pool:
        guards = [one.result() for one in [pool.submit(first) for _ in range(8)]]

    assert len({id(one) for one in guards}) == 1


def test_another_guard_can_take_its_place_and_give_it_back(guard_: Guard) -> None:
    blocking = Guard(mode="block", encoder=guard_.judge.encoder)
    package.use(guard_)

    before = package.use(blocking)
    within = package.check(user=LOSS, draft=SOOTHING)
    package.use(before)
    after = package.check(user=LOSS, draft=SOOTHING)

    assert before is guard_
    assert (within.mode, after.mode) == ("block", "annotate")


def test_what_is_no_guard_is_refused() -> None:
    with pytest.raises(InputError, match="needs a Guard, not str"):
        package.use("block")  # type: ignore[arg-type]


def test_a_client_that_is_wrapped_without_a_guard_has_the_one_in_use(guard_: Guard) -> None:
    blocking = Guard(mode="block", encoder=guard_.judge.encoder)
    package.use(blocking)

    with OpenAIServer(Answer(SOOTHING)) as server:
        client = package.wrap(OpenAI(base_url=server.url, api_key="none", max_retries=0))
        answer = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": LOSS}]
        )
        client.close()

    assert answer.choices[0].message.content != SOOTHING
