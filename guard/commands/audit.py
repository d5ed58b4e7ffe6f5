"""`guard audit`: one turn, or every turn of a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guard.arguments import ONE_OF
from guard.batch import Tally, check_rows
from guard.commands.options import AsJson, Exit, Packs, one_of
from guard.console import report_panel, summary_table
from guard.errors import BrokenLineError, InputError
from guard.files import lines_of, writer
from guard.guard import Guard
from guard.policy import MODES
from guard.report import Inference, Report
from guard.rows import Fields, Row, read_rows
from guard.turn import Turn

ROLES = ONE_OF["role"]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file; by default guard.toml here, if there is one."),
]


@dataclass(frozen=True, slots=True)
class _Options:
    """How a file is audited. `name` is what messages call it."""

    file: str
    name: str
    as_json: bool
    out: Path | None
    keep_going: bool
    show: bool
    jobs: int


def audit(
    file: Annotated[
        str | None,
        typer.Argument(help="A .jsonl file, a .json file with one turn, or - for stdin."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="The user's message, for one turn.")] = None,
    draft: Annotated[str | None, typer.Option(help="The draft reply, for one turn.")] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", help=f"One of {', '.join(MODES)}; else annotate.")
    ] = None,
    pack: Packs = None,
    role: Annotated[
        str | None,
        typer.Option("--role", help=f"One of {', '.join(ONE_OF['role'])}; else assistant."),
    ] = None,
    inference: Annotated[
        str | None, typer.Option("--emotion-inference", help="full, stated or off; else full.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(help="Write reports as JSON Lines to this file.")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="Exit with 1 on `flag`, or on `unknown` as well.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Skip and count broken lines; exits with 3.")
    ] = False,
    user_field: Annotated[str | None, typer.Option(help="Field of the user's message.")] = None,
    draft_field: Annotated[str | None, typer.Option(help="Field of the draft.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the report of each flagged turn of a file.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Turns audited at a time.")] = 2,
) -> None:
    """Audit one turn, or every turn of a JSON Lines file.

    Rows have `user` and `draft` and may have `context`, or have `messages` in OpenAI's form.

    - `guard audit --user "My dog died." --draft "Don't be sad!"`
    - `guard audit turns.jsonl --out reports.jsonl --fail-on flag`
    - `cat turn.json | guard audit - --json`

    Exit codes: 0 fine, 1 `--fail-on` was met, 2 wrong use, 3 broken lines.
    """
    if fail_on not in (None, "flag", "unknown"):
        raise InputError("--fail-on takes flag or unknown")
    if user is None and draft is not None:
        raise InputError("--draft goes with --user; a file holds its own drafts")
    if (user is None) == (file is None):
        raise InputError("give either a file (or -) or --user; see guard audit --help")
    guard = Guard.configured(
        config,
        mode=mode and one_of(mode, MODES, "--mode"),
        packs=pack or None,
        role=role and one_of(role, ROLES, "--role"),
        emotion_inference=inference
        and one_of(inference, get_args(Inference), "--emotion-inference"),
    )
    if user is not None:
        tally = _audit_one(guard, Turn.of(user, draft or ""), as_json, out)
    else:
        name = "standard input" if file in (None, "-") else str(file)
        options = _Options(file or "-", name, as_json, out, keep_going, show, jobs)
        with lines_of(file or "-") as (lines, total):
            rows = islice(read_rows(lines, Fields(user_field, draft_field)), limit)
            total = min(total, limit) if total is not None and limit is not None else total
            tally = _audit_file(guard, rows, total, options)
    raise typer.Exit(_exit_code(tally, fail_on))


def _audit_one(guard: Guard, turn: Turn, as_json: bool, out: Path | None) -> Tally:
    report = guard.check(turn)
    tally = Tally()
    tally.add(report)
    with writer(out) as write:
        write(_line(report, Row(1, None, turn)))
    if as_json:
        typer.echo(report.model_dump_json(indent=1))
    else:
        Console().print(report_panel(turn, report))
    return tally


def _audit_file(guard: Guard, rows: Iterable[Row], total: int | None, options: _Options) -> Tally:
    tally = Tally()
    errors = Console(stderr=True)
    with _progress(errors) as progress, writer(options.out, options.file) as write:
        task = progress.add_task("audit", total=total)
        for row, report in _until_interrupted(check_rows(guard, rows, options.jobs), tally):
            progress.advance(task)
            if report is None or row.turn is None:
                if not options.keep_going:
                    raise BrokenLineError(f"{options.name}, line {row.line}: {row.fault}")
                tally.broken += 1
                errors.print(
                    f"line {row.line}: {row.fault}", style="yellow", markup=False, soft_wrap=True
                )
                continue
            tally.add(report)
            write(_line(report, row))
            if options.as_json:
                typer.echo(_line(report, row))
            elif total == 1:
                Console().print(report_panel(row.turn, report, row.id or ""))
            elif options.show and report.verdict.outcome == "flag":
                progress.console.print(report_panel(row.turn, report, row.id or f"line {row.line}"))
    if not (tally.turns or tally.broken):
        raise InputError(f"{options.name} holds no turns")
    if not options.as_json and total != 1:
        Console().print(summary_table(tally))
    if tally.interrupted:
        errors.print(f"stopped after {tally.turns} turns", style="yellow")
    return tally


def _until_interrupted(
    checked: Iterator[tuple[Row, Report | None]], tally: Tally
) -> Iterator[tuple[Row, Report | None]]:
    """What was checked before Ctrl-C still counts."""
    try:
        yield from checked
    except KeyboardInterrupt:
        tally.interrupted = True


def _line(report: Report, row: Row) -> str:
    """A report as one line of JSON Lines, with the number and id of the row it is about."""
    return json.dumps({"line": row.line, "id": row.id, **report.model_dump(mode="json")})


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _exit_code(tally: Tally, fail_on: str | None) -> Exit:
    if tally.interrupted:
        return Exit.INTERRUPTED
    failing = {None: (), "flag": ("flag",), "unknown": ("flag", "unknown")}[fail_on]
    if any(tally.outcomes[outcome] for outcome in failing):
        return Exit.FLAGGED
    return Exit.BROKEN if tally.broken else Exit.OK
