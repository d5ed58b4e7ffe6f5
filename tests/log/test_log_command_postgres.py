"""`guard log` on a log in PostgreSQL that `guard.toml` names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from log_factories import USER, report, turn
from typer.testing import CliRunner, Result

from guard.cli import app
from guard.log.log import Log


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["log", *arguments])


def test_it_is_read_reviewed_verified_and_a_person_erased(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("guard.toml").write_text(
        f'[log]\nwhere = "{dsn}"\nfiles = "audit"\ntext = "encrypted"\n', "utf-8"
    )
    with Log.open(dsn, files="audit", text="encrypted", on_error="raise", deadline=20.0) as log:
        receipts = [log.record(report(), turn(), subject=who) for who in ("ann", "bo")]
    ids = [receipt.event_id for receipt in receipts if receipt is not None]

    listed = run("list", "--subject", "ann", "--json")
    assert json.loads(listed.stdout)["record"]["id"] == ids[0]
    assert run("review", ids[0], "agree", "--by", "mia").exit_code == 0
    assert run("erase", "ann", "--basis", "request 31", "--by", "mia", "--yes").exit_code == 0
    assert USER not in run("show", ids[0], "--text", "--purpose", "test").output
    assert USER in run("show", ids[1], "--text", "--purpose", "test").output
    assert run("checkpoint").exit_code == 0
    verified = run("verify")
    assert (verified.exit_code, verified.stdout[:3]) == (0, "ok:")
    found = json.loads(run("report", "--json").stdout)
    assert (found["turns"], found["erasures"], found["rules"][0]["agree"]) == (2, 1, 1)
