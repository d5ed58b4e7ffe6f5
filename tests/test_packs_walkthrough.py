"""`docs/packs.md`, followed word for word: files are written as it says, commands are run in order,
and what it shows of their output is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guard import Guard
from guard.cli import app

DOCUMENT = Path(__file__).parents[1] / "docs" / "packs.md"
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def write(folder: Path, where: str, text: str) -> None:
    """`FILE`: the whole file; `FILE +`: at its end; `FILE key`: in place of that key to the end."""
    name, _, how = where.partition(" ")
    file = folder / name
    if how == "+":
        file.write_text(file.read_text() + text)
    elif how:
        before = file.read_text().partition(f"\n{how}:\n")[0]
        file.write_text(f"{before}\n{text}")
    else:
        file.write_text(text)


def run(command: str) -> str:
    """What a command prints, run here: a process for each would load the model each time."""
    program, *arguments = shlex.split(command)
    assert program == "guard"
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert done.exit_code in (0, 1)  # 1: a case that the page says does not hold
    return " ".join(re.sub(r"[│┃╭╮╰╯─━┏┓┗┛┡┩└┘├┤┬┴┼╇╈]", " ", done.stdout).split())


def test_the_page_can_be_followed_word_for_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard_: Guard
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = 0
    for kind, where, text in BLOCK.findall(DOCUMENT.read_text()):
        if where:
            write(tmp_path, where, text)
        elif kind == "console":
            output = ""
            for line in text.splitlines():
                if line.startswith("$ "):
                    output = run(line.removeprefix("$ "))
                    commands += 1
                else:
                    assert " ".join(line.split()) in output, (line, output)

    assert commands >= 10
