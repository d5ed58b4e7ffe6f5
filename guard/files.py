"""The files that the command reads and writes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from guard.errors import InputError


@contextmanager
def lines_of(file: str) -> Iterator[tuple[Iterable[str], int | None]]:
    """The lines of a JSON Lines file (`-` for standard input) and how many hold something.

    A file or input that is one JSON object, however it is laid out, is one line.

    Raises:
        InputError: the file cannot be read.
    """
    with _opened(file) as opened:
        if file != "-" and not file.endswith(".json"):
            total = sum(1 for line in opened if line.strip())
            opened.seek(0)
            yield opened, total
            return
        text = opened.read()
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            whole = None
        lines = [json.dumps(whole)] if isinstance(whole, dict) else text.split("\n")
        yield lines, sum(1 for line in lines if line.strip())


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    if file == "-":
        yield sys.stdin
        return
    try:
        # A byte order mark is what some editors put in front; it is no part of the text.
        lines = Path(file).open(encoding="utf-8-sig", errors="replace", newline="\n")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None
    with lines:
        yield lines


@contextmanager
def writer(out: Path | None, source: str = "") -> Iterator[Callable[[str], object]]:
    """A function that writes a line to `out`, or does nothing.

    The lines go to `out` with `.part` behind it, which takes its name when all is done: a run that
    fails leaves an older file as it was. Reports hold people's words, so only the owner may read
    them.

    Raises:
        InputError: the file cannot be written, or is the `source` that is being read.
    """
    if out is None:
        yield len
        return
    if out.exists() and source != "-" and Path(source).exists() and out.samefile(source):
        raise InputError(f"--out would overwrite the input {out}")
    part = out.with_name(f"{out.name}.part")
    try:
        file = open(  # noqa: SIM115 - closed below; an error in between is none of opening
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        )
    except OSError as error:
        raise InputError(f"cannot write {part}: {error.strerror}") from None
    with file:
        yield lambda line: file.write(line + "\n")
    part.replace(out)
