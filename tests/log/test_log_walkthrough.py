"""The commands of docs/log.md and the README's, one after the other, on a log as they assume it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import log_factories as make
import pytest
from typer.testing import CliRunner

from guard.cli import app

ROOT = Path(__file__).parents[2]
COMMANDS = [
    line
    for document in (ROOT / "README.md", ROOT / "docs" / "log.md")
    for block in re.findall(r"```console\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
    for line in re.findall(r"^ *\$ (guard log .*)$", block, re.MULTILINE)
]


def test_every_command_of_the_documents_does_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("guard.toml").write_text(
        '[log]\nwhere = "audit.db"\ntext = "encrypted"\nretain_days = 400\nretain_text_days = 90\n'
    )
    with make.Log.open("audit.db", text="encrypted") as log:
        log.record(make.report(), make.turn(), subject="u-17")
        log.record(make.report("unknown"), make.turn(), subject="u-18")

    assert len(COMMANDS) > 15
    for command in COMMANDS:
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, f"{command}: {done.output} {done.exception!r}"
        assert done.output, command

    assert Path("summary/summary.html").exists()
    assert Path("disagreements.jsonl").read_text("utf-8").count("\n") == 1
    assert make.USER not in Path("flagged.csv").read_text("utf-8")
