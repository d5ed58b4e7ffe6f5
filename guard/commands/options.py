"""What commands share: options, names from a closed set, exit codes."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

import typer

from guard.errors import InputError
from guard.policy import MODES

ModeName = Annotated[
    str,
    typer.Option("--mode", help=f"One of {', '.join(MODES)}.", show_default=True),
]
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        help="A pack beside the base pack: a name, a .yaml file, a folder of them, or auto. May be "
        "repeated.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Reports as JSON on standard output.")]


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    FLAGGED = 1  # --fail-on was met
    USAGE = 2
    BROKEN = 3  # lines that could not be read
    INTERRUPTED = 130


def one_of(value: str, allowed: tuple[Any, ...], option: str) -> Any:
    """The value, if it is allowed; else an error that says what is."""
    if value not in allowed:
        raise InputError(f"{option} must be one of {', '.join(allowed)}, not {value!r}")
    return value
