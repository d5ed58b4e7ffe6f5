"""What the documents say runs: Python blocks, `guard` commands, examples."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from guard import Log

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PYTHON = [
    pytest.param(block, id=f"{document.name}-{i}")
    for document in DOCUMENTS
    for i, block in enumerate(re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL))
]
# docs/packs.md and the commands of the log are followed word for word elsewhere: they build on one
# another.
COMMANDS = sorted(
    {
        line
        for document in DOCUMENTS
        if document.name != "packs.md"
        for block in re.findall(r"```console\n(.*?)```", document.read_text(), re.DOTALL)
        for line in re.findall(r"^\$ (guard (?!log ).*)$", block, re.MULTILINE)
    }
)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("block", PYTHON)
def test_a_python_block_of_the_documents_runs(
    block: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    names: dict[str, object] = {"__name__": "document"}
    try:
        exec(compile(block, "<document>", "exec"), names)  # noqa: S102
    finally:
        # A log that is left open would go on writing, and speak up in other tests.
        for value in names.values():
            log = value if isinstance(value, Log) else getattr(value, "log", None)
            if isinstance(log, Log):
                log.close()

    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_documents_runs(command: str, tmp_path: Path) -> None:
    turn = {"user": "What time is it in Lisbon?", "draft": "It is ten past four there."}
    (tmp_path / "turns.jsonl").write_text(json.dumps(turn) + "\n")
    labelled = [turn | {"flag": 0}, turn | {"draft": "Don't be sad!", "flag": 1}]
    (tmp_path / "labelled.jsonl").write_text("".join(json.dumps(row) + "\n" for row in labelled))
    arguments = [sys.executable, "-m", *shlex.split(command)]

    done = subprocess.run(
        arguments, input=json.dumps(turn), cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(example: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(example)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_has_the_two_commands_of_the_makefile() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()

    for command in ("demo", "test"):
        assert f"$ make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
