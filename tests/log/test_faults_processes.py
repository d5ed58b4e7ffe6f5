"""Processes that are killed, and processes that write at once: nothing acknowledged is lost,
nothing is there twice, and the log verifies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import writers
from log_factories import report, turn
from postgres_server import Server
from writers import Plan

from guard.log.checkpoint import Verifier
from guard.log.places import Places, open_store
from guard.log.verify import verify

Placed = Callable[..., Plan]


@pytest.fixture(params=["sqlite", "postgres"])
def placed(request: pytest.FixtureRequest, tmp_path: Path) -> Placed:
    """Makes plans for a log in a place of its own."""
    where = str(tmp_path / "log.db")
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        where = server.emptied()

    def place(**numbers: int) -> Plan:
        return Plan(
            where=where,
            files=str(tmp_path / "log"),
            report=report().model_dump_json(),
            turn=turn().model_dump_json(),
            acknowledged=str(tmp_path / "acknowledged"),
            **numbers,
        )

    return place


def run(what: str, plan: Plan, tmp_path: Path, timeout: float) -> dict[str, str]:
    """What was acknowledged: the client's id of each record by the record's."""
    plan.save(tmp_path / "plan")
    program = [sys.executable, writers.__file__, what, str(tmp_path / "plan")]
    subprocess.run(program, check=True, timeout=timeout)
    lines = Path(plan.acknowledged).read_text("utf-8").splitlines()
    found = dict(line.split() for line in lines)
    assert len(found) == len(lines)
    return found


def checked(plan: Plan) -> dict[str, str]:
    """Verify the log; the client's id of each turn in it by its own, each there once."""
    writers.opened(plan).close()  # finishes and signs what the killed left
    store = open_store(plan.where)
    try:
        public = Places.of(plan.where, plan.files).public.read_text("utf-8")
        found = verify(store, Verifier.parse(public))
        assert found.problems == ()
        assert found.complete
        turns = {
            entry.event_id: json.loads(entry.body)["client_request_id"]
            for entry in store.entries(kind="turn")
        }
        assert sum(1 for _ in store.entries(kind="turn")) == len(turns) == len(set(turns.values()))
    finally:
        store.close()
    return turns


def killed(plan: Plan, tmp_path: Path, timeout: float) -> None:
    acknowledged = run("kill", plan, tmp_path, timeout)

    kept = checked(plan)

    assert len(acknowledged) > plan.writes / 2
    assert acknowledged.items() <= kept.items()


def at_once(plan: Plan, tmp_path: Path, timeout: float) -> None:
    acknowledged = run("many", plan, tmp_path, timeout)

    kept = checked(plan)

    assert len(acknowledged) == plan.processes * plan.each
    assert acknowledged == kept


def test_writers_that_are_killed_lose_nothing_they_acknowledged(
    placed: Placed, tmp_path: Path
) -> None:
    killed(placed(kills=5, writes=250), tmp_path, 120)


def test_processes_that_write_at_once_make_one_log(placed: Placed, tmp_path: Path) -> None:
    at_once(placed(processes=3, each=60), tmp_path, 120)


@pytest.mark.slow
def test_three_hundred_kills_in_twenty_thousand_writes(placed: Placed, tmp_path: Path) -> None:
    killed(placed(kills=300, writes=20_000, seed=1), tmp_path, 3600)


@pytest.mark.slow
def test_eight_processes_write_ten_thousand_records_each(placed: Placed, tmp_path: Path) -> None:
    at_once(placed(processes=8, each=10_000), tmp_path, 3600)
