"""The command `guard eval`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from guard.errors import BrokenLineError, InputError
from guard.evaluation.evaluate import Case, evaluate
from guard.evaluation.labels import Row, cuts_of
from guard.evaluation.metrics import ROUNDS
from guard.evaluation.page import page
from guard.evaluation.tables import WIDE, as_dict, tables
from guard.files import lines_of
from guard.guard import Guard
from guard.rows import Fields, parse_row, turn_of
from guard.turn import Turn


def evaluation_command(
    file: Annotated[str, typer.Argument(help="A .jsonl file with labels, or - for stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one page with curves here.")] = None,
    label: Annotated[
        list[str],
        typer.Option("--label", help="COLUMN=SCORE, for a label under a name of its own."),
    ] = [],  # noqa: B006 - typer copies it
    group: Annotated[
        str | None,
        typer.Option(help="Field that says which rows belong together; default: same message."),
    ] = None,
    slices: Annotated[bool, typer.Option("--slices", help="Show the slices, too.")] = False,
    pack: Annotated[
        list[str], typer.Option("--pack", help="A pack beside the base pack. May be repeated.")
    ] = [],  # noqa: B006
    rounds: Annotated[int, typer.Option(min=50, help="Bootstrap draws.")] = ROUNDS,
    user_field: Annotated[str | None, typer.Option(help="Field of the user's message.")] = None,
    draft_field: Annotated[str | None, typer.Option(help="Field of the draft.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Turns audited at a time.")] = 2,
) -> None:
    """Measure the guard on labelled turns: is it right on yours?

    Rows are as for `guard audit`, with labels beside them: `soothe_only`, `flag`, `self_claim` and
    so on as 0 or 1, `functions` and `emotions` as lists, `risk` as a level. What a row does not
    have, or has as null, is left out. A row without a draft is only read.

    - `guard eval labelled.jsonl`
    - `guard eval labelled.jsonl --label my_column=soothe_only --html page.html`

    Figures show rows by id or line; no text of the file is printed.
    """
    name = "standard input" if file == "-" else Path(file).name
    with lines_of(file) as (lines, _):
        rows = list(labelled(lines, name, Fields(user_field, draft_field), limit))
    if not rows:
        raise InputError(f"{name} holds no turns")
    guard = Guard("observe", packs=pack)
    cases = audited(guard, rows, jobs, name)
    measured = evaluate(name, cases, label, group, cuts_of(guard.rules), rounds)
    if not measured.labels:
        raise InputError(f"{name}: no row has a label; see guard eval --help")
    if html is not None:
        html.write_text(page(measured), "utf-8")
    if as_json:
        typer.echo(json.dumps(as_dict(measured), indent=1))
    else:
        console = Console()
        if not console.is_terminal:
            console.width = max(console.width, WIDE)  # a file has room
        console.print(tables(measured, slices=slices, width=console.width))
        if html is not None:
            console.print(f"wrote {html}", markup=False)


def labelled(
    lines: Iterable[str], name: str, fields: Fields, limit: int | None
) -> Iterator[tuple[str, Row, Turn]]:
    """The rows of a file, each with its id or line and its turn.

    Raises:
        BrokenLineError: a line is no row, or holds no turn.
    """
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    for number, line in islice(numbered, limit):
        try:
            row = parse_row(line)
            yield str(row.get("id") or f"line {number}"), row, turn_of(row, fields)
        except InputError as error:
            raise BrokenLineError(f"{name}, line {number}: {error}") from None


def audited(
    guard: Guard, rows: Sequence[tuple[str, Row, Turn]], jobs: int, title: str
) -> list[Case]:
    """The rows as cases, with their reports."""
    console = Console(stderr=True)
    with ThreadPoolExecutor(jobs, "guard-eval") as pool:
        reports = pool.map(guard.audit, (turn for _, _, turn in rows))
        shown = track(reports, title, len(rows), console=console, transient=True)
        return [Case(*row, report) for row, report in zip(rows, shown, strict=True)]
