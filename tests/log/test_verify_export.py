"""The auditor's own script: it needs nothing of the package, and finds what was changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import log_factories as make
import pytest
from typer.testing import CliRunner

from guard.cli import app

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_export.py"
Lines = list[str]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export of twelve records, signed by two keys, and the first public key."""
    folder = tmp_path_factory.mktemp("log")
    with make.open_log(folder) as log:
        for number in range(10):
            log.record(make.report(), make.turn(f"Message {number}: I feel so alone."))
            if number in (2, 6):
                log.checkpoint()
            if number == 7:
                log.rotate_key()
    done = CliRunner().invoke(
        app, ["log", "export", "--log", str(folder / "log.db"), "--out", str(folder / "all.jsonl")]
    )
    assert done.exit_code == 0
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "copy"))


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    names = ("all.jsonl", "log.checkpoints", "log.pub")
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *(str(folder / name) for name in names)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def rechained(lines: Lines) -> Lines:
    """As somebody who knows the form would do it: every hash follows again, none is signed."""
    from guard.log.store import leaf_of

    before, done = bytes(32), []
    for place, line in enumerate(lines):
        row = json.loads(line)
        record = row["record"] | {"seq": place, "prev": before.hex()}
        body = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = leaf_of(body.encode())
        done.append(f'{{"seq":{place},"leaf":"{before.hex()}","record":{body}}}')
    return done


def changed(lines: Lines) -> Lines:
    return [*lines[:3], lines[3].replace('"score":967123', '"score":367123'), *lines[4:]]


CHANGES: dict[str, Callable[[Lines], Lines]] = {
    "altered": changed,
    "removed": lambda lines: [*lines[:4], *lines[5:]],
    "reordered": lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]],
    "inserted": lambda lines: [*lines[:4], lines[3], *lines[4:]],
    "a handover by nobody": lambda lines: [
        line.replace('"kind":"key"', '"kind":"gap"') for line in lines
    ],
    "cut off": lambda lines: lines[:-2],
    "altered and chained anew": lambda lines: rechained(changed(lines)),
    "removed and chained anew": lambda lines: rechained([*lines[:4], *lines[5:], lines[4]]),
}


def test_an_export_as_it_was_written_is_intact(folder: Path) -> None:
    done = verified(folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("intact: 12 records, 12 of them signed")


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_found(folder: Path, change: str) -> None:
    file = folder / "all.jsonl"
    lines = file.read_text("utf-8").splitlines()
    after = CHANGES[change](lines)
    assert after != lines
    file.write_text("\n".join(after) + "\n", "utf-8")

    done = verified(folder)

    assert done.returncode == 1
    assert done.stdout.startswith("TAMPERED: ")


def test_another_key_does_not_vouch_for_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with make.open_log(tmp_path / "other") as other:
        (folder / "log.pub").write_text(str(other.public_key))

    assert verified(folder).returncode == 1


def test_what_is_no_export_cannot_be_read(folder: Path) -> None:
    (folder / "all.jsonl").write_text("no export\n")

    assert verified(folder).returncode == 2
